"""Handing a case to somebody else without the person falling between two chairs.

Warm: the holder asks one colleague, and stays. The colleague agrees, the person's
device lets them in, and only then the hold passes, in one step; whoever had it is a
guest until they say good-bye. Who declines, or does not answer, leaves everything as
it was.

Cold, the case goes back to the queue: `giving_back`.
"""

from __future__ import annotations

from .case import Case, CaseState, Transfer, TransferStep
from .draft import Draft
from .effects import (
    Invited,
    Notice,
    ResponderTold,
)
from .errors import NotNow
from .events import (
    Joined,
    TransferAccepted,
    TransferAsked,
    TransferDeclined,
)
from .holds import require_hold, take
from .record import What
from .routing import Room, refusal


def asked(draft: Draft, event: TransferAsked) -> None:
    """The holder asks one colleague to take over.

    Raises:
        NotNow: somebody is being asked already, or the one asked may not take it now.
        StaleFence: the case is somebody else's.
    """
    case = draft.case(event.case)
    require_hold(case, event.responder, event.fence)
    if case.state is not CaseState.ACTIVE or case.transfer is not None:
        raise NotNow("this conversation cannot be handed over now")
    policy = draft.policy(case)
    target = draft.responder(event.to)
    room = Room(draft.responders.values(), draft.cases.values(), policy)
    why = refusal(target, case, policy, room, draft.now_ms)
    if why is not None:
        raise NotNow(f"they cannot take it now: {why.value}")
    until_ms = draft.now_ms + policy.transfer_answer_seconds * 1000
    case = draft.change(
        case,
        transfer=Transfer(to=target.id, step=TransferStep.ASKED, until_ms=until_ms),
    )
    _tell(draft, case, "asked", target.id, Notice.TRANSFER_ASKED)


def accepted(draft: Draft, event: TransferAccepted) -> None:
    """The colleague agrees; the person's device is asked to let them in.

    Raises:
        NotNow: nobody asks them any more.
    """
    case = draft.case(event.case)
    transfer = case.transfer
    if transfer is None or transfer.to != event.responder:
        raise NotNow("nobody asks you to take this over any more")
    if transfer.step is TransferStep.COMING:
        return
    until_ms = draft.now_ms + draft.policy(case).transfer_answer_seconds * 1000
    coming = Transfer(
        to=transfer.to,
        step=TransferStep.COMING,
        until_ms=until_ms,
        device=event.device,
    )
    case = draft.change(case, transfer=coming)
    draft.note(case, What.TRANSFER, responder=transfer.to, outcome="agreed")
    draft.tell(
        Invited(
            case=case.id,
            responder=transfer.to,
            device=event.device,
            fence=case.fence,
        )
    )


def declined(draft: Draft, event: TransferDeclined) -> None:
    """The colleague cannot; the holder hears so and goes on."""
    case = draft.case(event.case)
    transfer = case.transfer
    if transfer is not None and transfer.to == event.responder:
        call_off(draft, case, transfer)


def arrived(draft: Draft, event: Joined) -> None:
    """The colleague is in the conversation: the hold passes, in this one step."""
    case = draft.case(event.case)
    transfer, hold = case.transfer, case.hold
    if transfer is None or hold is None or transfer.to != event.responder:
        return
    if transfer.step is not TransferStep.COMING:
        return
    case = draft.change(case, transfer=None, guests=(*case.guests, hold.responder))
    case = take(draft, case, transfer.to, transfer.device, has_joined=True)
    _tell(draft, case, "done", hold.responder, Notice.HANDED_OVER)


def call_off(draft: Draft, case: Case, transfer: Transfer) -> Case:
    """The case as it was before somebody was asked."""
    holder = case.held().responder
    case = draft.change(case, transfer=None)
    _tell(draft, case, "called_off", transfer.to, Notice.TRANSFER_OVER)
    draft.tell(ResponderTold(case=case.id, responder=holder, what=Notice.TRANSFER_OVER))
    return case


def _tell(draft: Draft, case: Case, outcome: str, responder: str, what: Notice) -> None:
    draft.note(case, What.TRANSFER, responder=responder, outcome=outcome)
    draft.tell(ResponderTold(case=case.id, responder=responder, what=what))
