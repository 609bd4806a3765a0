"""What somebody who asks for help may do with their case.

Nobody names a case: it is found by who asks. The desk's own key of a request is a hash
over the account and what the client sent, so that no guess at either opens or finds the
case of somebody else.

Everything may be asked twice. Who leaves a case that is over, or takes up again what
they never left, is shown how it stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from mentalverse_crisis.acuity import UNKNOWN, Band, BandSource, one_higher
from mentalverse_crisis.case import Case, CaseState, Channel
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.errors import CaseUnknown
from mentalverse_crisis.events import (
    BandRaised,
    CaseOpened,
    Event,
    PersonHere,
    PersonLeft,
    PersonReturned,
)
from mentalverse_signaling.crisis_events import (
    CaseMineView,
    CaseOpen,
    CaseRaise,
    CaseView,
)
from mentalverse_signaling.errors import NotFound, NotNow
from mentalverse_signaling.ids import AccountId, ConversationId, new_id

from ..services.calls.stepping_out import SteppingOut
from ..services.desk import CrisisDesk
from ..store import case_conversations, cases
from ..store.desk_time import DeskTime
from ..store.engine import Connection, Database
from ..store.facts import CaseAttached
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from ..transport.connections import Principal
from . import person_view
from .attached import Attached
from .clusters import Clusters
from .refusals import refusals
from .waits import Waits

_TALKING = (CaseState.ACCEPTED, CaseState.ACTIVE)


class Persons:
    """The calls of those who ask for help."""

    def __init__(
        self,
        desk: CrisisDesk,
        database: Database,
        writer: Writer,
        time: DeskTime,
        clusters: Clusters,
        attached: Attached,
        rng: Callable[[int], bytes],
    ) -> None:
        self._desk = desk
        self._attached = attached
        self._database = database
        self._writer = writer
        self._time = time
        self._clusters = clusters
        self._rng = rng
        self._waits = Waits()
        self.stepping_out: SteppingOut | None = None
        """What a case means for a call that the person is in."""

    def is_clustered(self, address: str, who: str, request: CaseOpen) -> bool:
        """Whether many have asked for help from this address lately; counts this one.

        `address` is where the call came from, and not kept; `who` tells apart whose
        requests these are.
        """
        return self._clusters.is_beyond(address, request_key(who, request.request))

    async def store(
        self,
        person: str,
        request: CaseOpen,
        *,
        is_trusted: bool = True,
        is_clustered: bool = False,
        came_ms: int | None = None,
    ) -> str:
        """The case of a request, stored; never refused.

        `person` is an account, or what stands for somebody without one; `came_ms`, when
        the request reached this server, by its own clock: None for now.
        """
        case = new_id(self._rng)

        def event() -> CaseOpened:
            return CaseOpened(
                case=case,
                request=request_key(person, request.request),
                person=person,
                tap_age_ms=request.tap_age_ms,
                kept_ms=0 if came_ms is None else self._time.own_ms() - came_ms,
                band=UNKNOWN if request.band is None else Band(request.band),
                source=_source(request.band is not None, request.set_by.value),
                language=request.language,
                region=request.region,
                needs=request.needs,
                channel=Channel(request.channel.value),
                is_minor=request.is_minor,
                is_trusted=is_trusted,
                is_clustered=is_clustered,
            )

        decision = await self._open(person, request, event)
        assert decision.opened is not None  # noqa: S101 - of every `CaseOpened`
        return decision.opened

    async def _open(
        self, person: str, request: CaseOpen, event: Callable[[], CaseOpened]
    ) -> Decision:
        """With the seat that the person leaves, if they are in a call."""
        if request.call is None or self.stepping_out is None:
            return await self._desk.decide(event)
        async with self.stepping_out.with_case(
            AccountId(person), request.call, tells_lead=request.tell_lead
        ) as beside:
            return await self._desk.decide(event, beside)

    async def mine(self, principal: Principal) -> CaseMineView:
        """How it stands with the case that the caller opened last."""
        case = await self._database.read_for_help(
            person_view.newest, principal.account, self._time, self._waits
        )
        return CaseMineView(None if case is None else self._watched(case))

    async def raise_(self, principal: Principal, request: CaseRaise) -> CaseMineView:
        """It is getting worse: of the caller's own case, or of one they help with.

        `NotFound` without an open case that the caller may see.
        """
        if request.case is None:
            case = await self._newest(principal)
            actor = "person"
        else:
            case = await self._database.read_for_help(
                _visible, request.case, principal.account
            )
            actor = principal.account
        if case is None or case.state.is_final:
            raise NotFound("no such case, or it is over")
        is_own = case.person == principal.account
        band = one_higher(case.band) if request.band is None else Band(request.band)
        source = BandSource(request.set_by.value) if is_own else BandSource.RESPONDER
        event = BandRaised(case=case.id, band=band, source=source, actor=actor)
        with refusals():
            await self._desk.decide(event)
        return CaseMineView(await self.view(case.id))

    async def leave(self, principal: Principal) -> CaseMineView:
        """Leave the queue, or end the conversation. Leaving twice is leaving once."""
        case = await self._newest(principal)
        if case is not None and not case.state.is_final:
            await self._decide_unless_over(PersonLeft(case=case.id))
        return await self.mine(principal)

    async def resume(self, principal: Principal) -> CaseMineView:
        """Take the place again. `NotNow` if it is no longer kept."""
        case = await self._newest(principal)
        if case is not None and case.state is CaseState.ABANDONED:
            try:
                with refusals():
                    await self._desk.decide(PersonReturned(case=case.id))
            except NotFound:
                raise NotNow("the place is no longer kept") from None
        return await self.mine(principal)

    async def beat(self, principal: Principal) -> None:
        """The device of whoever somebody talks with is there."""
        case = await self._newest(principal)
        if case is not None and case.state in _TALKING:
            await self._decide_unless_over(PersonHere(case=case.id))

    async def attach(
        self, principal: Principal, conversation: ConversationId
    ) -> CaseMineView:
        """Say which conversation belongs to the caller's case.

        `NotFound` without a case that is open, or unless the caller leads that
        conversation, and it is one for a crisis.
        """

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            case = cases.newest_of(connection, principal.account)
            if case is None or case.state.is_final:
                raise NotFound("no such case, or it is over")
            if not case_conversations.leads(
                connection, principal.account, conversation
            ):
                raise NotFound("no such conversation of the caller's for a crisis")
            case_conversations.attach(connection, case.id, conversation)
            transaction.publish(CaseAttached(conversation))

        await self._writer.run(script, lane=WriterLane.CRISIS)
        return await self.mine(principal)

    async def view(self, case: str) -> CaseView:
        """A case as its person sees it, else `NotFound`."""
        view = await self._database.read_for_help(_view, case, self._time, self._waits)
        if view is None:
            raise NotFound("no such case, or it is over")
        return self._watched(view)

    # --- inside ---

    def _watched(self, view: CaseView) -> CaseView:
        """Whoever asks how it stands has the desk look, should a hint be lost."""
        if view.conversation is not None and not CaseState(view.status.value).is_final:
            self._attached.watch(view.conversation)
        return view

    async def _newest(self, principal: Principal) -> Case | None:
        return await self._database.read_for_help(cases.newest_of, principal.account)

    async def _decide_unless_over(self, event: Event) -> None:
        """A case that has ended in the meantime is what the event would lead to."""
        with refusals():
            try:
                await self._desk.decide(event)
            except CaseUnknown:
                return


def request_key(person: str, request: str) -> str:
    """The desk's key of a request: 64 hexadecimal digits."""
    return hashlib.sha256(f"{person}:{request}".encode()).hexdigest()


def _source(is_said: bool, set_by: str) -> BandSource:
    return BandSource(set_by) if is_said else BandSource.NOBODY


def _view(
    connection: Connection, case_id: str, time: DeskTime, waits: Waits
) -> CaseView | None:
    case = cases.case(connection, case_id)
    return None if case is None else person_view.view(connection, case, time, waits)


def _visible(connection: Connection, case_id: str, account: str) -> Case | None:
    """A case that somebody sees: their own, one they are asked for or help with, or
    any, for supervisors."""
    case = cases.case(connection, case_id)
    if case is None:
        return None
    asked = {offer.responder for offer in case.pending}
    helpers = {responder for responder, _ in person_view.roles(case)}
    if account in asked | helpers | {case.person}:
        return case
    known = cases.responder(connection, account)
    return case if known is not None and known.is_supervisor else None
