"""Every rule of RFC 9420, broken once by somebody whose own checks are off.

What arrives is well formed where its rule allows that, correctly signed, and wrong. The
browser's engine is given the same, in `tests/interop/test_broken_rules`.
"""

from __future__ import annotations

import pytest

from support.broken.rule import scene, take
from support.broken.structures import STRUCTURES
from support.broken.table import RULES


@pytest.mark.parametrize("broken", RULES)
def test_a_broken_rule_is_refused(
    broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What breaks a rule is refused by the name that belongs to it."""
    judged = scene()
    for given in RULES[broken].make(judged, monkeypatch):
        with pytest.raises(RULES[broken].error):
            take(judged, given)


@pytest.mark.parametrize("structure", STRUCTURES)
def test_a_structure_that_stands_is_taken(
    structure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What carries a broken structure is taken when that is sound."""
    judged = scene()
    take(judged, STRUCTURES[structure].carry(judged, monkeypatch))
