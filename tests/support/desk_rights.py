"""Who may do what at a desk, and with whose agreement: laws of one decision.

`support.desk_laws` holds every decision against them, too.
"""

from __future__ import annotations

from mentalverse_crisis.case import Case, CaseState
from mentalverse_crisis.decide import Decision
from mentalverse_crisis.desk import Credential, Desk, Duty, Responder
from mentalverse_crisis.effects import (
    Notice,
    Paged,
    PageReason,
    ResponderTold,
    SupervisorsTold,
)
from mentalverse_crisis.events import (
    BackUpCame,
    Event,
    FollowUpLeft,
    FollowUpTaken,
    GuestLeft,
    Joined,
)
from mentalverse_crisis.override import Override

from .desk_rules import URGENT

REST_MS = 8 * 3_600_000
EARLY_MS = 3_600_000
ALONE_MS = 60_000
TALKING = (CaseState.ACCEPTED, CaseState.ACTIVE)
FOLLOWED_UP = (CaseState.FOLLOW_UP_DUE, CaseState.FOLLOWING_UP)


def check_rights(before: Desk, event: Event, after: Decision, now_ms: int) -> None:
    """Hold one decision against the rights of everybody in it."""
    for responder in after.responders.values():
        _rests(before, responder, now_ms)
    for case in after.cases.values():
        _is_wished(case)
        earlier = before.cases.get(case.id)
        if earlier is not None:
            _guests_stay(earlier, event, case)
            _comes_rightly(before, earlier, event, case)
            _is_taken_rightly(after.desk, earlier, event, case)
    _advice_is_told(before, after)
    for override in after.desk.overrides.values():
        _somebody_is_paged(before, after, override, now_ms)


def _rests(before: Desk, later: Responder, now_ms: int) -> None:
    """Eight hours, unless another one, a supervisor, allowed this one start."""
    earlier = before.responders.get(later.id)
    if earlier is None or earlier.duty is not Duty.OFF or later.duty is Duty.OFF:
        return
    ended_ms = earlier.duty_ended_at_ms
    early = earlier.early_start
    if ended_ms is not None and now_ms < ended_ms + REST_MS:
        assert early is not None, f"{later.id} was to rest"
        assert now_ms < early.until_ms <= now_ms + EARLY_MS, f"{later.id} came too late"
        assert early.allowed_by != later.id, f"{later.id} allowed it themselves"
    assert later.early_start is None, f"{later.id} may begin early again"


def _is_wished(case: Case) -> None:
    """Only who has a conversation can want to give it back."""
    if case.return_reason:
        is_talking = case.state is CaseState.ACTIVE and not case.is_rescue
        assert is_talking, f"nobody can give {case.id} back"


def _guests_stay(earlier: Case, event: Event, case: Case) -> None:
    """A guest goes by their own will, by taking over, or with the conversation."""
    gone = set(earlier.guests) - set(case.guests)
    if not gone or not earlier.state.is_held or not case.state.is_held:
        return
    by_themselves = {event.responder} if isinstance(event, GuestLeft) else set()
    holder = {case.hold.responder} if case.hold is not None else set()
    assert gone <= by_themselves | holder, f"{gone} were put out of {case.id}"
    if isinstance(event, GuestLeft | Joined):
        return
    assert earlier.hold != case.hold, f"{gone} were put out of {case.id}"


def _comes_rightly(before: Desk, earlier: Case, event: Event, case: Case) -> None:
    """A professional who is asked for, and might have the case themselves."""
    if not isinstance(event, BackUpCame) or event.case != case.id:
        return
    if event.responder in earlier.guests or event.responder not in case.guests:
        return
    who = before.responders[event.responder]
    trained = earlier.band not in URGENT or who.skills.get("crisis", 0) > 0
    cleared = not earlier.is_minor or who.skills.get("minors", 0) > 0
    assert earlier.supervisor_wanted_at_ms is not None, f"nobody asked into {case.id}"
    assert case.supervisor_wanted_at_ms is None, f"{case.id} still asks for back-up"
    assert who.skills.get("professional", 0) > 0, f"{who.id} is no professional"
    if who.is_supervisor:
        return
    assert who.duty is Duty.ON and not who.is_robot, f"{who.id} is not on duty"
    assert who.credential is Credential.GOOD, f"{who.id} may not"
    assert trained and cleared, f"{who.id} is not trained for {case.id}"
    assert case.person not in (who.id, *who.avoids), f"{who.id} knows {case.person}"


def _advice_is_told(before: Desk, after: Decision) -> None:
    """To the holder and the supervisors, once, when it begins to be true of them."""
    told = [
        (one.case, one.responder)
        for one in after.effects
        if isinstance(one, ResponderTold) and one.what is Notice.BACK_UP_ADVISED
    ]
    heard = [
        one.case
        for one in after.effects
        if isinstance(one, SupervisorsTold) and one.what is Notice.BACK_UP_ADVISED
    ]
    assert heard == [case for case, _ in told], "supervisors did not hear the advice"
    advised = _advised(after.desk)
    begun = {
        case: who for case, who in advised.items() if _advised(before).get(case) != who
    }
    assert len(told) == len(dict(told)) and dict(told) == begun, f"advice: {told}"


def _advised(desk: Desk) -> dict[str, str]:
    """Holders of so urgent a case in which neither a professional nor a supervisor is.

    Names of bands sort as they do.
    """
    found = {}
    for case in desk.cases.values():
        if case.state not in TALKING or case.hold is None:
            continue
        least = desk.policies[case.policy].back_up_band
        if case.band.name > least or case.drill == "canary":
            continue
        present = {case.hold.responder, *case.guests}
        there = [one for one in desk.responders.values() if one.id in present]
        if not any(
            one.is_supervisor or one.skills.get("professional", 0) > 0 for one in there
        ):
            found[case.id] = case.hold.responder
    return found


def _is_taken_rightly(desk: Desk, earlier: Case, event: Event, case: Case) -> None:
    """Somebody who may talk with the person, from nobody who still means to."""
    before, after = _taker(earlier), _taker(case)
    if case.state not in FOLLOWED_UP or before == after:
        return
    if not after:
        is_own = isinstance(event, FollowUpLeft) and event.responder == before
        assert is_own, f"{case.id} was taken away from {before}"
        return
    assert isinstance(event, FollowUpTaken), f"nobody took {case.id}"
    assert event.responder == after, f"{after} did not take {case.id}"
    taker = desk.responders[after]
    known = desk.responders.get(before)
    is_there = known is not None and known.credential is not Credential.REVOKED
    is_free = taker.is_supervisor or not is_there
    assert is_free, f"{case.id} was taken from {before}"
    assert taker.credential is not Credential.REVOKED, f"{after} may do nothing"
    is_trained = case.band not in URGENT or taker.skills.get("crisis", 0) > 0
    is_cleared = not case.is_minor or taker.skills.get("minors", 0) > 0
    speaks = not taker.languages or case.language in ("", *taker.languages)
    is_stranger = case.person not in taker.avoids
    assert is_trained and is_cleared and speaks and is_stranger, (
        f"{after} may not talk with who asked in {case.id}"
    )


def _taker(case: Case) -> str:
    return "" if case.follow_up is None else case.follow_up.taken_by


def _somebody_is_paged(
    before: Desk, after: Decision, override: Override, now_ms: int
) -> None:
    """A minute without a second person, or acting alone, and supervisors are paged."""
    paged = [
        one
        for one in after.effects
        if isinstance(one, Paged)
        and (one.case, one.reason) == (override.case, PageReason.OVERRIDE)
    ]
    earlier = before.overrides.get(override.id)
    is_alone = bool(override.alone_because)
    if is_alone and (earlier is None or not earlier.alone_because):
        assert paged, f"{override.id}: one acts alone, and nobody is paged"
    if override.released_at_ms is None and not override.page_acked_by:
        is_late = now_ms >= override.opened_at_ms + ALONE_MS
        assert override.is_paged or not is_late, f"{override.id}: nobody is paged"
    if earlier is not None and earlier.page_acked_by and not is_alone:
        others = [o for o in after.desk.overrides.values() if o.case == override.case]
        assert not paged or len(others) > 1, f"{override.id} was paged for when seen"
