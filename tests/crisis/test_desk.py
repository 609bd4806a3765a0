"""The laws of the desk over invented lives; a failure names the seed that tells it.

python -m support.desk_life SEED
"""

from __future__ import annotations

import pytest

from support.desk_life import Life

LIVES = 2_000
BATCH = 100


@pytest.mark.parametrize("first", range(0, LIVES, BATCH))
def test_every_law_holds_in_every_life(first: int) -> None:
    """Cases, offers, holds, bands, rungs, transfers in any order, as time passes."""
    for seed in range(first, first + BATCH):
        try:
            Life(seed).run()
        except AssertionError as broken:
            raise AssertionError(f"seed {seed}: {broken}") from broken
