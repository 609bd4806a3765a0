"""The outcome of each promise follows from the log of the case and nothing else."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crisis.acuity import UNKNOWN, Band
from mentalverse_crisis.audit import PERSONAL
from mentalverse_crisis.clocks import (
    Cause,
    Clock,
    ClockKind,
    Fold,
    Outage,
    Outcome,
    fold,
    outcomes,
    step,
)
from mentalverse_crisis.errors import MalformedLog
from mentalverse_crisis.policy import DEFAULT
from mentalverse_crisis.record import Entry, What
from support.case_logs import DAWN_MS, case_logs, opening

repeatable = settings(database=None, deadline=None, derandomize=True, max_examples=300)

HOUR_MS = 3_600_000


def log(
    *steps: tuple[float, What] | tuple[float, What, dict[str, object]],
) -> list[Entry]:
    """An A2 case tapped at dawn; seconds since then, what, further fields."""
    entries = [opening()]
    for seconds, what, *fields in steps:
        at_ms = DAWN_MS + int(seconds * 1000)
        given_fields = fields[0] if fields else {}
        entries.append(Entry(at_ms=at_ms, case="c1", what=what, **given_fields))  # type: ignore[arg-type]
    return entries


def told(entries: list[Entry], as_of: float, *outages: Outage) -> list[Clock]:
    as_of_ms = DAWN_MS + int(as_of * 1000)
    return list(outcomes(fold(entries, DEFAULT), as_of_ms, outages))


def short(clock: Clock) -> tuple[float, float, float | None, str, str]:
    """Start, due and stop in seconds since dawn; outcome; cause."""

    def seconds(at_ms: int) -> float:
        return (at_ms - DAWN_MS) / 1000

    return (
        seconds(clock.start_ms),
        seconds(clock.due_ms),
        None if clock.stopped_ms is None else seconds(clock.stopped_ms),
        clock.outcome.value,
        clock.cause.value,
    )


def of(kind: ClockKind, clocks: list[Clock]) -> list[tuple[object, ...]]:
    return [short(clock) for clock in clocks if clock.kind is kind]


def test_a_case_that_went_well_meets_every_promise() -> None:
    """Offer, accept and reply from the tap; silence from the words; follow-up from
    when it became due."""
    clocks = told(
        log(
            (1, What.OFFERED),
            (20, What.ACCEPTED),
            (25, What.PERSON_SPOKE),
            (26, What.PERSON_SPOKE),
            (30, What.REPLIED),
            (30, What.RESPONDER_SPOKE),
            (600, What.ENDED),
            (620, What.WRAPPED_UP),
            (620, What.FOLLOW_UP, {"outcome": "due"}),
            (3600, What.FOLLOW_UP, {"outcome": "overdue"}),
            (7200, What.FOLLOW_UP, {"outcome": "reached"}),
            (7200, What.CLOSED, {"outcome": "closed"}),
        ),
        7200,
    )
    assert [(clock.kind.value, *short(clock)) for clock in clocks] == [
        ("offer", 0, 15, 1, "met", ""),
        ("accept", 0, 120, 20, "met", ""),
        ("reply", 0, 180, 30, "met", ""),
        ("silence", 25, 205, 30, "met", ""),
        ("followup", 620, 620 + 72 * 3600, 7200, "met", ""),
    ]


def test_the_due_moment_is_in_time_and_the_next_is_not() -> None:
    """T is a bound that may be reached."""
    at_due = log((120, What.ACCEPTED))
    assert of(ClockKind.OFFER, told(at_due, 200)) == [(0, 15, 120, "missed", "")]
    assert of(ClockKind.ACCEPT, told(at_due, 200)) == [(0, 120, 120, "met", "")]
    after = log((120.001, What.ACCEPTED))
    assert of(ClockKind.ACCEPT, told(after, 200)) == [(0, 120, 120.001, "missed", "")]


@pytest.mark.parametrize(
    ("tap_ms", "since_dawn_ms"),
    [(-1_000, -1_000), (-600_000, -600_000), (1_000, 0), (None, 0)],
)
def test_the_clock_starts_at_the_tap(tap_ms: int | None, since_dawn_ms: int) -> None:
    """However long before the request: the desk has believed it; and never after it."""
    tap = None if tap_ms is None else DAWN_MS + tap_ms
    folded = fold([opening(tap_ms=tap)], DEFAULT)
    assert folded.tap_ms == DAWN_MS + since_dawn_ms
    assert {clock.start_ms for clock in folded.running} == {folded.tap_ms}


def test_nothing_said_is_moderate() -> None:
    """An opening without a band is judged as A2."""
    assert fold([opening(band=None)], DEFAULT).band is UNKNOWN


def test_a_raise_brings_the_due_time_forward_from_then_on() -> None:
    """min(old, raise + T of the new band); the old clock is superseded."""
    raised = log((60, What.BAND_SET, {"band": Band.A0}), (74, What.ACCEPTED))
    assert of(ClockKind.ACCEPT, told(raised, 100)) == [
        (0, 120, 60, "superseded", "raised"),
        (60, 75, 74, "met", ""),
    ]
    near = log((110, What.BAND_SET, {"band": Band.A1}))
    assert of(ClockKind.ACCEPT, told(near, 121))[1] == (
        (110, 120, None, "missed", "waiting")
    )


def test_a_raise_forgives_nothing() -> None:
    """What was late before stays late."""
    raised = log((130, What.BAND_SET, {"band": Band.A0}), (131, What.ACCEPTED))
    assert of(ClockKind.ACCEPT, told(raised, 200))[1] == (130, 120, 131, "missed", "")


def test_lowering_changes_no_running_clock_but_those_that_start_later() -> None:
    """Judged under the highest band before the accept; a silence under the present."""
    lowered = log(
        (1, What.BAND_SET, {"band": Band.A0}),
        (2, What.BAND_SET, {"band": Band.A3}),
        (3, What.BAND_SET, {"band": Band.A2}),
        (10, What.ACCEPTED),
        (20, What.PERSON_SPOKE),
    )
    clocks = told(lowered, 21)
    assert of(ClockKind.ACCEPT, clocks)[-1] == (1, 16, 10, "met", "")
    assert of(ClockKind.SILENCE, clocks) == [(20, 200, None, "excluded", "waiting")]


def test_an_accept_without_a_word_was_no_answer() -> None:
    """The clock runs on as if there had been none, also through a raise meanwhile."""
    returned = log(
        (5, What.OFFERED),
        (10, What.ACCEPTED),
        (20, What.BAND_SET, {"band": Band.A1}),
        (30, What.BAND_SET, {"band": Band.A4}),
        (55, What.RETURNED),
        (60, What.ACCEPTED),
    )
    clocks = told(returned, 100)
    assert of(ClockKind.ACCEPT, clocks) == [
        (0, 120, 10, "superseded", "returned"),
        (20, 50, 60, "missed", ""),
    ]
    assert of(ClockKind.REPLY, clocks)[-1] == (20, 80, None, "missed", "waiting")


def test_an_accept_with_a_word_stands() -> None:
    """A rescue later has no accept clock of its own, and undoes none."""
    rescued = log(
        (10, What.ACCEPTED),
        (15, What.REPLIED),
        (90, What.RESCUE),
        (300, What.ACCEPTED),
        (345, What.RETURNED),
    )
    assert of(ClockKind.ACCEPT, told(rescued, 400)) == [(0, 120, 10, "met", "")]


def test_who_leaves_was_not_answered_and_waits_for_nothing_else() -> None:
    """Accept: missed, however soon. The other clocks: missed only if already late."""
    clocks = told(log((20, What.LEFT), (30, What.LEFT)), 500)
    assert of(ClockKind.OFFER, clocks) == [(0, 15, 20, "missed", "left")]
    assert of(ClockKind.ACCEPT, clocks) == [(0, 120, 20, "missed", "left")]
    assert of(ClockKind.REPLY, clocks) == [(0, 180, 20, "excluded", "left")]


def test_who_comes_back_finds_the_same_clocks() -> None:
    """The time away counts: the place, and with it the promise, was kept."""
    back = log((20, What.LEFT), (60, What.CAME_BACK), (110, What.ACCEPTED))
    assert of(ClockKind.ACCEPT, told(back, 500)) == [(0, 120, 110, "met", "")]


@pytest.mark.parametrize(
    ("seconds", "outcome", "expected"),
    [
        (50, "merged", "excluded"),
        (150, "void", "missed"),
        (50, "abandoned", "missed"),
    ],
)
def test_closing_a_case_mends_no_figure(
    seconds: float, outcome: str, expected: str
) -> None:
    """Past due is missed, whatever the case was closed as."""
    closed = log((seconds, What.CLOSED, {"outcome": outcome}))
    cause = "left" if outcome == "abandoned" else "ended"
    found = of(ClockKind.ACCEPT, told(closed, 10_000))
    assert found == [(0, 120, seconds, expected, cause)]


def test_a_closed_place_that_was_left_before_counts_from_the_leaving() -> None:
    """Fifteen minutes of a kept place are no waiting."""
    closed = log((20, What.LEFT), (920, What.CLOSED, {"outcome": "abandoned"}))
    assert of(ClockKind.ACCEPT, told(closed, 1000)) == [(0, 120, 20, "missed", "left")]


def test_waiting_is_missed_once_it_is_past_due_and_not_judged_before() -> None:
    """The due moment itself is not past."""
    waiting = log()
    accept = ClockKind.ACCEPT
    assert of(accept, told(waiting, 120)) == [(0, 120, None, "excluded", "waiting")]
    assert of(accept, told(waiting, 120.001)) == [(0, 120, None, "missed", "waiting")]


def test_a_silence_is_from_the_first_unanswered_words_to_anybodys() -> None:
    """Who writes again is not waiting anew; a guest's words are words."""
    spoken = log(
        (10, What.ACCEPTED),
        (20, What.REPLIED),
        (100, What.PERSON_SPOKE),
        (200, What.PERSON_SPOKE),
        (281, What.RESPONDER_SPOKE),
        (300, What.PERSON_SPOKE),
        (310, What.ENDED),
    )
    assert of(ClockKind.SILENCE, told(spoken, 400)) == [
        (100, 280, 281, "missed", ""),
        (300, 480, 310, "excluded", "ended"),
    ]


def test_the_follow_up_comes_in_half_the_time_after_a_loss() -> None:
    """By the band of that moment; a first attempt that came too late is missed."""
    lost = log(
        (10, What.ACCEPTED),
        (20, What.REPLIED),
        (500, What.ENDED, {"outcome": "lost_contact"}),
        (600, What.FOLLOW_UP, {"outcome": "due"}),
        (700, What.BAND_SET, {"band": Band.A0}),
    )
    due = 600 + 36 * 3600
    running = of(ClockKind.FOLLOW_UP, told(lost, due))
    assert running == [(600, due, None, "excluded", "waiting")]
    late = DAWN_MS + (due + 1) * 1000
    attempt = Entry(late, "c1", What.FOLLOW_UP, outcome="no_answer")
    (found,) = of(ClockKind.FOLLOW_UP, told([*lost, attempt], due + 2))
    assert found[3] == "missed"


def test_a_follow_up_that_nobody_tried_is_not_judged_before_it_was_due() -> None:
    """A case that is closed otherwise; without a decision for one there is no clock."""
    closed = log(
        (10, What.ACCEPTED),
        (20, What.REPLIED),
        (600, What.ENDED),
    )
    assert of(ClockKind.FOLLOW_UP, told(closed, 10**7)) == []
    closed += log(
        (600, What.FOLLOW_UP, {"outcome": "due"}),
        (700, What.CLOSED, {"outcome": "merged"}),
    )[1:]
    found = of(ClockKind.FOLLOW_UP, told(closed, 10**7))
    assert found == [(600, 600 + 72 * 3600, 700, "excluded", "ended")]


@pytest.mark.parametrize(
    ("from_s", "until_s", "cause"),
    [(119, 500, "outage"), (-9, 1, "outage"), (120, 500, ""), (-9, 0, "")],
)
def test_a_miss_in_an_outage_says_so_and_stays_a_miss(
    from_s: int, until_s: int, cause: str
) -> None:
    """If the outage touched the time that was promised."""
    outage = Outage(DAWN_MS + from_s * 1000, DAWN_MS + until_s * 1000)
    late = log((130, What.ACCEPTED))
    (found,) = of(ClockKind.ACCEPT, told(late, 200, outage))
    assert found[3:] == ("missed", cause)
    (kept,) = of(ClockKind.ACCEPT, told(log((100, What.ACCEPTED)), 200, outage))
    assert kept[3:] == ("met", "")


def test_a_clock_that_was_set_back_makes_no_time_run_backwards() -> None:
    """The order of the log is what happened."""
    back = log((10, What.OFFERED), (5, What.ACCEPTED))
    assert of(ClockKind.ACCEPT, told(back, 20)) == [(0, 120, 10, "met", "")]


@pytest.mark.parametrize(
    ("entries", "what"),
    [
        ([], "without an entry"),
        (log()[1:] + log((1, What.LEFT))[1:], "opened once"),
        ([opening(), opening()], "opened once"),
        ([opening(), Entry(DAWN_MS, "c2", What.LEFT)], "another case"),
        (log((1, What.BAND_SET)), "none is named"),
        (log((1, What.CLOSED), (2, What.LEFT)), "after the case was closed"),
    ],
)
def test_what_no_case_can_have_written_is_refused(
    entries: list[Entry], what: str
) -> None:
    """With what is wrong."""
    with pytest.raises(MalformedLog, match=what) as refused:
        fold(entries, DEFAULT)
    assert refused.value.code == "malformed_log"


@repeatable
@given(case_logs(), st.data())
def test_folding_may_stop_anywhere_and_be_written_down(
    entries: list[Entry], data: st.DataObject
) -> None:
    """I14: entry by entry, or in pieces with the fold as JSON between them, tells the
    same to the byte as the whole."""
    as_of_ms = entries[-1].at_ms + data.draw(st.integers(0, 10**9))
    whole = fold(entries, DEFAULT)
    cut = data.draw(st.integers(1, len(entries)))
    kept = msgspec.json.encode(fold(entries[:cut], DEFAULT))
    again = msgspec.json.decode(kept, type=Fold)
    for entry in entries[cut:]:
        again = step(again, entry, DEFAULT)
    assert again == whole
    expected = msgspec.json.encode(outcomes(whole, as_of_ms))
    assert msgspec.json.encode(outcomes(again, as_of_ms)) == expected


@repeatable
@given(case_logs())
def test_outcomes_need_nothing_that_can_be_erased(entries: list[Entry]) -> None:
    """Who acted, where and why are in no rule."""
    gone = dict.fromkeys(PERSONAL, "")
    erased = [msgspec.structs.replace(entry, **gone) for entry in entries]
    as_of_ms = entries[-1].at_ms
    assert outcomes(fold(erased, DEFAULT), as_of_ms) == (
        outcomes(fold(entries, DEFAULT), as_of_ms)
    )


@repeatable
@given(case_logs(), st.integers(0, 10**9), st.integers(0, 10**9))
def test_nobody_who_waits_past_due_is_ever_in_time_again(
    entries: list[Entry], sooner: int, later: int
) -> None:
    """While nothing is written, an outcome changes only from excluded to missed."""
    folded = fold(entries, DEFAULT)
    first = entries[-1].at_ms + min(sooner, later)
    then = entries[-1].at_ms + max(sooner, later)
    for before, after in zip(
        outcomes(folded, first), outcomes(folded, then), strict=True
    ):
        changed = (before.outcome, after.outcome)
        assert before.outcome is after.outcome or changed == (
            (Outcome.EXCLUDED, Outcome.MISSED)
        )


def expected_accept(entries: list[Entry], as_of_ms: int) -> tuple[int, str]:
    """Due time and outcome of the judged accept clock, by looking at the whole log."""
    whats = [entry.what for entry in entries]
    held, first = None, None
    for place, what in enumerate(whats):
        if what is What.ACCEPTED and first is None:
            first = held = place
        elif what is What.RETURNED and What.REPLIED not in whats[:place]:
            first = held = None
    before = entries if held is None else entries[:held]
    over = [e for e in before if e.what is What.ENDED]
    if over:
        before = before[: before.index(over[0])]
    opened = entries[0]
    assert opened.tap_ms is not None
    band = UNKNOWN if opened.band is None else opened.band
    start_ms = opened.tap_ms
    due_ms = start_ms + DEFAULT.accept_ms(band)
    for entry in before:
        if entry.band is not None and entry.band < band:
            band = entry.band
            due_ms = min(due_ms, entry.at_ms + DEFAULT.accept_ms(band))
    if held is not None:
        return due_ms, "met" if entries[held].at_ms <= due_ms else "missed"
    last = entries[-1]
    if (
        What.LEFT in whats
        and What.CAME_BACK not in whats[-1 - whats[::-1].index(What.LEFT) :]
    ):
        return due_ms, "missed"
    if last.what is What.CLOSED and last.outcome == "abandoned" and not over:
        return due_ms, "missed"
    end_ms = over[0].at_ms if over else as_of_ms
    if last.what is What.CLOSED and not over:
        end_ms = last.at_ms
    return due_ms, "missed" if end_ms > due_ms else "excluded"


@repeatable
@given(case_logs(), st.integers(0, 10**6))
def test_the_accept_clock_is_what_a_reader_of_the_whole_log_says(
    entries: list[Entry], later: int
) -> None:
    """A second reading, without states, comes to the same due time and outcome."""
    as_of_ms = entries[-1].at_ms + later
    judged = [
        clock
        for clock in outcomes(fold(entries, DEFAULT), as_of_ms)
        if clock.kind is ClockKind.ACCEPT and clock.outcome is not Outcome.SUPERSEDED
    ]
    assert [(clock.due_ms, clock.outcome.value) for clock in judged] == [
        expected_accept(entries, as_of_ms)
    ]
    assert all(
        clock.cause is not Cause.WAITING or clock.stopped_ms is None for clock in judged
    )
