"""Whoever can come is told at once that somebody asks, though there is no case yet.

Responders on duty get a hint on the sockets that they have, and the first tier of the
ladder is paged from memory, once for each request that is kept.
"""

from __future__ import annotations

from collections.abc import Callable

from mentalverse_crisis.acuity import UNKNOWN, Band
from mentalverse_signaling.desk_events import DeskChanged, DeskNews
from mentalverse_signaling.ids import AccountId, new_id

from ..transport.connections import Connections
from ..transport.frames import encode_push
from .door import Knock
from .in_force import InForce
from .pages.page import Page, PageKind
from .pages.parts import PageParts
from .presence import Presence
from .settings import tiers


class SpoolAlarm:
    """What the spool tells, handed on; blocks nowhere."""

    def __init__(
        self,
        connections: Connections,
        presence: Presence,
        pages: PageParts,
        rng: Callable[[int], bytes],
        in_force: InForce,
    ) -> None:
        self._connections = connections
        self._presence = presence
        self._pages = pages
        self._rng = rng
        self._in_force = in_force

    def kept(self, key: str, entry: Knock) -> None:
        """A request waits for the database."""
        push = encode_push("desk.changed", DeskChanged(None, DeskNews.SPOOLED))
        for account in self._presence.on_duty():
            for connection in self._connections.by_account(AccountId(account)):
                connection.send(push)
        asked = entry.body.case
        band = UNKNOWN if asked.band is None else Band(asked.band)
        policy = self._in_force.policy
        tapped_ms = entry.at_ms - asked.tap_age_ms
        page = Page(
            id=new_id(self._rng),
            kind=PageKind.PAGE,
            made_at_ms=entry.at_ms,
            band=band.value,
            due_ms=tapped_ms + policy.accept_ms(band),
            link=self._pages.links.desk(),
        )
        self._pages.direct.page(key, tiers(policy)[0], page)

    def taken(self, key: str) -> None:
        """It is a case now: pages are the desk's own from here on."""
        self._pages.direct.cancel(key)
