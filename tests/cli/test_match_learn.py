"""Weights are learnt from a log, and written only where they hold their ground."""

from __future__ import annotations

from pathlib import Path
from random import Random

import msgspec
import pytest
from typer.testing import CliRunner

from mentalverse_cli.__main__ import app
from mentalverse_modules.matching.factors import WEIGHTS_BP
from mentalverse_modules.matching.weights import read

GOALS = 1


def _log(path: Path, size: int, *, is_told: bool) -> Path:
    """Choices among three at random; the outcome goes with the goals, or with none."""
    draw = Random(7)
    lines = []
    for at in range(size):
        options = [[draw.randrange(10_001) for _ in WEIGHTS_BP] for _ in range(3)]
        taken = draw.randrange(3)
        outcome = options[taken][GOALS] if is_told else draw.randrange(10_001)
        said = {"ref": str(at), "options": options, "taken": taken}
        lines.append(said | {"propensity": 1 / 3, "outcome_bp": outcome})
    path.write_bytes(b"\n".join(map(msgspec.json.encode, lines)))
    return path


def _learn(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["match", "learn", *arguments])
    return result.exit_code, result.output


@pytest.mark.capability("M05")
def test_weights_are_written_if_they_are_better_by_the_margin_alone(
    tmp_path: Path,
) -> None:
    out = tmp_path / "weights.json"
    told = _log(tmp_path / "told.jsonl", 3_000, is_told=True)
    code, said = _learn(str(told), "--out", str(out), "--margin", "9000")
    assert (code, out.exists()) == (0, False)
    assert "the weights stay as they are" in said
    for _ in range(2):
        code, said = _learn(str(told), "--out", str(out))
        assert code == 0 and "Better by more than 200" in said
        assert read(out.read_bytes())[GOALS] > WEIGHTS_BP[GOALS]


@pytest.mark.capability("M05")
@pytest.mark.parametrize("size", [0, 20, 3_000])
def test_chance_and_little_change_nothing(tmp_path: Path, size: int) -> None:
    out = tmp_path / "weights.json"
    log = _log(tmp_path / "log.jsonl", size, is_told=False)
    code, said = _learn(str(log), "--out", str(out))
    assert (code, out.exists()) == (0, False)
    assert "the weights stay as they are" in said


@pytest.mark.parametrize("line", ["{}", "[1", '{"ref": "a"}'])
def test_a_line_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    log = _log(tmp_path / "log.jsonl", 3, is_told=False)
    log.write_text(f"{log.read_text()}\n{line}\n")
    code, said = _learn(str(log), "--out", str(tmp_path / "weights.json"))
    assert code == 2
    assert "line 4" in said.replace("\n", " ")
