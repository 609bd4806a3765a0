"""The laws of calls can fail: each planted bug is found within a few lives."""

from __future__ import annotations

import pytest

from support import call_mutants, call_mutants_of_rooms
from support.call_life import Life
from support.call_planting import MUTANTS

LIVES = 250
PLANTED = (call_mutants, call_mutants_of_rooms)
"""Where the bugs are."""


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_the_laws_find_a_planted_bug(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call with this bug breaks a law in one of its first lives."""
    MUTANTS[name](monkeypatch)
    for seed in range(LIVES):
        try:
            Life(seed).run()
        except AssertionError:
            return
    pytest.fail(f"nobody noticed in {LIVES} lives that {name.replace('_', ' ')}")
