"""How an event looks at its endpoint now: `privacy`, with what is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import structlog

from ..store import outbox
from ..store.deliveries import Claimed
from ..store.engine import Database
from .catalogue.purposes import Purpose
from .endpoint_keys import EndpointKeys
from .outward import Rendered
from .privacy import Destination, Grants, Names, Withheld, render

log = structlog.get_logger()


class NobodyAgreed:
    """No member has been asked yet, so what is about members stays here."""

    async def granted(
        self, accounts: Iterable[str], purpose: Purpose
    ) -> frozenset[str]:
        """See `Grants`."""
        return frozenset()


class Rendering:
    """See `outward.Render`."""

    def __init__(
        self,
        database: Database,
        keys: EndpointKeys,
        grants: Grants,
        rng: Callable[[int], bytes],
    ) -> None:
        self._database = database
        self._keys = keys
        self._grants = grants
        self._rng = rng

    async def __call__(self, claimed: Claimed, now_ms: int) -> Rendered | None:
        """The body, or None: it is withheld, and dropped."""
        event, endpoint = claimed.event, claimed.endpoint
        subjects = await self._database.read(outbox.subjects_of, event.seq)
        granted = await self._grants.granted(subjects, endpoint.purpose)
        key = await asyncio.to_thread(self._keys.names_key, endpoint.id, self._rng)
        row = claimed.delivery
        said = render(
            event,
            Destination(Names(key), endpoint.purpose),
            row.lane_seq,
            subjects,
            granted,
            replay=row.replay,
        )
        if isinstance(said, Withheld):
            log.info("hooks.withheld", type=event.type, why=said.value)
            return None
        return Rendered(said.message, said.body)
