"""Two people decide, never the one who applies, and each once."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_modules.credentials import application as review
from mentalverse_modules.credentials.application import (
    DRAFT_MS,
    Act,
    Application,
    Signature,
    State,
)
from mentalverse_modules.credentials.checks import Check
from mentalverse_modules.credentials.errors import (
    CredentialError,
    NotTheirs,
    ReasonRequired,
    RequirementsMissing,
    SignedAlready,
    WrongState,
)

pytestmark = pytest.mark.capability("K01", "K02")

PEOPLE = ("applicant", "one", "two", "three")
ENDS = {State.APPROVED, State.REFUSED, State.WITHDRAWN, State.LAPSED}
DRAFT = Application("a1", "applicant", "peer_mentor", "hash", 0)
SUBMITTED = review.by_applicant(DRAFT, Act.SUBMIT, "applicant", 1)


def _check(by: str) -> Check:
    return Check("growth", "referee", "letter", by, date(2026, 1, 1), True)


def _yes(by: str, at_ms: int = 5) -> Signature:
    return Signature(by, Act.APPROVE, at_ms)


def _no(by: str, reason: str = "no training") -> Signature:
    return Signature(by, Act.REFUSE, 5, reason)


STEPS = st.lists(
    st.tuples(st.sampled_from(Act), st.sampled_from(PEOPLE), st.booleans()), max_size=14
)


def _after(
    found: Application, act: Act, by: str, is_met: bool, now: int
) -> Application:
    missing = () if is_met else ("growth",)
    if act is Act.CHECK:
        return review.checked(found, _check(by), now)
    if act is Act.RETURN:
        return review.sent_back(found, by, "why", now)
    if act in (Act.APPROVE, Act.REFUSE):
        return review.signed(found, Signature(by, act, now, "why"), missing)
    return review.by_applicant(found, act, by, now)


@given(STEPS)
def test_no_way_through_breaks_a_law(steps: list[tuple[Act, str, bool]]) -> None:
    found = DRAFT
    for now, (act, by, is_met) in enumerate(steps, 1):
        before = found
        try:
            found = _after(found, act, by, is_met, now)
        except CredentialError:
            continue
        assert before.state not in ENDS
        own = by == found.applicant
        assert own is (act in (Act.SUBMIT, Act.WITHDRAW))
        assert is_met or act is not Act.APPROVE
    signers = [each.by for each in found.signatures]
    assert len(signers) == len(set(signers)) and found.applicant not in signers
    for state, act in ((State.APPROVED, Act.APPROVE), (State.REFUSED, Act.REFUSE)):
        alike = sum(each.act is act for each in found.signatures)
        assert (found.state is state) is (alike == 2)


def test_the_second_of_two_people_decides() -> None:
    first = review.signed(SUBMITTED, _yes("one"), ())
    assert first.state is State.SUBMITTED
    assert review.signed(first, _yes("two"), ()).state is State.APPROVED


def test_one_person_never_signs_twice() -> None:
    first = review.signed(SUBMITTED, _yes("one"), ())
    for again in (_yes("one"), _no("one")):
        with pytest.raises(SignedAlready):
            review.signed(first, again, ())


def test_a_yes_and_a_no_need_a_third() -> None:
    split = review.signed(review.signed(SUBMITTED, _yes("one"), ()), _no("two"), ())
    assert split.state is State.SUBMITTED
    assert review.signed(split, _no("three"), ()).state is State.REFUSED
    assert review.signed(split, _yes("three"), ()).state is State.APPROVED


def test_nobody_reviews_their_own() -> None:
    with pytest.raises(NotTheirs):
        review.signed(SUBMITTED, _yes("applicant"), ())
    with pytest.raises(NotTheirs):
        review.checked(SUBMITTED, _check("applicant"), 2)
    with pytest.raises(NotTheirs):
        review.sent_back(SUBMITTED, "applicant", "why", 2)


def test_nobody_applies_for_another() -> None:
    with pytest.raises(NotTheirs):
        review.by_applicant(DRAFT, Act.SUBMIT, "one", 2)
    with pytest.raises(NotTheirs):
        review.by_applicant(SUBMITTED, Act.APPROVE, "applicant", 2)
    with pytest.raises(NotTheirs):
        review.signed(SUBMITTED, Signature("one", Act.CHECK, 2), ())


def test_a_yes_needs_all_that_is_needed_that_day() -> None:
    with pytest.raises(RequirementsMissing) as refused:
        review.signed(SUBMITTED, _yes("one"), ("growth", "training"))
    assert refused.value.codes == ("growth", "training")


def test_a_no_and_a_return_are_explained() -> None:
    with pytest.raises(ReasonRequired):
        review.signed(SUBMITTED, _no("one", " "), ())
    with pytest.raises(ReasonRequired):
        review.sent_back(SUBMITTED, "one", "", 2)


def test_what_goes_back_loses_its_signatures_and_keeps_its_checks() -> None:
    seen = review.checked(SUBMITTED, _check("one"), 2)
    signed = review.signed(seen, _yes("one"), ())
    back = review.sent_back(signed, "two", "the date is missing", 9)
    assert (back.state, back.signatures) == (State.DRAFT, ())
    assert (back.returned, back.checks) == ("the date is missing", seen.checks)
    assert review.by_applicant(back, Act.SUBMIT, "applicant", 10).state is (
        State.SUBMITTED
    )


def test_the_later_check_counts() -> None:
    first = review.checked(SUBMITTED, _check("one"), 2)
    assert review.checked(first, _check("two"), 3).checks == {"growth": _check("two")}


@pytest.mark.parametrize("act", list(Act))
def test_an_end_has_no_step(act: Act) -> None:
    ended = review.by_applicant(DRAFT, Act.WITHDRAW, "applicant", 1)
    by = "applicant" if act in (Act.SUBMIT, Act.WITHDRAW) else "one"
    with pytest.raises(WrongState):
        _after(ended, act, by, True, 2)


def test_a_draft_lapses_and_what_is_submitted_does_not() -> None:
    assert review.lapsed(DRAFT, DRAFT_MS - 1) is DRAFT
    assert review.lapsed(DRAFT, DRAFT_MS).state is State.LAPSED
    assert review.lapsed(SUBMITTED, 9 * DRAFT_MS) is SUBMITTED
