"""The desk as it stands, for whoever only looks: read without its lock.

A look costs one row as long as nothing was decided since the last one, in whatever
process; a desk is one value that nobody changes, so all who look share it.
"""

from __future__ import annotations

from mentalverse_crisis.desk import Desk

from ..store import cases
from ..store.engine import Connection


class Glance:
    """Used by the threads that read; two that load at once load the same."""

    def __init__(self) -> None:
        self._kept: cases.Kept | None = None

    def of(self, connection: Connection) -> Desk:
        """The desk as this connection's snapshot has it, without cases not on it."""
        self._kept = kept = cases.look(connection, self._kept)
        return kept.desk
