"""The line to the server: one connection, and HTTP beside it."""
