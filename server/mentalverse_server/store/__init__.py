"""What is durable: one database, one writer, and functions that read it.

Every function takes an open connection first and returns frozen data, so that
the same function serves a read in a pool thread and a script in the writer's
transaction, on SQLite and on PostgreSQL.
"""
