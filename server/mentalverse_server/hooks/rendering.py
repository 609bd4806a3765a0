"""How an event looks at its endpoint now: `privacy`, with what is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial

import structlog

from mentalverse_signaling.consent_events import ConsentPurpose
from mentalverse_signaling.consent_text import CONSENT_TEXTS

from ..store import consents, outbox
from ..store.deliveries import Claimed
from ..store.engine import Database
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from .catalogue.purposes import Purpose
from .endpoint_keys import EndpointKeys
from .outward import Rendered
from .privacy import Destination, Grants, Names, Withheld, render

log = structlog.get_logger()


class Consented:
    """Who agreed to the words of a purpose as they are now. See `Grants`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def granted(
        self, accounts: Iterable[str], purpose: Purpose
    ) -> frozenset[str]:
        """See `Grants`. Nobody is asked whether somebody may be paged."""
        asked = frozenset(accounts)
        if not asked or purpose is Purpose.PAGING:
            return frozenset()
        version = CONSENT_TEXTS[ConsentPurpose(purpose.value)].version
        return await self._database.read(
            consents.who_agreed, asked, purpose.value, version
        )


class Rendering:
    """See `outward.Render`. Notes whom an endpoint is told of before it is told."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        keys: EndpointKeys,
        grants: Grants,
        rng: Callable[[int], bytes],
    ) -> None:
        self._database = database
        self._writer = writer
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
        is_there = await self._noted(claimed, said, now_ms)
        return said if is_there else None

    async def _noted(self, claimed: Claimed, said: Rendered, now_ms: int) -> bool:
        """Whether it is kept whom this names; not of who was deleted meanwhile."""
        endpoint, read = claimed.endpoint.id, self._database.read
        if not await read(consents.unnamed, endpoint, said.named):
            return True
        script = partial(_note, claimed, said, now_ms)
        return await self._writer.run(script, lane=WriterLane.OTHER)


def _note(
    claimed: Claimed, said: Rendered, now_ms: int, transaction: Transaction
) -> bool:
    connection = transaction.connection
    if outbox.get(connection, claimed.event.seq) is None:
        return False
    consents.name_to(connection, claimed.endpoint.id, said.named, now_ms)
    return True
