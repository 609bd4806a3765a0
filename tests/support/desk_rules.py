"""The rules of dispatch a second time, stated plainly and without the core's help.

The laws and the oracle hold the core against these; so a rule that is changed in one
place only is a red test.
"""

from __future__ import annotations

from mentalverse_crisis.acuity import Band
from mentalverse_crisis.case import Case, CaseState, Channel
from mentalverse_crisis.desk import Credential, Desk, Duty, Responder

TARGET_SECONDS = {
    Band.A0: 15,
    Band.A1: 30,
    Band.A2: 120,
    Band.A3: 600,
    Band.A4: 1_800,
}
RUNG_TENTHS = (5, 10, 20, 30, 40)
"""Of T."""
PERSON_GRACE_SECONDS = {
    Band.A0: 900,
    Band.A1: 900,
    Band.A2: 600,
    Band.A3: 300,
    Band.A4: 300,
}
SILENCE_SECONDS = {
    Band.A0: 60,
    Band.A1: 90,
    Band.A2: 180,
    Band.A3: 300,
    Band.A4: 600,
}
FOLLOW_UP_SECONDS = {
    Band.A0: 86_400,
    Band.A1: 86_400,
    Band.A2: 3 * 86_400,
    Band.A3: 7 * 86_400,
    Band.A4: 7 * 86_400,
}
HELD = (CaseState.ACCEPTED, CaseState.ACTIVE, CaseState.WRAP_UP)
URGENT = (Band.A0, Band.A1)
HARD_CAP = 5


def responder_grace_seconds(band: Band) -> int:
    """20 s for A0 and A1, a minute for the others."""
    return 20 if band in URGENT else 60


def goes_before(one: Case, other: Case) -> bool:
    """Whether the first is served first."""
    return _order(one) < _order(other)


def _order(case: Case) -> tuple[int, int, int, int, int, int, str]:
    strict = {Band.A0: 0, Band.A1: 1}.get(case.band, 2)
    due_ms = case.accept_due_ms
    last_of_its_band = case.is_clustered and strict < 2
    if case.is_clustered and strict == 2:
        due_ms += TARGET_SECONDS[case.band] * 1000
    return (
        1 if case.drill else 0,
        strict,
        0 if case.is_front else 1,
        1 if last_of_its_band else 0,
        due_ms,
        case.enqueued_at_ms,
        case.id,
    )


def is_fit_for(responder: Responder, case: Case) -> bool:
    """On duty, and nothing about the two of them is against it, room and rest aside."""
    is_known_good = responder.credential is Credential.GOOD or (
        responder.credential is Credential.UNKNOWN and responder.is_supervisor
    )
    least = 2 if case.escalation.level == 0 else 1
    return (
        responder.duty is Duty.ON
        and responder.is_robot == (case.drill == "canary")
        and is_known_good
        and _covers(responder.languages, case.language)
        and _covers(responder.regions, case.region)
        and (case.band not in URGENT or responder.skills.get("crisis", 0) > 0)
        and (not case.is_minor or responder.skills.get("minors", 0) > 0)
        and case.person not in (responder.id, *responder.avoids)
        and all(responder.skills.get(need, 0) >= least for need in case.needs)
        and (case.band not in URGENT or responder.urgent_today < HARD_CAP)
    )


def may_be_asked(responder: Responder, case: Case, now_ms: int) -> bool:
    """Whether this responder may be asked now, room aside."""
    is_excluded = any(
        one.responder == responder.id and now_ms < one.until_ms for one in case.excluded
    )
    has_it = case.hold is not None and case.hold.responder == responder.id
    is_asked = any(one.responder == responder.id for one in case.pending)
    return (
        is_fit_for(responder, case)
        and responder.is_online
        and now_ms >= responder.resting_until_ms
        and not (is_excluded or has_it or is_asked)
    )


def slots(case: Case, responder: Responder) -> int:
    """How many of a responder's slots a case takes."""
    if case.channel is not Channel.TEXT:
        return responder.max_slots
    return min(responder.max_slots, 2 if case.band is Band.A0 else 1)


def on(desk: Desk, responder: Responder, without: frozenset[str]) -> list[Case]:
    """The cases that take slots of a responder, once for each reason they do.

    Offers whose ids are in `without` are left out.
    """
    found = []
    for case in desk.cases.values():
        if case.drill == "drill":  # an exercise takes nobody's room
            continue
        hold, transfer = case.hold, case.transfer
        if case.state in HELD and hold is not None and hold.responder == responder.id:
            found.append(case)
        found += [
            case
            for one in case.pending
            if one.responder == responder.id and one.id not in without
        ]
        if transfer is not None and transfer.to == responder.id:
            found.append(case)
    return found


def has_room(
    desk: Desk, responder: Responder, case: Case, without: frozenset[str] = frozenset()
) -> bool:
    """Whether one more case of this kind can be answered beside the others."""
    taken = on(desk, responder, without)
    used = sum(slots(one, responder) for one in taken)
    is_all_text = all(one.channel is Channel.TEXT for one in (*taken, case))
    if responder.takes_overflow and case.band is Band.A0 and is_all_text:
        return used <= responder.max_slots
    return used + slots(case, responder) <= responder.max_slots


def leaves_reserve(
    desk: Desk, responder: Responder, case: Case, without: frozenset[str] = frozenset()
) -> bool:
    """Whether somebody could still take an A0, if four or more may take A0 and A1."""
    if case.band in URGENT or not _takes_urgent(responder):
        return True
    able = [one for one in desk.responders.values() if _takes_urgent(one)]
    if len(able) < 4 or not _is_ready(responder):
        return True
    for one in filter(_is_ready, able):
        taken = on(desk, one, without) + ([case] if one.id == responder.id else [])
        used = sum(slots(each, one) for each in taken)
        if used + min(2, one.max_slots) <= one.max_slots:
            return True
    return False


def _covers(these: tuple[str, ...], wanted: str) -> bool:
    return not these or not wanted or wanted in these


def _takes_urgent(responder: Responder) -> bool:
    is_known_good = responder.credential is Credential.GOOD or (
        responder.credential is Credential.UNKNOWN and responder.is_supervisor
    )
    return (
        responder.duty is Duty.ON
        and responder.is_online
        and is_known_good
        and responder.skills.get("crisis", 0) > 0
        and not responder.is_robot
    )


def _is_ready(responder: Responder) -> bool:
    return responder.resting_until_ms == 0 and responder.urgent_today < HARD_CAP
