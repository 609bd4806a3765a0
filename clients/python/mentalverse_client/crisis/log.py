"""The log of the desk: `client.desk.log`, for supervisors.

    async for row in client.desk.log.rows():
        print(row)

Each row is one line of `mentalverse crisis audit export`: JSON, a link of a chain of
hashes, without what could tell whom it is about. Whoever keeps them can check the chain
(`mentalverse_crisis.audit.verify`), and by a head that was kept elsewhere that its end
is not missing.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

import msgspec

from mentalverse_signaling.supervisor_events import (
    MAX_AUDIT_ROWS,
    AuditList,
    AuditRows,
)

from ..engine import Engine


class _Numbered(msgspec.Struct):
    seq: int


class DeskLog:
    """Each call needs a connection; `Forbidden` for who is no supervisor."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def page(
        self, after: int | None = None, limit: int = MAX_AUDIT_ROWS
    ) -> AuditRows:
        """The next rows, how many there are in all, and the hash of the newest.

        Args:
            after: The number of the last row that one has; None: from the first on.
            limit: Rows at most, up to 200.
        """
        return await self._engine.call("audit.list", AuditList(after, limit), AuditRows)

    async def rows(self, after: int | None = None) -> AsyncGenerator[str, None]:
        """Every row behind one's last, until there are no more."""
        while page := (await self.page(after)).rows:
            for row in page:
                yield row
            after = msgspec.json.decode(page[-1], type=_Numbered).seq
