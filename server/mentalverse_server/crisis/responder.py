"""What responders and supervisors do: duty, offers, cases, follow-ups.

Who may see which case: whoever holds it, was asked into it or is asked to take it over;
supervisors all. Where the holder's fence is given, the rules themselves decide, so that
somebody whose case has passed on hears that it has, and not that there is none.

A follow-up is a duty of the desk that outlives a shift, so everybody of the team sees
those that are open, may take one, and may say how an attempt went.
"""

from __future__ import annotations

from functools import partial

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import Case, CaseState
from mentalverse_crisis.desk import Duty
from mentalverse_crisis.events import (
    BackUpCame,
    BandLowered,
    DutyChanged,
    EarlyStartAllowed,
    Ended,
    Event,
    FollowUpDecision,
    FollowUpLeft,
    FollowUpRecorded,
    FollowUpTaken,
    GuestAdded,
    GuestLeft,
    OfferAccepted,
    OfferDeclined,
    Outcome,
    PageAcked,
    ResponderHere,
    ResponderTyping,
    ReturnAgreed,
    ReturnWithdrawn,
    SupervisorWanted,
    TransferAccepted,
    TransferAsked,
    TransferDeclined,
    TransferredCold,
    WrappedUp,
)
from mentalverse_signaling.board_events import BoardView
from mentalverse_signaling.desk_events import (
    CaseAccept,
    CaseDecline,
    CaseEnd,
    CaseEscalate,
    CaseJoin,
    CaseLower,
    CaseStepOut,
    CaseTransfer,
    CaseTransferAnswer,
    CaseTyping,
    CaseWrapUp,
    DeskView,
    FollowUpRecord,
    FollowUps,
    FollowUpTake,
    PageAck,
)
from mentalverse_signaling.errors import Forbidden, NotFound
from mentalverse_signaling.supervisor_events import CaseAgreeReturn, DutyAllow

from ..services.desk import Beside, CrisisDesk
from ..store import cases
from ..store.engine import Database
from ..transport.connections import Principal
from .board import Board
from .desk_view import DeskViews, is_in
from .eligibility import Eligibility
from .pages.duty_test import DutyTests
from .presence import Presence
from .refusals import refusals
from .team import Member, Team

_TALKING = (CaseState.ACCEPTED, CaseState.ACTIVE)


class Responders:
    """Each call for one principal; what it changes is shown by its answer."""

    def __init__(
        self,
        desk: CrisisDesk,
        database: Database,
        team: Team,
        views: DeskViews,
        board: Board,
        presence: Presence,
        tests: DutyTests,
        eligibility: Eligibility,
    ) -> None:
        self._desk = desk
        self._database = database
        self._team = team
        self._views = views
        self._board = board
        self._presence = presence
        self._tests = tests
        self._eligibility = eligibility

    # --- duty ---

    async def mine(self, principal: Principal) -> DeskView:
        """All that is the caller's; `Forbidden` if they are not of the team."""
        return await self._view(await self._team.member(principal))

    async def start(self, principal: Principal) -> DeskView:
        """Begin, or go on.

        Raises:
            NotNow: after too little rest.
            Forbidden: not of the team, or their credential was taken back or has ended.
        """
        member = await self._team.member(principal)
        account = member.account
        desk = await self._database.read_for_help(self._views.desk)
        begins = desk.responders[account].duty is Duty.OFF
        is_bad = begins and await self._eligibility.was_taken_back(account)
        # Whoever watches over the desk does so in any case.
        if is_bad and not member.is_supervisor:
            raise Forbidden("their credential for people in a crisis is not good")
        # By the socket of this call; it may have closed by the time that it is decided.
        changed = DutyChanged(responder=account, duty=Duty.ON, is_online=True)
        await self._decide(changed, partial(self._tests.begin, account))
        self._presence.make_sure(account, member.device)
        if begins:
            self._tests.send(account)
            self._eligibility.ask(account)
        return await self._view(member)

    async def pause(self, principal: Principal) -> DeskView:
        """A break; of who is off duty, nothing is to be interrupted."""
        member = await self._team.member(principal)
        desk = await self._database.read_for_help(self._views.desk)
        if desk.responders[member.account].duty is Duty.OFF:
            return await self._view(member)
        changed = DutyChanged(responder=member.account, duty=Duty.PAUSED)
        return await self._answer(member, changed)

    async def end(self, principal: Principal) -> DeskView:
        """Go; `NotNow` as long as somebody is in the caller's hands."""
        member = await self._team.member(principal)
        changed = DutyChanged(responder=member.account, duty=Duty.OFF)
        await self._decide(changed, partial(self._tests.over, member.account))
        return await self._view(member)

    async def beat(self, principal: Principal) -> None:
        """The calling device is there: it keeps its holds."""
        member = await self._team.member(principal)
        desk = await self._database.read_for_help(self._views.desk)
        self._presence.look_again(member.account)
        for case in desk.cases.values():
            hold = case.hold
            if hold is None or case.is_rescue or case.state not in _TALKING:
                continue
            if (hold.responder, hold.device) == (member.account, member.device):
                await self._decide(
                    ResponderHere(
                        case=case.id, responder=hold.responder, device=hold.device
                    )
                )

    # --- offers ---

    async def accept(self, principal: Principal, payload: CaseAccept) -> DeskView:
        """Take a case. `OfferExpired`, `OfferRescinded`, `AlreadyHeld`."""
        member = await self._team.member(principal)
        return await self._answer(
            member,
            OfferAccepted(
                case=payload.case,
                offer=payload.offer,
                responder=member.account,
                device=member.device,
            ),
        )

    async def decline(self, principal: Principal, payload: CaseDecline) -> DeskView:
        """Leave it to somebody else."""
        member = await self._team.member(principal)
        return await self._answer(
            member,
            OfferDeclined(
                case=payload.case, offer=payload.offer, responder=member.account
            ),
        )

    # --- a case ---

    async def typing(self, principal: Principal, payload: CaseTyping) -> None:
        """Somebody in the case is writing."""
        member = await self._team.member(principal)
        await self._seen(member, payload.case)
        event = ResponderTyping(case=payload.case, responder=member.account)
        await self._decide(event)

    async def lower(self, principal: Principal, payload: CaseLower) -> DeskView:
        """A case that the caller sees is less urgent, and why."""
        member = await self._team.member(principal)
        case = await self._seen(member, payload.case)
        return await self._answer(
            member,
            BandLowered(
                case=case.id,
                band=Band(payload.band),
                actor=member.account,
                reason=payload.reason,
            ),
        )

    async def transfer(self, principal: Principal, payload: CaseTransfer) -> DeskView:
        """Ask somebody to take over, give the case back, or keep it after all.

        `StaleFence`.
        """
        member = await self._team.member(principal)
        case, fence, account = payload.case, payload.fence, member.account
        if payload.to is not None:
            return await self._answer(
                member,
                TransferAsked(case=case, responder=account, fence=fence, to=payload.to),
            )
        if payload.reason is None:
            kept = ReturnWithdrawn(case=case, responder=account, fence=fence)
            return await self._answer(member, kept)
        given = TransferredCold(
            case=case, responder=account, fence=fence, reason=payload.reason
        )
        return await self._answer(member, given)

    async def agree_return(
        self, principal: Principal, payload: CaseAgreeReturn
    ) -> BoardView:
        """Let an A0 or A1 go back. `Forbidden`; `NotNow` if nobody asks any more."""
        member = await self._team.supervisor(principal)
        await self._decide(ReturnAgreed(case=payload.case, supervisor=member.account))
        return await self._board.anew()

    async def allow(self, principal: Principal, payload: DutyAllow) -> BoardView:
        """Let somebody else begin early. `Forbidden`, `NotFound`, `NotNow`."""
        member = await self._team.supervisor(principal)
        await self._decide(
            EarlyStartAllowed(responder=payload.account, actor=member.account)
        )
        return await self._board.anew()

    async def answer_transfer(
        self, principal: Principal, payload: CaseTransferAnswer
    ) -> DeskView:
        """Take over with this device, or not. `NotNow` if nobody asks any more."""
        member = await self._team.member(principal)
        case, account = payload.case, member.account
        if not payload.accept:
            event: Event = TransferDeclined(case=case, responder=account)
        else:
            event = TransferAccepted(case=case, responder=account, device=member.device)
        return await self._answer(member, event)

    async def escalate(self, principal: Principal, payload: CaseEscalate) -> DeskView:
        """Ask supervisors and professionals to come in. `StaleFence`."""
        member = await self._team.member(principal)
        return await self._answer(
            member,
            SupervisorWanted(
                case=payload.case, responder=member.account, fence=payload.fence
            ),
        )

    async def join(self, principal: Principal, payload: CaseJoin) -> DeskView:
        """Come in beside the holder: a supervisor, or a professional who is wanted.

        `Forbidden` for everybody else; `NotNow` if nobody asks for back-up any more.
        """
        member = await self._team.member(principal)
        kind = GuestAdded if member.is_supervisor else BackUpCame
        came = kind(case=payload.case, responder=member.account)
        return await self._answer(member, came)

    async def step_out(self, principal: Principal, payload: CaseStepOut) -> DeskView:
        """A guest goes; `NotNow` for who has the case."""
        member = await self._team.member(principal)
        left = GuestLeft(case=payload.case, responder=member.account)
        return await self._answer(member, left)

    async def end_case(self, principal: Principal, payload: CaseEnd) -> DeskView:
        """End the conversation. `StaleFence`."""
        member = await self._team.member(principal)
        return await self._answer(
            member,
            Ended(case=payload.case, responder=member.account, fence=payload.fence),
        )

    async def wrap_up(self, principal: Principal, payload: CaseWrapUp) -> DeskView:
        """Sum up. `BadRequest` without the decision that it needs."""
        member = await self._team.member(principal)
        wish = payload.follow_up
        return await self._answer(
            member,
            WrappedUp(
                case=payload.case,
                responder=member.account,
                fence=payload.fence,
                outcome=payload.outcome,
                follow_up=None if wish is None else FollowUpDecision(wish.value),
            ),
        )

    async def ack_page(self, principal: Principal, payload: PageAck) -> None:
        """Take care of a page, whoever of the team it was sent to."""
        member = await self._team.member(principal)
        await self._decide(PageAcked(case=payload.case, by=member.account))

    # --- afterwards, and for supervisors ---

    async def follow_ups(self, principal: Principal) -> FollowUps:
        """Those that are open."""
        return await self._follow_ups(await self._team.member(principal))

    async def take(self, principal: Principal, payload: FollowUpTake) -> FollowUps:
        """Mean to do one, or step back from it. `NotNow` if somebody else does."""
        member = await self._team.member(principal)
        kind = FollowUpTaken if payload.take else FollowUpLeft
        await self._decide(kind(case=payload.case, responder=member.account))
        return await self._follow_ups(member)

    async def record(self, principal: Principal, payload: FollowUpRecord) -> FollowUps:
        """How one attempt went; those that are open then."""
        member = await self._team.member(principal)
        await self._decide(
            FollowUpRecorded(
                case=payload.case,
                responder=member.account,
                outcome=Outcome(payload.outcome.value),
            )
        )
        return await self._follow_ups(member)

    async def board(self, principal: Principal) -> BoardView:
        """Everything; `Forbidden` for who is no supervisor."""
        await self._team.supervisor(principal)
        return await self._board.view()

    # --- what they have in common ---

    async def _answer(self, member: Member, event: Event) -> DeskView:
        await self._decide(event)
        return await self._view(member)

    async def _decide(self, event: Event, beside: Beside | None = None) -> None:
        with refusals():
            await self._desk.decide(event, beside)

    async def _view(self, member: Member) -> DeskView:
        return await self._database.read_for_help(self._views.mine, member.account)

    async def _follow_ups(self, member: Member) -> FollowUps:
        return await self._database.read_for_help(
            self._views.follow_ups, member.account
        )

    async def _seen(self, member: Member, case: str) -> Case:
        """A case that is not over, if the caller sees it; `NotFound` otherwise."""
        found = await self._database.read_for_help(cases.case, case)
        if found is None or not _sees(member, found):
            raise NotFound("no such case")
        return found


def _sees(member: Member, case: Case) -> bool:
    return member.is_supervisor or is_in(case, member.account)
