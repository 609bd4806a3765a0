"""The promises of one case as clocks, told by its log alone.

| Clock    | Runs from                    | Stops with               |
|----------|------------------------------|--------------------------|
| offer    | the tap                      | the first offer          |
| accept   | the tap                      | the accept that held     |
| reply    | the tap                      | the holder's first words |
| silence  | a person's words, unanswered | a responder's next words |
|          | or somebody's coming to the  |                          |
|          | rescue of a talk             |                          |
| followup | when it became due           | the first attempt        |

1. A clock is judged under the highest band since it began. When a case is raised, each
   running clock is superseded by one from the raise, due at the earlier of the old due
   time and the new band's. So a raise never forgives: what was late stays late.
   Lowering a case changes no running clock.
2. An accept that came to no word (`returned`) was no answer: its clock is superseded,
   and the next one keeps start and due time.
3. What is past due is missed, whatever happens to the case then; otherwise merging or
   voiding cases would mend the figures. What ended before it was due is excluded, but
   for the accept clock of somebody who left: nobody answered them, and that counts.
4. Who comes back finds their clocks as if they had never stopped.
5. Typing lengthens the alarm for a silence, not this clock: the person still waited.
6. A miss whose time was touched by an outage says so, and stays a miss.

No rule reads who did something, or why: a log whose personal fields were erased tells
the same outcomes (`audit`). A log may be folded entry by entry and the fold written
down between any two; what it tells is the same to the byte.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from functools import reduce

import msgspec

from .acuity import UNKNOWN, Band
from .errors import MalformedLog
from .policy import Policy
from .record import Entry, What

LOST_CONTACT = "lost_contact"
"""`outcome` of an end that nobody chose: the follow-up comes in half the time."""
BEGINS, REMINDS = "due", "overdue"
"""`outcome` of the entries of a follow-up that are no attempt."""
ABANDONED = "abandoned"
"""`outcome` of a case that the person left before anybody answered."""


class ClockKind(Enum):
    """What is promised a time."""

    OFFER = "offer"
    ACCEPT = "accept"
    REPLY = "reply"
    SILENCE = "silence"
    FOLLOW_UP = "followup"


class Outcome(Enum):
    """How a clock ended."""

    MET = "met"
    MISSED = "missed"
    SUPERSEDED = "superseded"
    """Another clock of the same kind says how it went."""
    EXCLUDED = "excluded"
    """It was not due yet when it was asked for, or ended: neither kept nor broken."""


class Cause(Enum):
    """Why a clock ended otherwise than by what stops it in time."""

    NONE = ""
    """It was stopped, in time or late."""
    RAISED = "raised"
    RETURNED = "returned"
    WAITING = "waiting"
    """It has not been stopped."""
    LEFT = "left"
    ENDED = "ended"
    """The conversation or the case was over first."""
    OUTAGE = "outage"


class Clock(msgspec.Struct, frozen=True):
    """One clock and how it ended; Unix milliseconds."""

    kind: ClockKind
    band: Band
    """Whose promise it is."""
    start_ms: int
    due_ms: int
    """Still in time."""
    stopped_ms: int | None
    outcome: Outcome
    cause: Cause


class Outage(msgspec.Struct, frozen=True):
    """A time in which the service was down: from its first millisecond to its end."""

    from_ms: int
    until_ms: int


class Running(msgspec.Struct, frozen=True):
    """A clock that nothing has stopped yet."""

    kind: ClockKind
    band: Band
    start_ms: int
    due_ms: int

    def settled(self, at_ms: int, outcome: Outcome, cause: Cause) -> Clock:
        """The clock, stopped."""
        return Clock(
            self.kind, self.band, self.start_ms, self.due_ms, at_ms, outcome, cause
        )


class Fold(msgspec.Struct, frozen=True):
    """What the entries of one case came to so far."""

    case: str
    policy: str
    """Revision."""
    tap_ms: int
    """No earlier than the policy lets a tap be dated."""
    band: Band
    language: str
    region: str
    drill: str
    last_ms: int
    """Of the last entry."""
    running: tuple[Running, ...] = ()
    settled: tuple[Clock, ...] = ()
    reopens: Running | None = None
    """The accept clock, as it runs if the accept comes to no word."""
    accepted_ms: int | None = None
    """When the accept that held came."""
    left_ms: int | None = None
    """When the person left, as long as they are away."""
    is_rescue: bool = False
    """Whether somebody else is looked for, in the middle of a talk."""
    is_lost: bool = False
    """Whether nobody said good-bye."""
    closed_ms: int | None = None


def fold(entries: Iterable[Entry], policy: Policy, so_far: Fold | None = None) -> Fold:
    """All entries of one case, in the order of its log, or those after `so_far`.

    Raises:
        MalformedLog: no case can have such a log.
    """
    folded = reduce(lambda done, entry: step(done, entry, policy), entries, so_far)
    if folded is None:
        raise MalformedLog("a case without an entry")
    return folded


def step(so_far: Fold | None, entry: Entry, policy: Policy) -> Fold:
    """One entry more; the first is the opening, and there is no other.

    Raises:
        MalformedLog: no case can have such a log.
    """
    if (entry.what is What.OPENED) is not (so_far is None):
        raise MalformedLog("a case is opened once, and by its first entry")
    if so_far is None:
        return _opened(entry, policy)
    if entry.case != so_far.case:
        raise MalformedLog("an entry of another case")
    if entry.what is What.OVERRIDE:
        return so_far  # no clock of the case's, and it outlives the case
    if so_far.closed_ms is not None:
        raise MalformedLog("an entry after the case was closed")
    # The machine's clock was set back: the log's order is what happened.
    at_ms = max(entry.at_ms, so_far.last_ms)
    entry = msgspec.structs.replace(entry, at_ms=at_ms)
    so_far = msgspec.structs.replace(so_far, last_ms=at_ms)
    if entry.what is What.ACCEPTED:
        so_far = _accepted(so_far, at_ms)
    for kind in _STOPPED_BY.get(entry.what, ()):
        so_far = _stop(so_far, kind, at_ms)
    match entry.what:
        case What.BAND_SET:
            return _band_set(so_far, entry, policy)
        case What.RESCUE:
            return msgspec.structs.replace(so_far, is_rescue=True)
        case What.ACCEPTED if so_far.is_rescue:
            return _rescued(so_far, at_ms, policy)
        case What.REPLIED:
            return msgspec.structs.replace(so_far, reopens=None)
        case What.RETURNED if so_far.reopens is not None:
            return _returned(so_far, so_far.reopens)
        case What.PERSON_SPOKE:
            return _begin(so_far, ClockKind.SILENCE, at_ms, policy)
        case What.LEFT if so_far.left_ms is None:
            return msgspec.structs.replace(so_far, left_ms=at_ms)
        case What.CAME_BACK:
            return msgspec.structs.replace(so_far, left_ms=None)
        case What.ENDED:
            return _over(so_far, entry)
        case What.FOLLOW_UP if entry.outcome == BEGINS:
            return _begin(so_far, ClockKind.FOLLOW_UP, at_ms, policy)
        case What.FOLLOW_UP if entry.outcome != REMINDS:
            return _stop(so_far, ClockKind.FOLLOW_UP, at_ms)
        case What.CLOSED:
            return _closed(so_far, entry)
    return so_far


def outcomes(
    folded: Fold, as_of_ms: int, outages: Sequence[Outage] = ()
) -> tuple[Clock, ...]:
    """Every clock of the case: the stopped ones as they stopped, then the others.

    Args:
        folded: entries up to `as_of_ms`, none later.
        as_of_ms: a clock that still runs then is missed if it was due before.
        outages: in any order.
    """
    still = (_still(folded, running, as_of_ms) for running in folded.running)
    return tuple(
        msgspec.structs.replace(clock, cause=Cause.OUTAGE)
        if clock.outcome is Outcome.MISSED and _is_touched(clock, outages)
        else clock
        for clock in (*folded.settled, *still)
    )


_STOPPED_BY = {
    What.OFFERED: (ClockKind.OFFER,),
    # A rescue, or an accept from the spool, may come without an offer of its own.
    What.ACCEPTED: (ClockKind.OFFER, ClockKind.ACCEPT),
    What.REPLIED: (ClockKind.REPLY, ClockKind.SILENCE),
    What.RESPONDER_SPOKE: (ClockKind.SILENCE,),
}


def _given_ms(kind: ClockKind, band: Band, policy: Policy) -> int:
    promised = policy.band(band)
    seconds = {
        ClockKind.OFFER: promised.offer_seconds,
        ClockKind.ACCEPT: promised.accept_seconds,
        ClockKind.REPLY: promised.reply_seconds,
        ClockKind.SILENCE: promised.silence_seconds,
        ClockKind.FOLLOW_UP: promised.follow_up_seconds,
    }
    return seconds[kind] * 1000


def _opened(entry: Entry, policy: Policy) -> Fold:
    tap_ms = entry.at_ms if entry.tap_ms is None else entry.tap_ms
    # However early: the desk believes nobody for longer than the policy says, and what
    # its server has kept for longer counts against us from the tap.
    tap_ms = min(entry.at_ms, tap_ms)
    band = UNKNOWN if entry.band is None else entry.band
    opened = Fold(
        case=entry.case,
        policy=entry.policy,
        tap_ms=tap_ms,
        band=band,
        language=entry.language,
        region=entry.region,
        drill=entry.drill,
        last_ms=entry.at_ms,
    )
    for kind in (ClockKind.OFFER, ClockKind.ACCEPT, ClockKind.REPLY):
        opened = _begin(opened, kind, tap_ms, policy)
    return opened


def _begin(folded: Fold, kind: ClockKind, at_ms: int, policy: Policy) -> Fold:
    """The fold with such a clock; one that runs goes on."""
    if any(running.kind is kind for running in folded.running):
        return folded
    given_ms = _given_ms(kind, folded.band, policy)
    if kind is ClockKind.FOLLOW_UP and folded.is_lost:
        given_ms //= 2
    begun = Running(kind, folded.band, at_ms, at_ms + given_ms)
    return msgspec.structs.replace(folded, running=(*folded.running, begun))


def _stop(folded: Fold, kind: ClockKind, at_ms: int) -> Fold:
    stopped = tuple(
        running.settled(
            at_ms,
            Outcome.MET if at_ms <= running.due_ms else Outcome.MISSED,
            Cause.NONE,
        )
        for running in folded.running
        if running.kind is kind
    )
    return msgspec.structs.replace(
        folded,
        running=tuple(
            running for running in folded.running if running.kind is not kind
        ),
        settled=(*folded.settled, *stopped),
    )


def _band_set(folded: Fold, entry: Entry, policy: Policy) -> Fold:
    if entry.band is None:
        raise MalformedLog("a band was set, and none is named")
    changed = msgspec.structs.replace(folded, band=entry.band)
    return _raised(changed, entry.at_ms, policy)


def _accepted(folded: Fold, at_ms: int) -> Fold:
    """A first accept; one of a rescue finds no accept clock that runs."""
    for running in folded.running:
        if running.kind is ClockKind.ACCEPT:
            return msgspec.structs.replace(folded, reopens=running, accepted_ms=at_ms)
    return folded


def _rescued(folded: Fold, at_ms: int, policy: Policy) -> Fold:
    """Whoever came owes words; before the first ones, another clock says so."""
    folded = msgspec.structs.replace(folded, is_rescue=False)
    if any(running.kind is ClockKind.REPLY for running in folded.running):
        return folded
    return _begin(folded, ClockKind.SILENCE, at_ms, policy)


def _returned(folded: Fold, reopened: Running) -> Fold:
    """The accept did not hold: its clock runs on as if there had been none."""
    settled = tuple(
        msgspec.structs.replace(clock, outcome=Outcome.SUPERSEDED, cause=Cause.RETURNED)
        if clock.kind is ClockKind.ACCEPT and clock.outcome is not Outcome.SUPERSEDED
        else clock
        for clock in folded.settled
    )
    return msgspec.structs.replace(
        folded,
        running=(*folded.running, reopened),
        settled=settled,
        reopens=None,
        accepted_ms=None,
    )


def _raised(folded: Fold, at_ms: int, policy: Policy) -> Fold:
    """Clocks of a lower band than the case's go on under its own, from now."""

    def raised(clock: Running) -> Running:
        if clock.kind is ClockKind.FOLLOW_UP or clock.band <= folded.band:
            return clock
        due_ms = min(clock.due_ms, at_ms + _given_ms(clock.kind, folded.band, policy))
        return Running(clock.kind, folded.band, at_ms, due_ms)

    running = tuple(raised(clock) for clock in folded.running)
    superseded = tuple(
        clock.settled(at_ms, Outcome.SUPERSEDED, Cause.RAISED)
        for clock, now in zip(folded.running, running, strict=True)
        if now is not clock
    )
    return msgspec.structs.replace(
        folded,
        running=running,
        settled=(*folded.settled, *superseded),
        reopens=None if folded.reopens is None else raised(folded.reopens),
    )


def _over(folded: Fold, entry: Entry) -> Fold:
    """The conversation is over, and with it everything that it was promised."""
    ended = tuple(
        running.settled(entry.at_ms, _unstopped(running, entry.at_ms), Cause.ENDED)
        for running in folded.running
    )
    return msgspec.structs.replace(
        folded,
        running=(),
        settled=(*folded.settled, *ended),
        is_lost=entry.outcome == LOST_CONTACT,
    )


def _closed(folded: Fold, entry: Entry) -> Fold:
    left_ms = folded.left_ms
    if left_ms is None and entry.outcome == ABANDONED:
        left_ms = entry.at_ms
    closed = msgspec.structs.replace(
        folded, left_ms=left_ms, closed_ms=entry.at_ms, running=()
    )
    ended = tuple(_still(closed, one, entry.at_ms) for one in folded.running)
    return msgspec.structs.replace(closed, settled=(*folded.settled, *ended))


def _still(folded: Fold, running: Running, as_of_ms: int) -> Clock:
    """A clock that nothing stopped, as it stands then."""
    is_follow_up = running.kind is ClockKind.FOLLOW_UP
    if folded.left_ms is not None and not is_follow_up:
        outcome = _unstopped(running, folded.left_ms)
        if running.kind is ClockKind.ACCEPT:
            outcome = Outcome.MISSED
        return running.settled(folded.left_ms, outcome, Cause.LEFT)
    outcome = _unstopped(running, as_of_ms)
    if folded.closed_ms is not None:
        return running.settled(as_of_ms, outcome, Cause.ENDED)
    waiting = running.settled(as_of_ms, outcome, Cause.WAITING)
    return msgspec.structs.replace(waiting, stopped_ms=None)


def _unstopped(running: Running, at_ms: int) -> Outcome:
    return Outcome.MISSED if at_ms > running.due_ms else Outcome.EXCLUDED


def _is_touched(clock: Clock, outages: Sequence[Outage]) -> bool:
    return any(
        outage.from_ms < clock.due_ms and outage.until_ms > clock.start_ms
        for outage in outages
    )
