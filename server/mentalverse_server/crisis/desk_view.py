"""What one responder's screen shows: their duty, their offers, their cases."""

from __future__ import annotations

from collections.abc import Callable

from mentalverse_crisis import back_up
from mentalverse_crisis.case import Case, CaseState, FollowUp, Hold, Offer, TransferStep
from mentalverse_crisis.desk import Desk, Duty, Responder
from mentalverse_crisis.duty import may_start_early
from mentalverse_crisis.ending import needs_decision
from mentalverse_crisis.holds import reply_due_ms
from mentalverse_crisis.policy import Policy
from mentalverse_signaling.crisis_events import CaseChannel, CaseStatus, HelperRole
from mentalverse_signaling.desk_events import (
    MAX_LISTED,
    DeskCase,
    DeskView,
    DutyStatus,
    FollowUps,
    FollowUpView,
    OfferView,
    PageTestView,
    WantedCase,
)
from mentalverse_signaling.ids import AccountId, CaseId

from ..store import accounts, case_conversations, cases, duty_tests
from ..store.engine import Connection
from .glance import Glance


class DeskViews:
    """Made of one snapshot each, in a thread that reads."""

    def __init__(
        self, glance: Glance, now_ms: Callable[[Connection], int], is_demo: bool
    ) -> None:
        """`now_ms` is the time of the desk."""
        self._glance = glance
        self._now_ms = now_ms
        self._is_demo = is_demo

    def desk(self, connection: Connection) -> Desk:
        """The desk as it stands."""
        return self._glance.of(connection)

    def mine(self, connection: Connection, account: AccountId) -> DeskView:
        """Everything that is theirs; they are on the roster."""
        desk, now_ms = self._glance.of(connection), self._now_ms(connection)
        known, policy = desk.responders[account], desk.policies[desk.policy]
        asked = [
            offer_view(case, offer, now_ms)
            for case in desk.cases.values()
            for offer in case.pending
            if offer.responder == account
        ]
        own = [case for case in desk.cases.values() if is_in(case, account)]
        own.sort(key=lambda case: (case.band, case.enqueued_at_ms, case.id))
        return DeskView(
            now=now_ms,
            duty=DutyStatus(known.duty.value),
            is_supervisor=known.is_supervisor,
            resting_until=resting_until_ms(known, policy, now_ms),
            urgent_today=known.urgent_today,
            urgent_soft_cap=policy.urgent_soft_cap,
            urgent_hard_cap=policy.urgent_hard_cap,
            max_slots=known.max_slots,
            offers=tuple(sorted(asked, key=lambda one: (one.band, one.accept_due_at))),
            cases=tuple(
                _desk_case(connection, desk, case, account) for case in own[:MAX_LISTED]
            ),
            follow_ups_due=cases.count_follow_ups(connection),
            is_surge=desk.surge is not None,
            is_demo=self._is_demo,
            page_test=None
            if known.duty is Duty.OFF
            else _page_test(connection, account),
            may_start_early=may_start_early(known, now_ms),
            wanted=_wanted(connection, desk, known),
        )

    def follow_ups(self, connection: Connection, account: AccountId) -> FollowUps:
        """Those that are open, as this account sees them, the longest due first."""
        found = cases.follow_ups(connection)[:MAX_LISTED]
        return FollowUps(
            now=self._now_ms(connection),
            follow_ups=tuple(_follow_up(connection, *one, account) for one in found),
        )


def is_in(case: Case, account: str) -> bool:
    """Whether somebody has a case, was asked into it, or is asked to take it over."""
    holder = "" if case.hold is None else case.hold.responder
    successor = "" if case.transfer is None else case.transfer.to
    return account in (holder, successor, *case.guests)


def offer_view(case: Case, offer: Offer, now_ms: int) -> OfferView:
    """An offer as it is asked, complete."""
    return OfferView(
        case=CaseId(case.id),
        offer=offer.id,
        band=case.band,
        made_at=offer.made_at_ms,
        expires_at=offer.expires_at_ms,
        opened_at=case.enqueued_at_ms,
        accept_due_at=case.accept_due_ms,
        now=now_ms,
        language=case.language,
        region=case.region,
        channel=CaseChannel(case.channel.value),
        needs=case.needs,
        is_minor=case.is_minor,
        is_rescue=case.is_rescue,
        drill=bool(case.drill),
    )


def resting_until_ms(known: Responder, policy: Policy, now_ms: int) -> int | None:
    """Until when somebody is asked nothing; None: they need no rest now."""
    until_ms = known.resting_until_ms
    if known.duty is Duty.OFF and known.duty_ended_at_ms is not None:
        until_ms = known.duty_ended_at_ms + policy.rest_seconds * 1000
    return until_ms if until_ms > now_ms else None


def _desk_case(
    connection: Connection, desk: Desk, case: Case, account: AccountId
) -> DeskCase:
    hold, transfer = case.hold, case.transfer
    person_gap, responder_gap, silence = (
        case.person_gap,
        case.responder_gap,
        case.silence,
    )
    to = None if transfer is None else _handle(connection, transfer.to)
    return DeskCase(
        case=CaseId(case.id),
        role=_role(case, account),
        fence=case.fence if hold is None else hold.fence,
        status=CaseStatus(case.state.value),
        band=case.band,
        person=AccountId(case.person),
        conversation=case_conversations.conversation_of(connection, case.id),
        opened_at=case.enqueued_at_ms,
        language=case.language,
        region=case.region,
        channel=CaseChannel(case.channel.value),
        needs=case.needs,
        is_minor=case.is_minor,
        is_joined=hold is not None and hold.is_joined,
        reply_due_at=_reply_due_ms(case, hold),
        person_away_until=None if person_gap is None else person_gap.until_ms,
        responder_away_until=None if responder_gap is None else responder_gap.until_ms,
        silent_since=None if silence is None else silence.since_ms,
        wrap_up_until=case.wrap_up_until_ms,
        follow_up_required=needs_decision(case, desk.policy_of(case)),
        transfer_to=to,
        drill=bool(case.drill),
        return_asked=bool(case.return_reason),
        back_up_advised=back_up.is_advised(desk.responders, case, desk.policy_of(case)),
    )


def _wanted(
    connection: Connection, desk: Desk, known: Responder
) -> tuple[WantedCase, ...]:
    """Where back-up is asked for and this one may come in, the most urgent first."""
    if known.duty is not Duty.ON:
        return ()
    found = [
        (case.supervisor_wanted_at_ms, case)
        for case in desk.cases.values()
        if case.supervisor_wanted_at_ms is not None
        and back_up.may_come(known, case, desk.policy_of(case))
    ]
    found.sort(key=lambda one: (one[1].band, one[0], one[1].id))
    return tuple(
        WantedCase(
            case=CaseId(case.id),
            band=case.band,
            since=since_ms,
            language=case.language,
            holder=_handle(connection, case.held().responder),
        )
        for since_ms, case in found[:MAX_LISTED]
    )


def _page_test(connection: Connection, account: AccountId) -> PageTestView | None:
    test = duty_tests.of_account(connection, account)
    if test is None:
        return None
    return PageTestView(test.sent_at_ms, test.browsers, test.seen_at_ms)


def _handle(connection: Connection, account: str) -> str | None:
    return accounts.handles(connection, [account]).get(account)


def _role(case: Case, account: str) -> HelperRole | None:
    if case.hold is not None and case.hold.responder == account:
        return HelperRole.HOLDER
    transfer = case.transfer
    if transfer is not None and transfer.to == account:
        return HelperRole.SUCCESSOR if transfer.step is TransferStep.COMING else None
    return HelperRole.GUEST


def _reply_due_ms(case: Case, hold: Hold | None) -> int | None:
    if hold is None or case.state is not CaseState.ACCEPTED or case.is_rescue:
        return None
    return reply_due_ms(hold)


def _follow_up(
    connection: Connection, case: Case, follow_up: FollowUp, account: AccountId
) -> FollowUpView:
    conversation = case_conversations.conversation_of(connection, case.id)
    taken_by = follow_up.taken_by
    return FollowUpView(
        case=CaseId(case.id),
        band=case.band,
        status=CaseStatus(case.state.value),
        due_at=follow_up.due_ms,
        attempts=follow_up.attempts,
        person=AccountId(case.person),
        conversation=conversation,
        language=case.language,
        taken_by=_handle(connection, taken_by) if taken_by else None,
        is_mine=taken_by == account,
        is_in=conversation is not None
        and case_conversations.is_in(connection, conversation, account),
    )
