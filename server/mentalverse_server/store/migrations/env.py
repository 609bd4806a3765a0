"""Run by Alembic: the connection and its transaction are the caller's."""

from __future__ import annotations

from alembic import context

from mentalverse_server.store import (
    tables_attendance,
    tables_blobs,
    tables_calls,
    tables_consents,
    tables_credentials,
    tables_crisis,
    tables_crisis_conversations,
    tables_crisis_locations,
    tables_crisis_pages,
    tables_crisis_policies,
    tables_crisis_rota,
    tables_freezing,
    tables_guests,
    tables_hooks,
    tables_identity,
    tables_matching,
    tables_providers,
    tables_push,
    tables_recovery,
    tables_rewards,
)
from mentalverse_server.store.tables import metadata

# Imported so that `metadata` knows their tables.
__all__ = [
    "tables_attendance",
    "tables_blobs",
    "tables_calls",
    "tables_consents",
    "tables_credentials",
    "tables_crisis",
    "tables_crisis_conversations",
    "tables_crisis_locations",
    "tables_crisis_pages",
    "tables_crisis_rota",
    "tables_crisis_policies",
    "tables_freezing",
    "tables_guests",
    "tables_hooks",
    "tables_identity",
    "tables_matching",
    "tables_providers",
    "tables_push",
    "tables_recovery",
    "tables_rewards",
]

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
