"""Every line of the tables inside its range, and every vector of the design."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_modules.rewards.bonuses import bonus_micro, earned, is_above
from mentalverse_modules.rewards.documents import SHIPPED, shipped
from mentalverse_modules.rewards.facts import AWARDED, LEVELS, PROOFS, Measured
from mentalverse_modules.rewards.packs import MICRO, Above, Bonus, Pack, Rule
from mentalverse_modules.rewards.rubric import (
    Factor,
    NotPaid,
    UnknownFactor,
    factor,
    points,
    weighed,
)
from mentalverse_modules.rewards.rules import (
    Refused,
    Scored,
    evaluate,
    in_range,
    is_gate,
    rule_of,
)
from support.reward_facts import fact

PEER, PROFESSIONAL = shipped("peer"), shipped("professional")
PAID = [
    (pack, rule)
    for pack in (PEER, PROFESSIONAL)
    for rule in pack.rules
    if rule.mode == "auto"
]
TABLES = {
    "peer": [(25, 75), (100, 300), (50, 150), (100, 500), (10, 50), (25, 100)]
    + [(50, 200), (100, 500), (50, 200), (200, 1_000), (100, 500), (500, 2_000)],
    "mentee": [(10, 30), (25, 75), (15, 45), (20, 60), (50, 200), (100, 300)]
    + [(200, 500), (500, 1_500), (25, 100), (50, 200), (30, 120), (100, 400)]
    + [(100, 500), (200, 800), (500, 2_000), (1_000, 5_000)],
    "professional": [(200, 600), (350, 1_000), (400, 1_200), (500, 1_500)]
    + [(300, 900), (250, 750), (400, 1_200), (200, 600), (500, 1_500), (300, 900)]
    + [(400, 1_200), (200, 800), (500, 2_000), (1_000, 5_000), (300, 1_200)]
    + [(2_000, 10_000)],
}


def paid(pack: Pack, **of: Any) -> Scored:
    """What a pack gives a fact that it pays."""
    found = judged(pack, **of)
    assert isinstance(found, Scored)
    return found


def judged(pack: Pack, **of: Any) -> Scored | Refused:
    one = fact(**of)
    rule = rule_of(pack, one)
    assert rule is not None
    return evaluate(pack, rule, one)


@pytest.mark.capability("T01")
@pytest.mark.capability("T03")
@pytest.mark.capability("T05")
@pytest.mark.capability("T09")
@pytest.mark.capability("T10")
@pytest.mark.parametrize("owner", TABLES)
def test_the_ranges_are_those_of_the_texts(owner: str) -> None:
    """Each of them, in the order of the tables."""
    rules = [rule for name in SHIPPED for rule in shipped(name).rules]
    of_owner = [one for one in rules if one.code.startswith(f"{owner}.")]
    assert [(one.lo, one.hi) for one in of_owner] == TABLES[owner]


@pytest.mark.capability("T01")
@pytest.mark.parametrize("rule", [rule for _, rule in PAID], ids=lambda one: one.code)
def test_a_range_begins_at_its_floor_and_ends_at_its_top(rule: Rule) -> None:
    """At a factor of 0, of one half, and of all."""
    ends = [in_range(rule.lo, rule.hi, one) for one in (0, 5_000, 10_000)]
    assert ends == [
        rule.lo * MICRO,
        (rule.lo + rule.hi) * MICRO // 2,
        rule.hi * MICRO,
    ]


@given(
    st.sampled_from(PAID),
    st.integers(0, 1_000),
    st.integers(1, 600),
    st.integers(0, 2_000),
    st.sampled_from(["", "unheard_of", *LEVELS]),
    st.integers(0, 40),
    st.sampled_from(["phase_2", "phase_3", "graduation", "10h", "15h", "20h"]),
)
def test_whoever_passes_the_gates_is_paid_within_the_range(
    line: tuple[Pack, Rule],
    minutes: int,
    planned: int,
    late: int,
    level: str,
    count: int,
    step: str,
) -> None:
    """Whatever the evidence; a bonus is at most the base again."""
    pack, rule = line
    one = fact(
        type=rule.events[0],
        role=rule.match.role,
        kind=(*rule.match.kind, "")[0],
        minutes=minutes,
        planned_minutes=planned,
        late_seconds=late,
        level=level,
        count=count,
        planned_count=40,
        step=step,
    )
    assert rule_of(pack, one) == rule
    found = evaluate(pack, rule, one)
    if isinstance(found, Refused):
        assert found.reason in ("attended_pct", "kept_pct", "step", "count")
        return
    least, most = rule.lo * MICRO, rule.hi * MICRO
    if rule.per_minutes:
        counted = min(minutes, rule.most_minutes)
        least, most = (end * counted // rule.per_minutes for end in (least, most))
    assert found.floor_micro == least <= found.base_micro <= most
    assert 0 <= found.bonus_micro <= found.base_micro
    assert found.micro == found.base_micro + found.bonus_micro


@pytest.mark.capability("T01")
@pytest.mark.capability("T02")
def test_the_vectors_of_a_range_and_its_bonuses() -> None:
    """Half of 25 to 75 is 50, and 95 % more is 97.5."""
    assert in_range(25, 75, 5_000) == 50 * MICRO
    assert 50 * MICRO + bonus_micro(50 * MICRO, (20, 25, 50), 100) == 97_500_000
    assert in_range(25, 75, 8_500) == 67_500_000
    assert bonus_micro(50 * MICRO, (20, 25, 50, 100), 100) == 50 * MICRO


@pytest.mark.capability("T09")
@pytest.mark.capability("T11")
def test_the_vector_of_a_professional_session() -> None:
    """50 of 50 minutes, Specialist, in time: 540; both bonuses: 756."""
    of = {"role": "professional", "level": "specialist"}
    plain = paid(PROFESSIONAL, **of)
    assert (plain.factor, plain.micro) == (8_500, 540 * MICRO)
    measures = {"satisfaction": Measured(91, 20), "availability": Measured(91, 100)}
    assert paid(PROFESSIONAL, measures=measures, **of).micro == 756 * MICRO


@pytest.mark.capability("T10")
@pytest.mark.parametrize(("minutes", "mvt"), [(480, 1_350), (240, 675), (1_000, 2_025)])
def test_duty_is_paid_by_the_minute(minutes: int, mvt: int) -> None:
    """Of at most 720 minutes, by a factor of 8,500."""
    found = paid(
        PROFESSIONAL,
        type="duty.ended",
        role="professional",
        level="specialist",
        minutes=minutes,
        planned_minutes=minutes,
    )
    assert (found.factor, found.micro) == (8_500, mvt * MICRO)


@pytest.mark.capability("T05")
def test_feedback_is_paid_the_same_whatever_it_says() -> None:
    """Its floor: there is no factor to it."""
    found = paid(PEER, type="feedback.submitted", role="mentee")
    assert found.micro == found.floor_micro == 20 * MICRO


@pytest.mark.capability("T01")
@pytest.mark.parametrize(
    ("gate", "spoilt"),
    [
        ("not_drill", {"is_drill": True}),
        ("attended_pct", {"minutes": 24}),
        ("attended_pct", {"planned_minutes": 0}),
        *(
            (one, {"proofs": [each for each in PROOFS if each != one]})
            for one in PROOFS[:3]
        ),
    ],
)
def test_a_gate_that_is_shut_pays_nothing(gate: str, spoilt: dict[str, Any]) -> None:
    """And says which; whoever would rather not be paid is not even written down."""
    found = judged(PEER, **spoilt)
    assert found == Refused(gate)
    assert found.is_silent == (gate in ("not_drill", "consent"))


@pytest.mark.capability("T05")
def test_silent_gates_are_asked_first() -> None:
    """Whoever fails others as well is not written down for those."""
    assert judged(PEER, proofs=(), minutes=0) == Refused("consent")
    drill = judged(PEER, proofs=("consent",), is_drill=True)
    assert drill == Refused("not_drill")


@pytest.mark.capability("T09")
def test_half_of_the_minutes_are_enough() -> None:
    """25 of 50."""
    assert paid(PEER, minutes=25).micro >= 25 * MICRO


@pytest.mark.parametrize(("count", "is_paid"), [(35, False), (36, True)])
def test_consistency_takes_nine_of_ten_planned(count: int, *, is_paid: bool) -> None:
    found = judged(PEER, type="period.month", count=count, planned_count=40)
    assert isinstance(found, Scored) == is_paid


@pytest.mark.capability("T01")
@pytest.mark.parametrize(("count", "mvt"), [(4, 100), (8, 200), (12, 300), (30, 300)])
def test_consistency_grows_with_the_sessions_kept(count: int, mvt: int) -> None:
    found = paid(PEER, type="period.month", count=count, planned_count=count)
    assert found.micro == mvt * MICRO


def test_too_few_sessions_are_no_consistency() -> None:
    assert judged(PEER, type="period.month", count=3, planned_count=3) == Refused(
        "count"
    )


def test_a_month_without_plans_is_none() -> None:
    assert judged(PEER, type="period.month", count=0) == Refused("kept_pct")


@pytest.mark.capability("T01")
@pytest.mark.parametrize(
    ("step", "mvt"), [("phase_2", 100), ("phase_3", 300), ("graduation", 500)]
)
def test_milestones_go_by_their_step(step: str, mvt: int) -> None:
    found = paid(PEER, type="relationship.phase_changed", step=step)
    assert found.micro == mvt * MICRO


def test_a_step_without_points_is_not_paid() -> None:
    of = {"type": "relationship.phase_changed", "step": "phase_1"}
    assert judged(PEER, **of) == Refused("step")


@pytest.mark.capability("T01")
@pytest.mark.parametrize(("waited", "is_paid"), [(14, False), (15, True)])
def test_who_waited_for_nobody_has_the_floor(waited: int, *, is_paid: bool) -> None:
    """Without a receipt of who did not come; without a bonus."""
    of: dict[str, Any] = {"type": "session.no_show", "minutes": waited}
    found = judged(PEER, proofs=("credential", "consent"), **of)
    if is_paid:
        assert isinstance(found, Scored)
        assert (found.micro, found.bonus_micro) == (25 * MICRO, 0)
    else:
        assert found == Refused("waited")
    assert judged(PEER, proofs=("credential",), **of) == Refused("consent")


@pytest.mark.capability("T03")
def test_an_award_is_within_its_range() -> None:
    """What two people approved, and nothing for a rule that pays by itself."""
    of: dict[str, Any] = {"type": AWARDED, "kind": "peer.knowledge"}
    assert paid(PEER, amount_mvt=100, **of).micro == 100 * MICRO
    assert judged(PEER, amount_mvt=101, **of) == Refused("amount")
    for code in ("peer.session", "mentee.resilience", "peer.unheard_of"):
        assert rule_of(PEER, fact(type=AWARDED, kind=code)) is None


@pytest.mark.parametrize(
    "other",
    [
        {"role": "observer"},
        {"kind": "crisis"},
        {"type": "crisis.closed"},
        {"type": "session.no_show", "kind": "event"},
    ],
)
def test_what_no_rule_is_for_is_not_paid(other: dict[str, Any]) -> None:
    assert rule_of(PEER, fact(**other)) is None


@pytest.mark.capability("T11")
@pytest.mark.parametrize(
    ("total", "count", "is_on"),
    [(90, 20, False), (91, 20, True), (86, 19, False), (450, 100, False)],
)
def test_a_satisfaction_of_exactly_four_and_a_half_is_no_bonus(
    total: int, count: int, *, is_on: bool
) -> None:
    """And of fewer than 20 raters neither."""
    found = earned(PROFESSIONAL, "service", {"satisfaction": Measured(total, count)})
    assert [one.pct for one in found] == ([25] if is_on else [])


@pytest.mark.capability("T11")
@pytest.mark.capability("Q03")
@pytest.mark.parametrize(("kept", "is_on"), [(90, False), (91, True)])
def test_availability_is_above_nine_of_ten(kept: int, *, is_on: bool) -> None:
    measures = {"availability": Measured(kept, 100)}
    found = earned(PROFESSIONAL, "service", measures)
    assert [one.pct for one in found] == ([15] if is_on else [])
    assert earned(PROFESSIONAL, "contribution", measures) == ()


@pytest.mark.capability("T02")
@pytest.mark.capability("T11")
def test_the_bonuses_are_those_of_the_texts() -> None:
    """Two are on, those of crises never; all others wait for a threshold."""
    shown = {
        name: [one.pct for one in shipped(name).bonuses if one.state != "forbidden"]
        for name in SHIPPED
    }
    assert shown == {
        "peer": [20, 25, 100],
        "professional": [25, 50, 75, 100, 15, 20, 30, 50, 10, 25, 40, 60, 20, 30, 50],
    }
    every = (*PEER.bonuses, *PROFESSIONAL.bonuses)
    on = [one.code for one in every if one.state == "on"]
    never = [(one.code, one.pct) for one in every if one.state == "forbidden"]
    assert on == ["professional.satisfaction", "professional.availability"]
    assert never == [("peer.crisis_support", 50), ("professional.crisis_response", 40)]


@pytest.mark.capability("T02")
def test_one_bonus_of_each_category_counts() -> None:
    """The highest, wherever it stands."""
    from msgspec.structs import replace

    above = Above("availability", 1, 2)
    every = tuple(
        Bonus(
            code=f"b{place}",
            title="",
            category=category,
            pct=pct,
            state="on",
            buckets=("mentor",),
            above=above,
        )
        for place, (category, pct) in enumerate(
            [("a", 10), ("a", 30), ("a", 20), ("b", 5)]
        )
    )
    pack = replace(PEER, bonuses=every)
    found = earned(pack, "mentor", {"availability": Measured(2, 3)})
    assert [one.pct for one in found] == [30, 5]
    assert earned(pack, "mentor", {}) == ()
    assert not is_above(above, {"availability": Measured(1, 2)})


@pytest.mark.parametrize(
    ("late", "value"),
    [(0, 10_000), (300, 10_000), (301, 5_000), (600, 5_000), (601, 0)],
)
def test_in_time_is_within_five_minutes(late: int, value: int) -> None:
    found = points((("on_time", 10_000),), fact(late_seconds=late))
    assert weighed(found) == value


@pytest.mark.parametrize(
    ("minutes", "planned", "value"), [(0, 0, 0), (25, 50, 5_000), (99, 50, 10_000)]
)
def test_attended_is_a_share_of_what_was_planned(
    minutes: int, planned: int, value: int
) -> None:
    one = fact(minutes=minutes, planned_minutes=planned)
    assert weighed(points((("attended", 10_000),), one)) == value


def test_a_level_has_a_quarter_more_each() -> None:
    values = [
        weighed(points((("level", 10_000),), fact(level=level)))
        for level in ("", *LEVELS)
    ]
    assert values == [0, 0, 2_500, 5_000, 7_500, 10_000]


@pytest.mark.parametrize(
    "text",
    ["stars", "attended:1", "const", "const:10001", "const:1:2", "const:x", "const:-1"]
    + ["count:4", "count:4:4", "count:5:4", "step:", "step:=1", "step:a=1,a=2"]
    + ["step:a=10001", "step:a", "const:1234567890", "const:\u0661"],
)
def test_no_other_factor_is_known(text: str) -> None:
    with pytest.raises(UnknownFactor):
        factor(text)


def test_factors_are_taken_apart() -> None:
    assert factor("count:4:12") == Factor("count", (4, 12))
    assert factor("step:a=0,b=5") == Factor("step", steps=(("a", 0), ("b", 5)))
    with pytest.raises(NotPaid):
        points((("count:4:12", 10_000),), fact(count=3))


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("receipts", True), ("not_drill", True), ("attended_pct:50", True)]
    + [("kept_pct:100", True), ("kept_pct:101", False), ("kept_pct:0", False)]
    + [("attended_pct", False), ("stars", False), ("receipts:1", False)],
)
def test_gates_are_a_closed_list(text: str, *, is_one: bool) -> None:
    assert is_gate(text) == is_one
