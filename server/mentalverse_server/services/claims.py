"""`claim.attest` and `claim.fetch`: what two have signed of goals and milestones."""

from __future__ import annotations

from functools import partial

from mentalverse_signaling.claim_events import (
    MAX_CLAIMS,
    MAX_CLAIMS_SHOWN,
    ClaimAttest,
    ClaimKind,
    Claims,
    ClaimView,
    claim_octets,
)
from mentalverse_signaling.claims import joins, require_day, require_place
from mentalverse_signaling.errors import NotFound, QuotaExceeded
from mentalverse_signaling.ids import ConversationId

from ..hooks.catalogue.relationships import GoalChanged
from ..store import claims as store
from ..store.conversations import load_state
from ..store.desk_time import DeskTime
from ..store.engine import Connection, Database
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from ..transport.connections import Principal
from .calls.members import require_leaf
from .calls.signed import require_signed
from .match_news import reached
from .telling import tell

SIGNERS = 2
GOAL = "goal"
"""The only kind of goal, as far as the server knows."""


class Claiming:
    """Keeps what both sides of a conversation of two have signed."""

    def __init__(self, database: Database, writer: Writer, time: DeskTime) -> None:
        self._database = database
        self._writer = writer
        self._time = time

    async def attest(self, principal: Principal, request: ClaimAttest) -> ClaimView:
        """Keep the caller's signature; the claim after it.

        Raises:
            NotFound, NotAMember: not the caller's conversation.
            Forbidden: it is not one of two.
            BadRequest: a day that has not come, or not the device's signature.
            NotNow: a day that is too long past.
            Conflict: the other has signed another day.
            QuotaExceeded: enough is claimed there.
        """
        script = partial(_attest, principal, request, self._time.own_ms())
        return await self._writer.run(script, lane=WriterLane.OTHER)

    async def fetch(self, principal: Principal, conversation: ConversationId) -> Claims:
        """The claims of a conversation that the calling device is in."""
        return await self._database.read(_fetch, principal, conversation)


def _attest(
    principal: Principal, request: ClaimAttest, now_ms: int, transaction: Transaction
) -> ClaimView:
    connection = transaction.connection
    where, kind, ref, day = (
        *(request.conversation, request.kind),
        *(request.ref, request.day),
    )
    _require_place(connection, principal, where)
    before = store.signed(connection, where, kind, ref)
    if not joins(before, principal.account, day):
        return store.view(kind.value, ref, day, before)
    require_day(day, now_ms)
    if store.count(connection, where) >= SIGNERS * MAX_CLAIMS:
        raise QuotaExceeded("enough is claimed in this conversation")
    octets = claim_octets(where, kind, ref, day)
    require_signed(connection, principal.device, request.signature, octets)
    row = store.ClaimRow(
        *(where, kind, ref, principal.account, principal.device),
        *(day, request.signature, now_ms),
    )
    store.add(connection, row)
    both = tuple(sorted({*before, principal.account}))
    if len(both) == SIGNERS and kind is ClaimKind.MILESTONE:
        reached(transaction, both)
    elif len(both) == SIGNERS:
        data = GoalChanged(goal=ref.hex(), kind=GOAL, attested_by=both)
        tell(
            *(transaction, kind.value, where, data),
            at_ms=now_ms,
            about=both,
            occasion=ref.hex(),
        )
    return store.view(kind.value, ref, day, both)


def _fetch(
    connection: Connection, principal: Principal, conversation: ConversationId
) -> Claims:
    _require_place(connection, principal, conversation)
    found = store.newest(connection, conversation, MAX_CLAIMS_SHOWN + 1)
    return Claims(tuple(found[:MAX_CLAIMS_SHOWN]), more=len(found) > MAX_CLAIMS_SHOWN)


def _require_place(
    connection: Connection, principal: Principal, conversation: ConversationId
) -> None:
    state = load_state(connection, conversation)
    require_leaf(state, principal)
    if state is None:
        raise NotFound("no such conversation")
    require_place(state.kind)
