"""A proposal moves only as its table says, and keeps its invariants on any walk."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_modules.matching.people import Kind, Mentee, Mentor, Side
from mentalverse_modules.matching.proposal import (
    MIN_OPTIONS,
    OPTIONS,
    TABLE,
    WAITS_MS,
    Act,
    Move,
    Party,
    Plan,
    Proposal,
    Refused,
    Stage,
    Standing,
    moved,
    plan_for,
    propose,
)
from support.proposals import (
    ACCEPT,
    CHOOSE,
    DECLINE,
    FULL,
    MENTORS,
    RELEASE,
    at_stage,
)

VETO = Move(Act.VETO, Party.REVIEWER, "c", 0, "they are neighbours")


def refusal(proposal: Proposal, move: Move, now_ms: int = 3) -> str:
    with pytest.raises(Refused) as refused:
        moved(proposal, move, now_ms)
    return refused.value.code


@pytest.mark.capability("M03")
def test_three_are_proposed_and_one_is_no_choice() -> None:
    assert [each.mentor for each in propose("e", MENTORS, 0).options] == [
        "o0",
        "o1",
        "o2",
    ]
    assert len(propose("e", MENTORS[:2], 0).options) == MIN_OPTIONS < OPTIONS
    with pytest.raises(Refused, match="too_few_options"):
        propose("e", MENTORS[:1], 0)


@pytest.mark.parametrize("stage", Stage)
def test_what_is_not_in_the_table_is_refused(stage: Stage) -> None:
    proposal = at_stage(stage)
    for act, party in product(Act, Party):
        parties = TABLE.get((stage, act))
        move = Move(act, party, "e")
        if parties is None:
            assert refusal(proposal, move) == "not_now"
        elif party not in parties:
            assert refusal(proposal, move) == "not_yours"


@pytest.mark.capability("M03")
def test_a_veto_has_a_reason_and_a_name_and_takes_the_option_away() -> None:
    fresh = propose("e", MENTORS, 0)
    assert refusal(fresh, replace(VETO, reason="  ")) == "no_reason"
    assert refusal(fresh, replace(VETO, who="")) == "no_reason"
    assert refusal(fresh, replace(VETO, option=3)) == "no_option"
    vetoed = moved(fresh, VETO, 3)
    gone = vetoed.options[0]
    assert (gone.standing, gone.by) == (Standing.VETOED, "c")
    assert gone.reason == "they are neighbours"
    assert refusal(vetoed, VETO) == "no_option"
    once = moved(vetoed, RELEASE, 3)
    assert refusal(once, replace(CHOOSE, option=0)) == "no_option"
    twice = moved(vetoed, replace(VETO, option=1), 3)
    assert refusal(twice, RELEASE) == "too_few_options"


@pytest.mark.capability("M03")
def test_it_is_agreed_by_both_and_by_nobody_else() -> None:
    asked = at_stage(Stage.ASKED)
    assert (asked.mentee_consented_ms, asked.mentor_consented_ms) == (2, None)
    assert refusal(asked, replace(ACCEPT, who="o0")) == "not_yours"
    assert refusal(at_stage(Stage.CHOICE), replace(CHOOSE, who="x")) == "not_yours"
    agreed = moved(asked, ACCEPT, 3)
    assert agreed.stage is Stage.AGREED
    assert (agreed.mentee_consented_ms, agreed.mentor_consented_ms) == (2, 3)
    assert agreed.reviewed_by == "c"


@pytest.mark.parametrize(
    ("answer", "standing"), [(DECLINE, "declined"), (FULL, "full")]
)
def test_whoever_is_declined_keeps_the_other_options(
    answer: Move, standing: str
) -> None:
    back = moved(at_stage(Stage.ASKED), answer, 3)
    assert back.stage is Stage.CHOICE
    assert back.options[1].standing.value == standing
    assert (back.chosen, back.mentee_consented_ms) == (None, None)
    assert back.open_options == (0, 2)
    for at in (0, 2):
        back = moved(back, replace(CHOOSE, option=at), 4)
        back = moved(back, replace(answer, who=f"o{at}"), 4)
    assert back.stage is Stage.CLOSED


def test_an_answer_to_nothing_is_refused() -> None:
    asked = replace(at_stage(Stage.ASKED), chosen=None)
    assert refusal(asked, ACCEPT) == "no_option"


@pytest.mark.parametrize("stage", WAITS_MS)
def test_each_wait_ends_at_its_time_and_not_before(stage: Stage) -> None:
    proposal = at_stage(stage)
    lapse = Move(Act.LAPSE, Party.SERVER)
    assert refusal(proposal, lapse, proposal.lapses_ms - 1) == "not_over"
    lapsed = moved(proposal, lapse, proposal.lapses_ms)
    assert lapsed.stage is Stage.CLOSED
    late = next(act for (at, act) in TABLE if at is stage and act is not Act.LAPSE)
    party = next(iter(TABLE[stage, late]))
    assert refusal(proposal, Move(late, party, "e"), proposal.lapses_ms) == "over"


@given(st.integers(0, 2**32))
def test_any_walk_keeps_the_invariants(seed: int) -> None:
    draw = Random(seed)
    proposal = propose("e", MENTORS[: draw.randrange(2, 5)], 0)
    for now in range(1, 30):
        who = draw.choice(("c", "e", "o0", "o1", "o2"))
        move = Move(
            draw.choice(list(Act)),
            draw.choice(list(Party)),
            who,
            draw.randrange(-1, 4),
            draw.choice(("", "a reason")),
        )
        before = proposal
        try:
            proposal = moved(before, move, now)
        except Refused:
            continue
        assert before.stage not in (Stage.AGREED, Stage.CLOSED)
        if proposal.stage is Stage.CHOICE and before.stage is Stage.REVIEW:
            assert len(proposal.open_options) >= MIN_OPTIONS
        assert (proposal.chosen is None) == (proposal.mentee_consented_ms is None)
        if proposal.mentor_consented_ms is not None:
            assert proposal.stage is Stage.AGREED
            assert proposal.chosen is not None
        for option in proposal.options:
            assert (option.standing is Standing.VETOED) == bool(option.reason)
            assert bool(option.reason) == bool(option.by)


@pytest.mark.capability("M04")
def test_a_plan_says_support_structure_frequency_and_goals() -> None:
    asks = Side(goals=frozenset({"sleep", "work"}), wished=frozenset({"often"}))
    gives = Side(goals=frozenset({"work"}))
    plan = plan_for(Mentee("e", asks), Mentor("o", gives))
    assert plan == Plan(Kind.PEER, "open", 4, 50, 12, ("work",))
    seldom = replace(asks, wished=frozenset({"seldom", "practical"}))
    plan = plan_for(Mentee("e", seldom), Mentor("o", Side()))
    assert plan == Plan(Kind.PEER, "practical", 1, 50, 12, ("sleep", "work"))
    assert plan_for(Mentee("e", Side()), Mentor("o", gives)).meetings_a_month == 2


@pytest.mark.capability("M03")
def test_whoever_is_passed_over_or_does_not_answer_is_noted() -> None:
    passed = moved(at_stage(Stage.CHOICE), Move(Act.OTHERS, Party.MENTEE, "e"), 3)
    assert passed.stage is Stage.CLOSED
    assert {each.standing for each in passed.options} == {Standing.PASSED}
    asked = at_stage(Stage.ASKED)
    lapsed = moved(asked, Move(Act.LAPSE, Party.SERVER), asked.lapses_ms)
    assert asked.chosen is not None
    assert lapsed.options[asked.chosen].standing is Standing.DECLINED
    stopped = moved(asked, Move(Act.CLOSE, Party.MENTEE, "e"), 3)
    assert stopped.options == asked.options
