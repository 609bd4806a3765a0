"""Who may take a case, who of them is asked, and why nobody else is.

Eligibility comes before priority: a weight never lets anybody past a gate. Gates that
protect the person (training for A0 and A1, clearance for minors, licence region,
people who know each other) are never widened; a wished-for skill is, one level, when
the ladder's first rung fires.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from .acuity import Band
from .case import CANARY, DRILL, Case, Channel
from .desk import CRISIS, MINORS, Credential, Desk, Duty, Responder
from .effects import Refusal
from .policy import Policy

NEEDED_SKILL = 2
"""Of 0 to 5: enough to be asked because of it."""
WIDENED_SKILL = 1

_ONLY_FOR_OFFERS = frozenset(
    {Refusal.OFF_DUTY, Refusal.OFFLINE, Refusal.SKILL, Refusal.URGENT_CAP}
)
"""Gates that keep nobody from asking afterwards how somebody is."""

_NOT_OF_GUESTS = frozenset(
    {Refusal.OFFLINE, Refusal.LANGUAGE, Refusal.SKILL, Refusal.URGENT_CAP}
)
"""Gates that keep nobody from coming in beside the holder: these protect nobody."""

Pick = tuple[bool, int, int, int, str]


class Room:
    """How full every responder is. An offer that waits counts like a case."""

    def __init__(
        self, responders: Iterable[Responder], cases: Iterable[Case], policy: Policy
    ) -> None:
        self._responders = {responder.id: responder for responder in responders}
        self._used = dict.fromkeys(self._responders, 0)
        self._calls = dict.fromkeys(self._responders, 0)
        self._reserve = policy.reserve_for_urgent
        self._reserve_from = policy.reserve_from_on_duty
        self._urgent_cap = policy.urgent_hard_cap
        for case in cases:
            for responder in _taken_by(case):
                self.take(responder, case)

    def take(self, responder: str, case: Case, times: int = 1) -> None:
        """Count a case, or with -1 discount one.

        A drill takes no room from anybody: whoever has it is asked for others as if
        they had nothing, and leaves it.
        """
        if responder in self._used and case.drill != DRILL:
            self._used[responder] += times * weight(case, self._responders[responder])
            self._calls[responder] += times * (case.channel is not Channel.TEXT)

    def fits(self, responder: Responder, case: Case) -> bool:
        """Whether another case of this kind can be answered beside the others."""
        room = responder.max_slots - self._used[responder.id]
        if _may_overflow(responder, case) and not self._calls[responder.id]:
            # One more conversation, however many slots an A0 counts for otherwise.
            return room >= 0
        return room >= weight(case, responder)

    def keeps_reserve(self, responder: Responder, case: Case) -> bool:
        """Whether enough room for A0 and A1 is left if this one takes a lower case."""
        able = [one for one in self._responders.values() if _could_take_urgent(one)]
        ready = [one for one in able if self._is_ready(one)]
        if len(able) < self._reserve_from or responder not in ready:
            return True
        free = sum(
            self._room_for_a0(one, case if one is responder else None) for one in ready
        )
        return free >= self._reserve

    def used(self, responder: Responder) -> int:
        """How many of their slots are taken."""
        return self._used[responder.id]

    def urgent_left(self) -> int:
        """How many A0 could be taken at this moment, by the slots alone."""
        able = (one for one in self._responders.values() if _could_take_urgent(one))
        return sum(self._room_for_a0(one, None) for one in able if self._is_ready(one))

    def _room_for_a0(self, responder: Responder, beside: Case | None) -> int:
        """How many A0 one could take now: two slots of two people are none."""
        used = self._used[responder.id]
        if beside is not None:
            used += weight(beside, responder)
        return max(0, responder.max_slots - used) // _a0_slots(responder)

    def _is_ready(self, responder: Responder) -> bool:
        """Whether room here is room for A0 and A1: nobody at rest, nobody at the cap.

        A rest that is over is 0: time takes its effect before anybody is asked.
        """
        is_resting = responder.resting_until_ms > 0
        return not is_resting and responder.urgent_today < self._urgent_cap


def weight(case: Case, responder: Responder) -> int:
    """How many slots of a responder a case takes: at most all of them."""
    if case.channel is not Channel.TEXT:
        return responder.max_slots
    return _a0_slots(responder) if case.band is Band.A0 else 1


def _a0_slots(responder: Responder) -> int:
    return min(2, responder.max_slots)


def refusal(
    responder: Responder, case: Case, policy: Policy, room: Room, now_ms: int
) -> Refusal | None:
    """Why this responder is not asked; nothing, if they may be."""
    never = never_takes(responder, case, policy)
    if never is not None:
        return never
    not_now = next(_not_now(responder, case, now_ms), None)
    if not_now is not None:
        return not_now
    if not room.fits(responder, case):
        return Refusal.NO_SLOT
    if not case.band.is_urgent and not room.keeps_reserve(responder, case):
        return Refusal.RESERVED
    return None


def never_takes(responder: Responder, case: Case, policy: Policy) -> Refusal | None:
    """Why this responder would not be asked even if they had nothing else to do."""
    return next(chain(_here(responder), _suits(responder, case, policy)), None)


def may_keep(responder: Responder, case: Case, policy: Policy) -> bool:
    """Whether an offer that waits still stands; a short way offline does not end it."""
    reasons = (*_here(responder), *_suits(responder, case, policy))
    return all(found is Refusal.OFFLINE for found in reasons)


def may_follow_up(responder: Responder, case: Case, policy: Policy) -> Refusal | None:
    """Why somebody may not ask the person afterwards how they are; none: they may.

    On duty or not, and however many hard cases they had: it is not one more of those.
    """
    reasons = (*_here(responder), *_suits(responder, case, policy))
    return next((why for why in reasons if why not in _ONLY_FOR_OFFERS), None)


def may_join(responder: Responder, case: Case, policy: Policy) -> Refusal | None:
    """Why somebody on duty may not come in beside the holder; none: they may.

    Whoever has a language less, or many hard cases, may still stand by; who may not
    take the case for the person's own sake may not.
    """
    reasons = (*_here(responder), *_suits(responder, case, policy))
    return next((why for why in reasons if why not in _NOT_OF_GUESTS), None)


def explain(desk: Desk, case: Case, now_ms: int) -> dict[str, Refusal | None]:
    """Why each responder would or would not be asked at this moment."""
    policy = desk.policy_of(case)
    room = Room(desk.responders.values(), desk.cases.values(), policy)
    return {
        responder.id: refusal(responder, case, policy, room, now_ms)
        for responder in desk.responders.values()
    }


def pick_key(responder: Responder, case: Case) -> Pick:
    """Sorts earlier, is asked earlier.

    Whom the person wants to meet again, the best skill, the longest idle, the fewest
    hard cases today.
    """
    names = case.needs or (CRISIS,)
    return (
        responder.id != case.wants_again,
        -sum(responder.skill(name) for name in names),
        responder.idle_since_ms,
        responder.urgent_today,
        responder.id,
    )


def _here(responder: Responder) -> Iterator[Refusal]:
    if responder.duty is not Duty.ON:
        yield Refusal.OFF_DUTY
    if not responder.is_online:
        yield Refusal.OFFLINE
    if responder.credential is Credential.REVOKED:
        yield Refusal.CREDENTIAL
    if responder.credential is Credential.UNKNOWN and not responder.is_supervisor:
        yield Refusal.CREDENTIAL


def _suits(responder: Responder, case: Case, policy: Policy) -> Iterator[Refusal]:
    if responder.is_robot is not (case.drill == CANARY):
        yield Refusal.ROBOT
    if case.language and case.language not in (responder.languages or [case.language]):
        yield Refusal.LANGUAGE
    if case.region and case.region not in (responder.regions or [case.region]):
        yield Refusal.REGION
    if case.band.is_urgent and not _is_trained(responder):
        yield Refusal.NOT_CRISIS_TRAINED
    if case.is_minor and responder.skill(MINORS) < 1:
        yield Refusal.NOT_FOR_MINORS
    if case.person == responder.id or case.person in responder.avoids:
        yield Refusal.CONFLICT
    widened = _is_widened(case, policy)
    least = WIDENED_SKILL if widened else NEEDED_SKILL
    if any(responder.skill(name) < least for name in case.needs):
        yield Refusal.SKILL
    if case.band.is_urgent and responder.urgent_today >= policy.urgent_hard_cap:
        yield Refusal.URGENT_CAP


def _not_now(responder: Responder, case: Case, now_ms: int) -> Iterator[Refusal]:
    if now_ms < responder.resting_until_ms:
        yield Refusal.RESTING
    if case.hold is not None and case.hold.responder == responder.id:
        yield Refusal.HOLDS_IT
    if any(offer.responder == responder.id for offer in case.pending):
        yield Refusal.ALREADY_ASKED
    if any(
        one.responder == responder.id and now_ms < one.until_ms for one in case.excluded
    ):
        yield Refusal.ASKED_BEFORE


def _is_widened(case: Case, policy: Policy) -> bool:
    return any(rung.widens for rung in policy.ladder[: case.escalation.level])


def _is_trained(responder: Responder) -> bool:
    return responder.skill(CRISIS) >= 1


def _may_overflow(responder: Responder, case: Case) -> bool:
    is_text = case.channel is Channel.TEXT
    return responder.takes_overflow and case.band is Band.A0 and is_text


def _could_take_urgent(responder: Responder) -> bool:
    is_human = not responder.is_robot
    return is_human and _is_trained(responder) and not any(_here(responder))


def _taken_by(case: Case) -> Iterator[str]:
    if case.hold is not None and case.state.is_held:
        yield case.hold.responder
    for offer in case.pending:
        yield offer.responder
    if case.transfer is not None:
        yield case.transfer.to
