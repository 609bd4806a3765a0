"""A run is repeatable, indifferent to groups and to the order of names."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from mentalverse_modules.matching import run as running
from mentalverse_modules.matching.acceptance import blocking_pairs
from mentalverse_modules.matching.fairness import Measure, audit
from mentalverse_modules.matching.filters import Known, ruled_out
from mentalverse_modules.matching.proposal import MIN_OPTIONS, OPTIONS
from mentalverse_modules.matching.run import run
from mentalverse_modules.matching.score import table
from support.pools import SEED, pool

PEOPLE = pool(21, 150, 60)
RUN = run(PEOPLE.mentees, PEOPLE.mentors, Known(), SEED)


def test_the_same_seed_gives_the_same_run_and_another_does_not() -> None:
    assert run(PEOPLE.mentees, PEOPLE.mentors, Known(), SEED) == RUN
    twins = [replace(PEOPLE.mentors[0], ref=f"o{at}") for at in range(30)]
    tied = run(PEOPLE.mentees, twins, Known(), SEED)
    other = run(PEOPLE.mentees, twins, Known(), SEED[::-1])
    assert len(tied.stable) == len(other.stable)
    assert tied.stable != other.stable


@pytest.mark.capability("M05")
def test_other_weights_choose_otherwise_and_are_what_is_explained() -> None:
    weights = (0, 0, 0, 0, 10_000, 0, 0)
    learnt = run(PEOPLE.mentees, PEOPLE.mentors, Known(), SEED, weights=weights)
    assert learnt.options != RUN.options
    for options in learnt.options.values():
        for each in options:
            weighed = {line.code: line.weight_bp for line in each.lines}
            assert weighed["availability"] == 10_000 == sum(weighed.values())
            assert each.points == sum(line.points for line in each.lines)


@pytest.mark.capability("M06")
def test_the_order_in_which_people_stand_decides_nothing() -> None:
    draw = Random(1)
    mentees = draw.sample(PEOPLE.mentees, len(PEOPLE.mentees))
    mentors = draw.sample(PEOPLE.mentors, len(PEOPLE.mentors))
    again = run(mentees, mentors, Known(), SEED)
    assert set(again.stable) == set(RUN.stable)
    assert again.options == RUN.options
    assert again.ruled == RUN.ruled


@pytest.mark.capability("M03")
def test_options_are_two_or_three_possible_mentors_the_stable_one_first() -> None:
    stable = dict(RUN.stable)
    mentees = {each.ref: each for each in PEOPLE.mentees}
    mentors = {each.ref: each for each in PEOPLE.mentors}
    assert set(RUN.options) | set(RUN.short) == set(mentees)
    assert not set(RUN.options) & set(RUN.short)
    offered = Counter[str]()
    for ref, options in RUN.options.items():
        named = [each.mentor for each in options]
        assert MIN_OPTIONS <= len(set(named)) == len(named) <= OPTIONS
        assert ref not in stable or named[0] == stable[ref]
        for name in named:
            assert ruled_out(mentees[ref], mentors[name], Known()) is None
        offered.update(named)
    for ref, count in offered.items():
        assert count <= OPTIONS * mentors[ref].places


def test_the_cohort_is_stable_and_the_widest_is_no_narrower() -> None:
    scored = table(PEOPLE.mentees, PEOPLE.mentors, Known(), SEED)
    stable = dict(RUN.stable)
    columns = {each.ref: at for at, each in enumerate(PEOPLE.mentors)}
    placed = [
        columns[stable[each.ref]] if each.ref in stable else None
        for each in PEOPLE.mentees
    ]
    places = [each.places for each in PEOPLE.mentors]
    pairs = blocking_pairs(scored.orders(), scored.to_mentors, places, placed)
    assert list(pairs) == []
    assert RUN.widest is not None
    assert len(RUN.widest) >= len(RUN.stable)


def test_so_many_people_are_not_matched_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    places = sum(each.places for each in PEOPLE.mentors)
    monkeypatch.setattr(running, "WIDEST_PAIRS", len(PEOPLE.mentees) * places - 1)
    assert run(PEOPLE.mentees, PEOPLE.mentors, Known(), SEED).widest is None


def test_outcomes_say_who_is_matched_how_long_they_waited_and_how_high() -> None:
    waited = {each.ref: float(at) for at, each in enumerate(PEOPLE.mentees)}
    found = run(PEOPLE.mentees, PEOPLE.mentors, Known(), SEED, waited)
    stable = dict(found.stable)
    for at, outcome in enumerate(found.outcomes):
        assert outcome.matched == (outcome.ref in stable)
        assert outcome.wait_days == at
        assert (outcome.rank is None) != outcome.matched
    ranks = [each.rank for each in found.outcomes if each.rank is not None]
    assert min(ranks) == 1
    assert RUN.outcomes[5].wait_days == 0


@pytest.mark.capability("M07")
def test_whoever_withdrew_is_in_no_pair_of_the_next_run() -> None:
    gone = RUN.stable[0][0]
    mentees = [
        replace(each, consents=False) if each.ref == gone else each
        for each in PEOPLE.mentees
    ]
    again = run(mentees, PEOPLE.mentors, Known(), SEED)
    assert gone not in dict(again.stable)
    assert gone in again.short


@pytest.mark.capability("M06")
def test_a_filter_that_hits_one_group_is_found_by_the_audit() -> None:
    """Half of a group has hardly any time: the scorer is fair, the outcome is not."""
    people = pool(5, 300, 90)
    groups = {each.ref: "ab"[at % 2] for at, each in enumerate(people.mentees)}
    narrow = [
        replace(each, side=replace(each.side, slots=each.side.slots & 0xFF))
        if groups[each.ref] == "a" and at % 3
        else each
        for at, each in enumerate(people.mentees)
    ]
    for mentees, is_planted in ((people.mentees, False), (narrow, True)):
        found = run(mentees, people.mentors, Known(), SEED).outcomes
        known = audit(found, groups, Random(1), 100)
        hit = [x for x in known.findings if x.measure is Measure.MATCHED]
        assert bool(hit) is is_planted
