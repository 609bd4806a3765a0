"""Fees by the command line: what is said of each, and by which exit code."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mentalverse_cli.__main__ import app
from mentalverse_server import fees
from mentalverse_server.config import Config
from mentalverse_server.fees import Charged, Due, Outcome, Wanted

MICRO = 30_000_000
CHARGE = ("charge", "--service", "session", "--scale", "half", "--ref", "2026/7")


def _run(folder: Path, *arguments: str) -> tuple[int, str]:
    command = ("ledger", *arguments, "--data", str(folder))
    result = CliRunner().invoke(app, command)
    return result.exit_code, result.output


@pytest.mark.capability("T14")
@pytest.mark.parametrize(
    ("outcome", "reason", "code", "said"),
    [
        (Outcome.BOOKED, "", 0, "booked"),
        (Outcome.BEFORE, "", 0, "was booked before"),
        (Outcome.DUE, "", 0, "due, and care begins"),
        (Outcome.NOTHING, "", 0, "nothing is to be paid"),
        (
            Outcome.REFUSED,
            "too_little_credit",
            1,
            "refused (too_little_credit), nothing is booked",
        ),
    ],
)
def test_it_says_what_became_of_a_fee(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    outcome: Outcome,
    reason: str,
    code: int,
    said: str,
) -> None:
    """Of one, and of each that was due."""
    asked: list[tuple[str, Wanted]] = []
    charged = Charged("2026/7", MICRO, outcome, reason)

    def charge(config: Config, pack: str, wanted: Wanted) -> Charged:
        asked.append((pack, wanted))
        return charged

    monkeypatch.setattr(fees, "charge", charge)
    monkeypatch.setattr(fees, "charge_due", lambda config, pack: (charged, charged))
    line = f"30 MVT by 2026/7: {said}\n"
    assert _run(tmp_path, *CHARGE, "--account", "mia") == (code, line)
    assert asked == [("professional", Wanted("session", "half", "2026/7", "mia"))]
    assert _run(tmp_path, "due", "--ask") == (code, line * 2)


def test_what_is_due_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    since = datetime(2026, 3, 1, tzinfo=UTC)
    one = Due("2026/7", "session", MICRO, "mia", since)
    monkeypatch.setattr(fees, "due", lambda config, pack: (one, one))
    line = "2026/7: 30 MVT for session, mia, since 2026-03-01\n"
    assert _run(tmp_path, "due") == (0, line * 2)


def test_without_a_pack_that_holds_it_is_one_line(tmp_path: Path) -> None:
    code, said = _run(tmp_path, *CHARGE)
    assert (code, said.startswith("mentalverse: no pack")) == (2, True), said
    assert _run(tmp_path, "due") == (0, "")
