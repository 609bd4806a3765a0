"""The table of factors adds up, and every rule has a name and words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mentalverse_modules.matching.factors import (
    FACTORS,
    SCORED,
    WEIGHTS_BP,
    Factor,
    Use,
    check,
)
from mentalverse_modules.matching.filters import TOLD, Ruled


@pytest.mark.capability("M01")
def test_every_factor_has_a_code_a_weight_a_source_and_what_it_covers() -> None:
    check(FACTORS)
    assert sum(WEIGHTS_BP) == 10_000
    assert all(each.source and each.covers for each in FACTORS)
    by_code = {each.code: each for each in FACTORS}
    for unused in ("tokens", "ratings", "reputation", "engagement", "growth"):
        assert by_code[unused].use is Use.UNUSED
        assert by_code[unused].weight_bp == 0


@pytest.mark.capability("M02")
def test_each_filter_of_the_table_is_a_rule_with_words() -> None:
    filters = {each.code for each in FACTORS if each.use is Use.FILTER}
    assert filters == {each.value for each in Ruled}
    assert set(TOLD) == set(Ruled)
    assert {"language", "time"} <= filters


@pytest.mark.parametrize(
    "planted",
    [
        (*FACTORS, FACTORS[0]),
        (*FACTORS, replace(FACTORS[0], code="other", weight_bp=1)),
        (*FACTORS, replace(SCORED[0], code="other", weight_bp=-1)),
        (*FACTORS, replace(SCORED[0], code="other", weight_bp=0)),
        FACTORS[:-6],
        (*FACTORS, replace(SCORED[0], code="other", weight_bp=1)),
    ],
)
def test_a_table_that_does_not_add_up_is_refused(planted: tuple[Factor, ...]) -> None:
    with pytest.raises(ValueError, match=r"twice|weighs|sum"):
        check(planted)
