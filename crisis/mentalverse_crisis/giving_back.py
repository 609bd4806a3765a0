"""Giving a case back to the queue, before all others of its class: a cold transfer.

It needs a reason. An A0 or A1 goes back only once a supervisor agrees, another one than
the holder, who is written down by name: until then the holder keeps it, and their wish
is part of the case. It ends with their hold, or when they withdraw it.
"""

from __future__ import annotations

from .case import Case, CaseState, Escalation
from .draft import Draft
from .effects import Notice, ResponderTold, SupervisorsTold
from .errors import NotAllowed, NotNow, ReasonRequired
from .events import ReturnAgreed, ReturnWithdrawn, TransferredCold
from .holds import release, require_hold, rest
from .offers import exclude
from .record import What
from .transfer import call_off


def asked(draft: Draft, event: TransferredCold) -> None:
    """The holder gives the case back, or asks to if it is urgent.

    Raises:
        NotNow: there is no conversation to be given back.
        ReasonRequired: none was given.
        StaleFence: the case is somebody else's.
    """
    case = draft.case(event.case)
    require_hold(case, event.responder, event.fence)
    if case.state is not CaseState.ACTIVE:
        raise NotNow("this conversation cannot be handed over now")
    if not event.reason.strip():
        raise ReasonRequired("giving a case back needs a reason")
    if not case.band.is_urgent:
        _give_back(draft, case, event.reason)
    elif case.return_reason != event.reason:
        case = draft.change(case, return_reason=event.reason)
        _note(draft, case, "return_asked", reason=event.reason)
        draft.tell(SupervisorsTold(case=case.id, what=Notice.RETURN_WANTED))


def agreed(draft: Draft, event: ReturnAgreed) -> None:
    """A supervisor agrees: the case goes back.

    Raises:
        NotAllowed: no supervisor, or whoever has it.
        NotNow: nobody wants to give it back, or not any more.
    """
    case = draft.case(event.case)
    if not case.return_reason:
        raise NotNow("nobody wants to give this case back any more")
    holder = case.held().responder
    if event.supervisor == holder or not draft.is_supervisor(event.supervisor):
        raise NotAllowed("an A0 or A1 goes back only if another supervisor agrees")
    _give_back(draft, case, case.return_reason, agreed_by=event.supervisor)
    draft.tell(
        ResponderTold(case=case.id, responder=holder, what=Notice.TRANSFER_OVER),
        SupervisorsTold(case=case.id, what=Notice.TRANSFER_OVER),
    )


def withdrawn(draft: Draft, event: ReturnWithdrawn) -> None:
    """The holder keeps it after all.

    Raises:
        NotNow: nobody holds the case.
        StaleFence: the case is somebody else's.
    """
    case = draft.case(event.case)
    require_hold(case, event.responder, event.fence)
    if case.return_reason:
        case = draft.change(case, return_reason="")
        _note(draft, case, "return_withdrawn")
        draft.tell(SupervisorsTold(case=case.id, what=Notice.RETURN_WITHDRAWN))


def _give_back(draft: Draft, case: Case, reason: str, agreed_by: str = "") -> None:
    if case.transfer is not None:
        case = call_off(draft, case, case.transfer)
    _note(draft, case, "cold", actor=agreed_by, reason=reason)
    target_ms = draft.policy(case).accept_ms(case.band)
    holder = case.held().responder
    rest(draft, case, holder)
    case = exclude(draft, release(draft, case), holder)
    draft.change(
        case,
        is_front=True,
        accept_due_ms=draft.now_ms + target_ms,
        escalation=Escalation(),
    )


def _note(
    draft: Draft, case: Case, outcome: str, actor: str = "", reason: str = ""
) -> None:
    draft.note(
        case,
        What.TRANSFER,
        actor=actor,
        responder=case.held().responder,
        outcome=outcome,
        reason=reason,
    )
