"""`mentalverse call`: what it says of a call, and what it does not accept."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mentalverse_cli.__main__ import app
from mentalverse_cli.call_session import in_words
from mentalverse_client.calls.status import CallStatus

GOOD = CallStatus(
    seats=2,
    connected=1,
    expected=1,
    decoded=250,
    dropped=0,
    epoch=3,
    is_online=True,
)


def test_a_call_is_told_in_one_line() -> None:
    line = in_words(GOOD, is_waiting=False)
    assert line == "2 here · 1 of 1 connections · 250 frames · keys of epoch 3"


def test_what_is_wrong_is_told() -> None:
    status = CallStatus(3, 1, 2, 9, dropped=4, epoch=-1, is_online=False)
    line = in_words(status, is_waiting=False)
    assert "4 could not be opened" in line
    assert "the server is away, media goes on" in line
    assert "epoch" not in line


def test_who_is_not_in_yet_is_told_so() -> None:
    assert in_words(GOOD, is_waiting=True) == "You are in the waiting room."
    nobody = CallStatus(0, 0, 0, 0, 0, -1, is_online=True)
    assert in_words(nobody, is_waiting=False) == "Coming in …"


@pytest.mark.parametrize("wrong", [["--tone", "--file"], ["--minutes", "-1"]])
def test_wrong_use_ends_before_anything_is_opened(
    tmp_path: Path, wrong: list[str]
) -> None:
    file = tmp_path / "talk.webm"
    file.touch()
    options = [*wrong, str(file)] if wrong[-1] == "--file" else wrong
    command = ["call", "ben", "--profile", str(tmp_path / "none"), *options]
    assert CliRunner().invoke(app, command).exit_code == 2
