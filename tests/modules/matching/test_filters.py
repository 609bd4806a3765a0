"""Each rule takes away exactly the pairs it names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mentalverse_modules.matching.explain import explain
from mentalverse_modules.matching.filters import (
    DAY_MS,
    NOTHING_COMMON,
    TOLD,
    Known,
    Ruled,
    against,
    all_ruled,
    ruled_out,
)
from mentalverse_modules.matching.people import Kind, Mentee, Mentor, Side, week

FREE = week([(600, 660)])
ONE = Side(languages=frozenset({"en"}), slots=FREE)
MENTEE = Mentee("e", ONE, jurisdiction="AT")
MENTOR = Mentor("o", ONE)
PAIR = frozenset({("e", "o")})
BOTH = frozenset(Kind)
NOW = 200 * DAY_MS

Planted = tuple[Ruled, dict[str, Any], dict[str, Any], Known]
PLANTED: list[Planted] = [
    (Ruled.CONSENT, {"consents": False}, {}, Known()),
    (Ruled.CONSENT, {}, {"consents": False}, Known()),
    (
        Ruled.KIND,
        {"kind": Kind.PROFESSIONAL, "screened_for": BOTH},
        {"jurisdictions": frozenset({"AT"})},
        Known(),
    ),
    (Ruled.SCREENING, {"screened_for": frozenset()}, {}, Known()),
    (Ruled.BLOCKED, {}, {}, Known(blocked=PAIR)),
    (Ruled.DUAL, {}, {}, Known(dual=PAIR)),
    (Ruled.DUAL, {}, {"ref": "e"}, Known()),
    (Ruled.PARTED, {}, {}, Known(NOW, parted_ms={("e", "o"): NOW - 90 * DAY_MS + 1})),
    (Ruled.VETOED, {}, {}, Known(vetoed=PAIR)),
    (Ruled.CAPACITY, {}, {"places": 0}, Known()),
    (Ruled.LANGUAGE, {}, {"side": replace(ONE, languages=frozenset({"de"}))}, Known()),
    (Ruled.TIME, {}, {"side": replace(ONE, slots=week([(600, 659)]))}, Known()),
    (Ruled.AGE, {"age_band": "minor"}, {}, Known()),
    (Ruled.JURISDICTION, {}, {"jurisdictions": frozenset({"DE"})}, Known()),
    (
        Ruled.JURISDICTION,
        {"kind": Kind.PROFESSIONAL, "screened_for": BOTH},
        {"kinds": BOTH},
        Known(),
    ),
    (Ruled.CREDENTIAL, {"credentials": frozenset({"trauma"})}, {}, Known()),
    (Ruled.LEVEL, {"level": 1}, {}, Known()),
    (Ruled.REQUIRED, {"required": {"gender": frozenset({"woman"})}}, {}, Known()),
    (
        Ruled.REQUIRED,
        {"required": {"gender": frozenset({"woman"})}},
        {"traits": {"gender": frozenset({"man"})}},
        Known(),
    ),
]


@pytest.mark.capability("M02")
@pytest.mark.capability("G05")
@pytest.mark.capability("X10")
@pytest.mark.capability("X12")
@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted[0].name)
def test_a_planted_reason_is_the_one_that_is_named(planted: Planted) -> None:
    ruled, of_mentee, of_mentor, known = planted
    mentee, mentor = replace(MENTEE, **of_mentee), replace(MENTOR, **of_mentor)
    assert ruled_out(mentee, mentor, known) is ruled
    assert all_ruled(mentee, mentor, known) == (ruled,)
    explained = explain(mentee, mentor, known)
    assert explained.ruled == (TOLD[ruled],)
    assert (explained.points, explained.lines) == (0, ())


def test_every_rule_is_planted() -> None:
    assert {each[0] for each in PLANTED} == set(Ruled)


@pytest.mark.parametrize(
    ("of_mentee", "of_mentor", "known"),
    [
        ({}, {}, Known()),
        ({}, {"jurisdictions": frozenset({"AT", "DE"})}, Known()),
        ({}, {}, Known(NOW, parted_ms={("e", "o"): NOW - 90 * DAY_MS})),
        (
            {"required": {"gender": frozenset({"woman", "any"})}},
            {"traits": {"gender": frozenset({"woman"})}},
            Known(),
        ),
        (
            {"screened_for": BOTH},
            {"kinds": BOTH},
            Known(blocked=frozenset({("o", "e")})),
        ),
    ],
)
def test_a_pair_that_meets_every_rule_is_possible(
    of_mentee: dict[str, Any], of_mentor: dict[str, Any], known: Known
) -> None:
    mentee, mentor = replace(MENTEE, **of_mentee), replace(MENTOR, **of_mentor)
    assert ruled_out(mentee, mentor, known) is None
    assert all_ruled(mentee, mentor, known) == ()


def test_several_reasons_are_all_told() -> None:
    mentor = replace(MENTOR, places=0, age_bands=frozenset())
    assert all_ruled(MENTEE, mentor, Known()) == (Ruled.CAPACITY, Ruled.AGE)


def test_what_is_told_to_stand_against_it_does_so_for_everybody() -> None:
    german = Mentor("d", replace(ONE, languages=frozenset({"de"})))
    late = Mentor("l", replace(ONE, slots=week([(900, 960)])))
    full = replace(german, ref="f", places=0)
    assert against(MENTEE, [german, replace(german, level=3)], Known()) == ("language",)
    assert against(MENTEE, [german, late], Known()) == (NOTHING_COMMON,)
    assert against(MENTEE, [full], Known()) == ("capacity",)
    assert against(MENTEE, [], Known()) == ("capacity",)
    blocked = Known(blocked=PAIR)
    assert against(MENTEE, [MENTOR, german], blocked) == ("language",)
