"""Other terms count once both have asked for them, and never before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_modules.matching.adjustment import (
    WISH_MS,
    Agreement,
    Terms,
    Wish,
    adjusted,
)
from mentalverse_modules.matching.proposal import (
    MEETINGS_A_MONTH,
    STRUCTURES,
    Refused,
)
from mentalverse_modules.matching.relationship import Relationship, State, parted

PAIR = Relationship("e", "o1", 0)
NOW = Terms("open", 2)
OFTEN, PRACTICAL = Terms("open", 4), Terms("practical", 2)
BEGUN = Agreement(NOW)
TERMS = st.builds(Terms, st.sampled_from(STRUCTURES), st.sampled_from(MEETINGS_A_MONTH))
WHO = st.sampled_from(PAIR.pair)


def asked(
    agreement: Agreement, who: str, terms: Terms | None, at_ms: int = 0
) -> Agreement:
    return adjusted(PAIR, agreement, who, terms, at_ms)


@pytest.mark.capability("M04")
@pytest.mark.parametrize(("first", "second"), [("e", "o1"), ("o1", "e")])
def test_terms_change_by_the_word_of_both(first: str, second: str) -> None:
    one = asked(BEGUN, first, OFTEN)
    assert (one.terms, one.wishes) == (NOW, {first: Wish(OFTEN, WISH_MS)})
    assert asked(one, first, OFTEN, 5) is one
    both = asked(one, second, OFTEN, 6)
    assert both == Agreement(OFTEN)
    for who in PAIR.pair:
        assert asked(both, who, OFTEN, 7) is both


@given(st.lists(st.tuples(WHO, st.none() | TERMS)))
def test_only_what_the_other_one_asks_for_is_agreed_to(
    said: list[tuple[str, Terms | None]],
) -> None:
    """Held against the last word of each, whatever the two say in whatever order."""
    agreement, words = BEGUN, dict[str, Terms]()
    for who, terms in said:
        (other,) = {*PAIR.pair} - {who}
        agrees = terms is not None and words.get(other) == terms
        after = asked(agreement, who, terms)
        assert after.terms == (terms if agrees else agreement.terms)
        if agrees:
            words = {}
        elif terms is None or terms == agreement.terms:
            words.pop(who, None)
        else:
            words[who] = terms
        assert {of: wish.terms for of, wish in after.wishes.items()} == words
        agreement = after


def test_each_has_a_wish_of_their_own_and_may_take_it_back() -> None:
    two = asked(asked(BEGUN, "e", OFTEN), "o1", PRACTICAL)
    assert set(two.wishes) == {"e", "o1"}
    for back in (None, NOW):
        left = asked(two, "e", back)
        assert (left.terms, set(left.wishes)) == (NOW, {"o1"})
        assert asked(left, "e", back) is left
    assert asked(two, "e", PRACTICAL) == Agreement(PRACTICAL)


def test_a_wish_lapses_after_two_weeks_and_may_be_had_again() -> None:
    one = asked(BEGUN, "e", OFTEN)
    assert asked(one, "o1", OFTEN, WISH_MS - 1).terms == OFTEN
    late = asked(one, "o1", OFTEN, WISH_MS)
    assert late.terms == NOW
    again = asked(one, "e", OFTEN, WISH_MS)
    assert again.wishes["e"] == Wish(OFTEN, 2 * WISH_MS)


@pytest.mark.parametrize("terms", [OFTEN, NOW, None])
def test_nobody_else_and_nobody_after_the_end(terms: Terms | None) -> None:
    with pytest.raises(Refused, match="not_yours"):
        asked(BEGUN, "x", terms)
    active = replace(PAIR, state=State.ACTIVE)
    for graduated in (False, True):
        over = parted(active, "e", 1, graduated=graduated)
        with pytest.raises(Refused, match="not_now"):
            adjusted(over, BEGUN, "e", terms, 2)


@pytest.mark.parametrize("terms", [Terms("loose", 2), Terms("open", 3)])
def test_only_what_a_proposal_may_have_is_asked_for(terms: Terms) -> None:
    with pytest.raises(Refused, match="no_such_terms"):
        asked(BEGUN, "e", terms)
