"""How well the promises were kept, over many cases, in exact numbers.

Every arrival is judged by its last accept clock (`clocks`), but for those who neither
got an answer nor left and whose time was not over yet: they are counted apart. So:

    judged = answered + abandoned + unanswered and late

| Formula | Definition                                                    |
|---------|---------------------------------------------------------------|
| F1      | (answered in time + abandoned in time) / judged               |
| F2      | answered in time / answered                                   |
| F3      | answered in time / judged                                     |
| F4      | answered in time / (judged - abandoned in time)               |
| F5      | (answered in time + abandoned within the short time) / judged |

F3 is the headline: everybody who left counts against us, however soon. F1 and F4 are
what others publish. Waits are from the tap, also where a raise moved the due time.
Drills and canaries are in none of the figures; they are counted apart.

An arrival belongs to the half hour of UTC in which its tap falls, whenever it was
answered: no clock change repeats or skips one. Time zones are for showing them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from fractions import Fraction

import msgspec

from .acuity import Band
from .clocks import Clock, ClockKind, Outage, Outcome, fold, outcomes
from .policy import Policy
from .record import Entry, What

INTERVAL_MS = 30 * 60 * 1000
"""Of arrivals."""


class Fate(Enum):
    """What became of who waited."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    """They left before anybody had answered."""
    WAITING = "waiting"
    DISMISSED = "dismissed"
    """Merged, redirected or void before anybody had answered."""


class Arrival(msgspec.Struct, frozen=True):
    """One case, as the figures see it."""

    case: str
    arrived_ms: int
    """The tap."""
    band: Band
    """The highest before it was answered."""
    language: str
    region: str
    drill: str
    fate: Fate
    wait_ms: int
    """From the tap to the answer, the leaving, the dismissal or now."""
    is_late: bool
    """Whether that was past the due time of the last accept clock."""
    is_short: bool
    """Whether they left so soon that it may have been by accident."""
    is_wordless: bool
    """Whether they were answered, and it was over before a responder said a word."""
    offered_again: int
    """How often somebody was asked after everybody asked before had not accepted."""
    rescues: int
    clocks: tuple[Clock, ...]


class Waits(msgspec.Struct, frozen=True):
    """Milliseconds from the tap; none without anybody."""

    mean_answered: Fraction | None
    mean_with_abandoned: Fraction | None
    p50: int | None
    """Of the answered, nearest rank, as all percentiles here."""
    p90: int | None
    p95: int | None
    p99: int | None
    longest: int | None
    """Of all, also of those who left or still wait."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """One cohort."""

    answered: int
    answered_in_time: int
    answered_wordless: int
    """Of the answered: over before a responder's first words."""
    abandoned: int
    abandoned_in_time: int
    abandoned_short: int
    unanswered_late: int
    """Still waiting, or dismissed, past due: missed."""
    excluded: int
    """The same before it was due: not judged."""
    offered_again: int = 0
    rescues: int = 0
    waits: Waits
    clocks: Mapping[ClockKind, Mapping[Outcome, int]]

    @property
    def judged(self) -> int:
        """Everybody whose promise was kept or broken by now."""
        return self.answered + self.abandoned + self.unanswered_late

    @property
    def f1(self) -> Fraction | None:
        """Who left in time counts for us."""
        return share(self.answered_in_time + self.abandoned_in_time, self.judged)

    @property
    def f2(self) -> Fraction | None:
        """Of the answered alone."""
        return share(self.answered_in_time, self.answered)

    @property
    def f3(self) -> Fraction | None:
        """The headline."""
        return share(self.answered_in_time, self.judged)

    @property
    def f4(self) -> Fraction | None:
        """Who left in time is not counted at all."""
        return share(self.answered_in_time, self.judged - self.abandoned_in_time)

    @property
    def f5(self) -> Fraction | None:
        """Who left at once counts for us."""
        return share(self.answered_in_time + self.abandoned_short, self.judged)

    @property
    def abandonment(self) -> Fraction | None:
        """Who left, of all who are judged."""
        return share(self.abandoned, self.judged)

    def in_time(self, kind: ClockKind) -> Fraction | None:
        """Clocks of a kind that were met, of those that were met or missed."""
        counts = self.clocks[kind]
        met = counts[Outcome.MET]
        return share(met, met + counts[Outcome.MISSED])


def arrival(
    entries: Sequence[Entry],
    policy: Policy,
    as_of_ms: int,
    outages: Sequence[Outage] = (),
) -> Arrival:
    """One case by its log up to `as_of_ms`, under the policy that it opened under.

    Raises:
        MalformedLog: no case can have such a log.
    """
    folded = fold(entries, policy)
    clocks = outcomes(folded, as_of_ms, outages)
    (judged,) = (
        clock
        for clock in clocks
        if clock.kind is ClockKind.ACCEPT and clock.outcome is not Outcome.SUPERSEDED
    )
    until_ms = as_of_ms if judged.stopped_ms is None else judged.stopped_ms
    if folded.accepted_ms is not None:
        fate = Fate.ANSWERED
    elif folded.left_ms is not None:
        fate = Fate.ABANDONED
    elif judged.stopped_ms is not None:
        fate = Fate.DISMISSED
    else:
        fate = Fate.WAITING
    wait_ms = until_ms - folded.tap_ms
    return Arrival(
        case=folded.case,
        arrived_ms=folded.tap_ms,
        band=judged.band,
        language=folded.language,
        region=folded.region,
        drill=folded.drill,
        fate=fate,
        wait_ms=wait_ms,
        is_late=until_ms > judged.due_ms,
        is_short=fate is Fate.ABANDONED
        and wait_ms <= policy.short_abandon_seconds * 1000,
        is_wordless=folded.reopens is not None
        and not any(one.kind is ClockKind.REPLY for one in folded.running),
        offered_again=_offered_again(entries),
        rescues=sum(entry.what is What.RESCUE for entry in entries),
        clocks=clocks,
    )


def figures(arrivals: Iterable[Arrival]) -> Figures:
    """What is told of these; drills and canaries among them are left out."""
    real = [one for one in arrivals if not one.drill]
    late = Counter((one.fate, one.is_late) for one in real)
    fates = Counter(one.fate for one in real)
    not_answered = (Fate.WAITING, Fate.DISMISSED)
    return Figures(
        answered=fates[Fate.ANSWERED],
        answered_in_time=late[Fate.ANSWERED, False],
        answered_wordless=sum(one.is_wordless for one in real),
        abandoned=fates[Fate.ABANDONED],
        abandoned_in_time=late[Fate.ABANDONED, False],
        abandoned_short=sum(one.is_short for one in real),
        unanswered_late=sum(late[fate, True] for fate in not_answered),
        excluded=sum(late[fate, False] for fate in not_answered),
        offered_again=sum(one.offered_again for one in real),
        rescues=sum(one.rescues for one in real),
        waits=_waits(real),
        clocks=clock_counts(clock for one in real for clock in one.clocks),
    )


def by_band(arrivals: Iterable[Arrival]) -> dict[Band, Figures]:
    """The figures of each band, also of those that nobody arrived in."""
    every = list(arrivals)
    return {band: figures(one for one in every if one.band is band) for band in Band}


def by_interval(arrivals: Iterable[Arrival]) -> dict[int, Figures]:
    """The figures of each half hour in which somebody arrived, by its first ms."""
    cohorts: dict[int, list[Arrival]] = {}
    for one in arrivals:
        cohorts.setdefault(interval_ms(one.arrived_ms), []).append(one)
    return {begin_ms: figures(cohorts[begin_ms]) for begin_ms in sorted(cohorts)}


def interval_ms(arrived_ms: int) -> int:
    """When the half hour of an arrival began."""
    return arrived_ms - arrived_ms % INTERVAL_MS


def clock_counts(clocks: Iterable[Clock]) -> dict[ClockKind, dict[Outcome, int]]:
    """How many clocks of each kind ended how."""
    counted = Counter((clock.kind, clock.outcome) for clock in clocks)
    return {
        kind: {outcome: counted[kind, outcome] for outcome in Outcome}
        for kind in ClockKind
    }


def nearest_rank(values: Iterable[int], percent: int) -> int | None:
    """The smallest value that at least so many percent do not exceed."""
    ordered = sorted(values)
    if not ordered:
        return None
    rank = -(-percent * len(ordered) // 100)
    return ordered[max(rank, 1) - 1]


def share(part: int, whole: int) -> Fraction | None:
    """A part of a whole; of nothing there is none."""
    return Fraction(part, whole) if whole else None


def tenths_of_percent(exact: Fraction) -> int:
    """To be shown: 811 for 81.1 %, halves rounded up, without a float on the way."""
    return (2000 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def _waits(arrivals: Sequence[Arrival]) -> Waits:
    answered = [one.wait_ms for one in arrivals if one.fate is Fate.ANSWERED]
    left = [one.wait_ms for one in arrivals if one.fate is Fate.ABANDONED]
    both = answered + left
    p50, p90, p95, p99 = (nearest_rank(answered, at) for at in (50, 90, 95, 99))
    return Waits(
        mean_answered=share(sum(answered), len(answered)),
        mean_with_abandoned=share(sum(both), len(both)),
        p50=p50,
        p90=p90,
        p95=p95,
        p99=p99,
        longest=max((one.wait_ms for one in arrivals), default=None),
    )


def _offered_again(entries: Iterable[Entry]) -> int:
    """Offers made to a case that nobody held and that had none out, after its first."""
    times = 0
    seeks, had_one = True, False
    out: set[str] = set()
    for entry in entries:
        match entry.what:
            case What.OFFERED:
                times += seeks and had_one and not out
                had_one = True
                out.add(entry.offer)
            case What.OFFER_ENDED:
                out.discard(entry.offer)
            case What.ACCEPTED:
                seeks = False
                out.clear()
            case What.RETURNED:
                seeks = True
    return times
