"""What counts as an answer, and what several say together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_server.hooks.answers import checked, together
from mentalverse_server.hooks.ports import UNKNOWN, Answer, Reason, Verdict
from support.bad_providers import LIES

NOW_MS = 1_000_000
YES = Answer(Verdict.ALLOW)
NO = Answer(Verdict.DENY, Reason.EXPIRED)


@pytest.mark.parametrize("lie", LIES, ids=repr)
def test_a_lie_is_no_answer(lie: object) -> None:
    assert checked(lie, NOW_MS) is None


@pytest.mark.parametrize("reason", Reason)
def test_a_no_with_a_reason_of_the_list_is_one(reason: Reason) -> None:
    for code in (reason, reason.value):
        answer = Answer(Verdict.DENY, code, None, "x" * 200)
        assert checked(answer, NOW_MS) is answer


def test_a_yes_that_is_over_is_a_no() -> None:
    until = Answer(Verdict.ALLOW, "", NOW_MS, "ref")
    assert checked(until, NOW_MS) == Answer(Verdict.DENY, Reason.EXPIRED, None, "ref")
    later = Answer(Verdict.ALLOW, "", NOW_MS + 1)
    assert checked(later, NOW_MS) is later


ANSWERS = st.lists(st.tuples(st.sampled_from([YES, NO, UNKNOWN]), st.booleans()))


@given(ANSWERS)
def test_one_no_is_a_no_and_silence_is_never_a_yes(
    answers: list[tuple[Answer, bool]],
) -> None:
    verdict = together(answers).verdict
    said = [answer.verdict for answer, _ in answers]
    silent = any(a.verdict is Verdict.UNKNOWN and needed for a, needed in answers)
    if Verdict.DENY in said:
        assert verdict is Verdict.DENY
    elif Verdict.ALLOW in said and not silent:
        assert verdict is Verdict.ALLOW
    else:
        assert verdict is Verdict.UNKNOWN


def test_a_yes_of_several_ends_with_the_first_of_them() -> None:
    yes = [Answer(Verdict.ALLOW, "", until) for until in (9, None, 7)]
    assert together((one, True) for one in yes).valid_until_ms == 7
