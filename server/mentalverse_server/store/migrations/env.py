"""Run by Alembic: the connection and its transaction are the caller's."""

from __future__ import annotations

from alembic import context

from mentalverse_server.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
