"""Weights that an operator names are those of the runs, or nothing starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from mentalverse_modules.matching.factors import WEIGHTS_BP
from mentalverse_modules.matching.weights import written
from mentalverse_server.errors import StartupError
from mentalverse_server.services.match_parts import weights_of

OTHERS = (*reversed(WEIGHTS_BP),)


def test_a_file_gives_its_weights_and_none_the_default(tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    path.write_text(written(OTHERS))
    assert weights_of(path) == OTHERS != WEIGHTS_BP
    assert weights_of(None) == WEIGHTS_BP


@pytest.mark.parametrize("text", ["", "{}", written(WEIGHTS_BP)[:-1]])
def test_a_file_that_is_none_of_weights_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "weights.json"
    path.write_text(text)
    with pytest.raises(StartupError, match="weights.json"):
        weights_of(path)
    with pytest.raises(StartupError, match="gone.json"):
        weights_of(tmp_path / "gone.json")
