"""A device that is gone, on either side, and the search for somebody else.

A device is gone when its connection ended, or when its lease ran out: a beat every 15
s renews it, and the lease is part of the case, so a machine that dies takes no case
along.

The responder's device has a short grace; the person hears "still here, reconnecting".
Then another responder is looked for, before all others of the class, and the old fence
is refused from that moment. The hold stays where it is until somebody accepts, so that
there is always one.

The person's device has a long grace: tunnels, empty batteries and somebody entering
the room are what this place is for. Then the conversation ends with a follow-up that
is due in half the time, and an urgent one is reviewed by a supervisor. It is never
just closed.
"""

from __future__ import annotations

import msgspec

from .case import Case, CaseState, Escalation, Gap, Hold
from .draft import Draft
from .effects import Notice, PersonTold, ResponderTold, SupervisorsTold
from .ending import begin_wrap_up
from .events import PersonHere, PersonLost, ResponderHere, ResponderLost
from .record import What

RESPONDER, PERSON = "responder", "person"
_TALKING = (CaseState.ACCEPTED, CaseState.ACTIVE)


def responder_lost(draft: Draft, event: ResponderLost) -> None:
    """The connection of a hold's device ended."""
    case = draft.case(event.case)
    if _holds(case, event.responder, event.device):
        open_responder_gap(draft, case)


def open_responder_gap(draft: Draft, case: Case) -> Case:
    """The case with its holder's device gone, if it was not already."""
    if case.state not in _TALKING or case.responder_gap is not None or case.is_rescue:
        return case
    grace_ms = draft.promised(case).responder_grace_seconds * 1000
    gap = Gap(since_ms=draft.now_ms, until_ms=draft.now_ms + grace_ms)
    case = draft.change(case, responder_gap=gap)
    draft.note(case, What.GAP_STARTED, side=RESPONDER)
    draft.tell(PersonTold(case=case.id, what=Notice.RECONNECTING))
    return case


def responder_here(draft: Draft, event: ResponderHere) -> None:
    """A beat renews the lease. During a rescue it is too late for that."""
    case = draft.case(event.case)
    hold = case.hold
    if hold is None or not _holds(case, event.responder, event.device):
        return
    if case.is_rescue:
        return
    renewed = msgspec.structs.replace(hold, lease_until_ms=_lease_ms(draft, case))
    if case.responder_gap is not None:
        draft.note(case, What.GAP_ENDED, side=RESPONDER)
        draft.tell(PersonTold(case=case.id, what=Notice.RECONNECTED))
    draft.change(case, hold=renewed, responder_gap=None)


def rescue(draft: Draft, case: Case) -> Case:
    """The case with the search for another responder begun."""
    gap = case.responder_gap
    since_ms = draft.now_ms if gap is None else gap.since_ms
    policy = draft.policy(case)
    case = draft.change(
        case,
        is_rescue=True,
        is_front=True,
        fence=case.fence + 1,
        responder_gap=None,
        transfer=None,
        return_reason="",
        seeking_since_ms=draft.now_ms,
        accept_due_ms=since_ms + policy.accept_ms(case.band),
        escalation=Escalation(),
    )
    draft.note(case, What.RESCUE)
    draft.tell(
        PersonTold(case=case.id, what=Notice.RESCUE),
        SupervisorsTold(case=case.id, what=Notice.RESCUE),
    )
    return case


def person_lost(draft: Draft, event: PersonLost) -> None:
    """Quick exit looks the same, and is meant to: the place is kept."""
    open_person_gap(draft, draft.case(event.case))


def open_person_gap(draft: Draft, case: Case) -> Case:
    """The case with the person's device gone; the clock of the first words stands."""
    if case.state not in _TALKING or case.person_gap is not None:
        return case
    grace_ms = draft.promised(case).person_grace_seconds * 1000
    gap = Gap(since_ms=draft.now_ms, until_ms=draft.now_ms + grace_ms)
    case = draft.change(case, person_gap=gap, hold=_stopped(case.held(), draft.now_ms))
    draft.note(case, What.GAP_STARTED, side=PERSON)
    _tell_holder(draft, case, Notice.PERSON_AWAY)
    return case


def person_here(draft: Draft, event: PersonHere) -> None:
    """A beat of the person's device; after a gap, the clocks go on."""
    case = draft.case(event.case)
    if case.state not in _TALKING:
        return
    lease_ms = _lease_ms(draft, case)
    if case.person_gap is None:
        draft.change(case, person_lease_until_ms=lease_ms)
        return
    case = draft.change(
        case,
        person_gap=None,
        person_lease_until_ms=lease_ms,
        hold=_running(case.held(), draft.now_ms),
    )
    draft.note(case, What.GAP_ENDED, side=PERSON)
    _tell_holder(draft, case, Notice.PERSON_BACK)


def lose_contact(draft: Draft, case: Case) -> Case:
    """The case at its end, without a good-bye."""
    if case.band.is_urgent:
        draft.tell(SupervisorsTold(case=case.id, what=Notice.REVIEW))
    return begin_wrap_up(draft, case, outcome="lost_contact")


def _stopped(hold: Hold, now_ms: int) -> Hold:
    since_ms = now_ms if hold.reply_since_ms is None else hold.reply_since_ms
    left_ms = max(0, since_ms + hold.reply_left_ms - now_ms)
    return msgspec.structs.replace(hold, reply_left_ms=left_ms, reply_since_ms=None)


def _running(hold: Hold, now_ms: int) -> Hold:
    return msgspec.structs.replace(hold, reply_since_ms=now_ms)


def _holds(case: Case, responder: str, device: str) -> bool:
    hold = case.hold
    return hold is not None and (hold.responder, hold.device) == (responder, device)


def _lease_ms(draft: Draft, case: Case) -> int:
    return draft.now_ms + draft.policy(case).lease_seconds * 1000


def _tell_holder(draft: Draft, case: Case, what: Notice) -> None:
    holder = case.held().responder
    draft.tell(ResponderTold(case=case.id, responder=holder, what=what))
