"""A case as the person sees it.

There is no place in a line: it could get worse. There is how long others waited, who is
to be in the conversation, and the honest word that nobody has come (`outside_lines`).
"""

from __future__ import annotations

from collections.abc import Iterator

from mentalverse_crisis.case import Case, CaseState, TransferStep
from mentalverse_crisis.policy import Policy
from mentalverse_signaling.crisis_events import (
    CaseHelper,
    CaseStatus,
    CaseView,
    HelperRole,
)
from mentalverse_signaling.ids import AccountId, CaseId

from ..store import accounts, case_conversations, cases
from ..store.desk_time import DeskTime
from ..store.engine import Connection
from .waits import Waits


def newest(
    connection: Connection, person: str, time: DeskTime, waits: Waits
) -> CaseView | None:
    """The case that somebody opened last, also one that is over."""
    case = cases.newest_of(connection, person)
    return None if case is None else view(connection, case, time, waits)


def view(connection: Connection, case: Case, time: DeskTime, waits: Waits) -> CaseView:
    """A case, with the names of who helps."""
    now_ms = time.now_ms(connection)
    p50, p90 = waits.of(connection, case.band, now_ms)
    return CaseView(
        case=CaseId(case.id),
        status=CaseStatus(case.state.value),
        band=case.band.value,
        opened_at=case.tapped_at_ms,
        now=now_ms,
        helpers=tuple(_helpers(connection, case)),
        conversation=case_conversations.conversation_of(connection, case.id),
        wait_p50_ms=p50,
        wait_p90_ms=p90,
        outside_lines=_nobody_came(case, cases.policy(connection, case.policy)),
        kept_until=_kept_until_ms(case, now_ms),
        drill=bool(case.drill),
    )


def roles(case: Case) -> Iterator[tuple[str, HelperRole]]:
    """Responders who are to be in the conversation, and why; the holder first."""
    if case.hold is not None:
        yield case.hold.responder, HelperRole.HOLDER
    transfer = case.transfer
    if transfer is not None and transfer.step is TransferStep.COMING:
        yield transfer.to, HelperRole.SUCCESSOR
    for guest in case.guests:
        yield guest, HelperRole.GUEST
    if case.follow_up is not None and case.follow_up.taken_by:
        yield case.follow_up.taken_by, HelperRole.GUEST


def _helpers(connection: Connection, case: Case) -> Iterator[CaseHelper]:
    if case.state.is_final:
        return
    is_gone = case.responder_gap is not None or case.is_rescue
    for responder, role in roles(case):
        known = accounts.account(connection, AccountId(responder))
        if known is None or not known.handle:
            continue  # a robot, or somebody who has left altogether
        yield CaseHelper(
            account=known.id,
            handle=known.handle,
            role=role,
            is_reconnecting=is_gone and role is HelperRole.HOLDER,
        )


def _nobody_came(case: Case, policy: Policy) -> bool:
    fired = policy.ladder[: case.escalation.level]
    return case.seeks and any(rung.offers_outside for rung in fired)


def _kept_until_ms(case: Case, now_ms: int) -> int | None:
    kept_ms = case.kept_until_ms
    if case.state is not CaseState.ABANDONED or kept_ms is None or kept_ms < now_ms:
        return None
    return kept_ms
