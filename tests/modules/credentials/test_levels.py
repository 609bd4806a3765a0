"""Minutes count once, and a level is reached with its last minute."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_modules.credentials.documents import shipped
from mentalverse_modules.credentials.errors import RequirementsMissing, SourceReused
from mentalverse_modules.credentials.levels import (
    MAX_MINUTES_AT_ONCE,
    Minutes,
    Training,
    lacking,
    reached,
    recorded,
)

PACK = shipped("peer")
CURRICULUM = {
    "foundation": 20,
    "specialized_knowledge": 15,
    "platform_technology": 10,
    "practical_application": 15,
}


def _training(hours: dict[str, int], less: int = 0) -> Training:
    """Training of so many hours, `less` minutes short in its first module."""
    records = {
        code: Minutes(code, code, count * 60 - (less if place == 0 else 0))
        for place, (code, count) in enumerate(hours.items())
    }
    return Training(records, frozenset(CURRICULUM), frozenset({"master"}))


def _names(training: Training) -> list[str]:
    return [level.code for level in reached(PACK, training)]


@pytest.mark.capability("K03")
def test_a_minute_short_of_twenty_hours_is_no_basic_level() -> None:
    assert _names(_training({"foundation": 20}, less=1)) == []
    assert _names(_training({"foundation": 20})) == ["basic"]


@pytest.mark.capability("K03")
def test_the_hours_without_the_assessment_are_no_level() -> None:
    untested = replace(_training({"foundation": 20}), passed=frozenset())
    assert _names(untested) == []
    assert lacking(PACK, PACK.levels[0], untested) == ("assessment:foundation",)


@pytest.mark.capability("K03")
@pytest.mark.parametrize(
    ("further_hours", "highest"),
    [(0, "specialist"), (40, "master"), (90, "professional")],
)
def test_levels_rise_with_the_hours(further_hours: int, highest: str) -> None:
    hours = {**CURRICULUM, "continuing_education": further_hours}
    assert _names(_training(hours))[-1] == highest
    if further_hours:
        assert _names(_training({**hours, "foundation": 20}, less=1)) == []


@pytest.mark.capability("K03")
def test_a_level_is_not_reached_past_one_that_is_missing() -> None:
    hours = {**CURRICULUM, "continuing_education": 90}
    unsigned = replace(_training(hours), signed_off=frozenset())
    assert _names(unsigned) == ["basic", "advanced", "specialist"]
    assert lacking(PACK, PACK.levels[3], unsigned) == ("sign_off",)


@pytest.mark.capability("K05")
def test_hours_of_one_module_do_not_stand_for_another() -> None:
    lopsided = _training({**CURRICULUM, "foundation": 60, "practical_application": 14})
    assert _names(lopsided) == ["basic", "advanced"]
    assert lacking(PACK, PACK.levels[2], lopsided) == ("module:practical_application",)


@pytest.mark.capability("K05")
def test_the_curriculum_has_sixty_hours_in_four_modules() -> None:
    timed = {each.code: each.minutes // 60 for each in PACK.modules if each.minutes}
    assert timed == CURRICULUM
    assert PACK.curriculum_minutes == 60 * 60


@pytest.mark.capability("K05")
def test_a_module_is_complete_with_its_minutes_and_its_assessment() -> None:
    module = PACK.module("foundation")
    assert module is not None
    assert _training({"foundation": 20}).is_complete(module)
    assert not _training({"foundation": 20}, less=1).is_complete(module)
    untested = replace(_training({"foundation": 20}), passed=frozenset())
    assert not untested.is_complete(module)


RECORDS = st.lists(
    st.builds(
        Minutes,
        st.sampled_from("abcdef"),
        st.sampled_from(sorted(CURRICULUM)),
        st.integers(1, 90),
    ),
    max_size=12,
)


@pytest.mark.capability("K03", "K15")
@given(RECORDS, st.randoms(use_true_random=False))
def test_a_source_counts_once_whatever_the_order(
    told: list[Minutes], chance: st.DataObject
) -> None:
    first = {each.source_id: each for each in reversed(told)}
    training = Training()
    for each in told:
        if each == first[each.source_id]:
            training = recorded(PACK, training, each)
        else:
            with pytest.raises(SourceReused):
                recorded(PACK, training, each)
    assert training.minutes == sum(each.minutes for each in first.values())
    again = list(first.values())
    chance.shuffle(again)  # type: ignore[attr-defined]
    for each in again:
        assert recorded(PACK, training, each) is training


@pytest.mark.parametrize("minutes", [0, -1, MAX_MINUTES_AT_ONCE + 1])
def test_minutes_that_cannot_be_are_not_recorded(minutes: int) -> None:
    with pytest.raises(RequirementsMissing):
        recorded(PACK, Training(), Minutes("a", "foundation", minutes))


def test_minutes_of_no_module_are_not_recorded() -> None:
    with pytest.raises(RequirementsMissing) as refused:
        recorded(PACK, Training(), Minutes("a", "juggling", 5))
    assert refused.value.codes == ("module:juggling",)
