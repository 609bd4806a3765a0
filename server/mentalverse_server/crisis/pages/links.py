"""Where a page leads: to the desk, or to a link by which it is acknowledged.

Whoever is on call by an account opens the desk, which asks who they are. A mailbox or a
telephone behind a webhook asks nobody, and its owner may have no account here. Their
page carries a token of 16 random octets. It acknowledges this one page and shows what
the page says; it opens nothing else. The database knows its SHA-256.

The token is in the path, because a page that works without scripts has no other place
for it. This server logs routes and never paths; a proxy in front may log them, so a
token is good for one acknowledgement and for a day.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

from mentalverse_crisis.effects import PageReason

from ...store import page_links
from ...store.crisis_pages import PageRow
from ...store.engine import Connection
from ...store.page_links import LinkRow
from .on_call import Channel, Target

TOKEN_BYTES = 16
LINK_PATH = "/on-call/"
TEST = "test"
"""`reason` of a test page."""
ACKNOWLEDGED = frozenset({PageReason.WAITING.value, PageReason.OVERRIDE.value, TEST})
"""Pages that somebody's word ends. What people are to look at at the desk (a follow-up
that is overdue, an hour without anybody) ends there."""
GOOD_FOR_MS = 24 * 3_600_000
DESK_PAGE = "/#/desk"
"""Where a page leads; which screen that is, the browser's client decides."""


class PageLinks:
    """Makes them; the origin is known once the server listens."""

    def __init__(self, origin: Callable[[], str], rng: Callable[[int], bytes]) -> None:
        self._origin = origin
        self._rng = rng

    def desk(self) -> str:
        """Where the desk is. Behind `#`, so that no log on the way says it."""
        return self._origin() + DESK_PAGE

    def of_page(
        self, connection: Connection, row: PageRow, target: Target, now_ms: int
    ) -> str:
        """Where the page of this row leads at this attempt; a link is written down.

        Each attempt has a token of its own, since none is kept that could be sent
        again. All of them are about the same page.
        """
        if target.channel is Channel.PUSH or row.reason not in ACKNOWLEDGED:
            return self.desk()
        token = _text(self._rng(TOKEN_BYTES))
        page_links.add(
            connection,
            LinkRow(
                token=token_hash(token),
                case=row.case,
                reason=row.reason,
                tier=row.tier,
                target=row.target,
                band=row.band,
                due_ms=row.due_ms,
                is_drill=row.is_drill,
                expires_at_ms=now_ms + GOOD_FOR_MS,
            ),
        )
        return f"{self._origin()}{LINK_PATH}{token}"


def token_hash(token: str) -> str:
    """What the database knows a token by."""
    return hashlib.sha256(token.encode()).hexdigest()


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
