"""The command line: quick help, one-line errors, exit codes, invitations."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from mentalverse_cli.__main__ import app
from support.forked import run_command

HEAVY = ("aiohttp", "pydantic", "sqlalchemy", "socketio", "mentalverse_server")


def run(
    folder: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return run_command(*arguments, folder=folder, **environment)


def test_help_loads_neither_the_server_nor_its_libraries(tmp_path: Path) -> None:
    code = (
        "import sys, json, mentalverse_cli.__main__ as m\n"
        f"print(json.dumps([n for n in {HEAVY!r} if n in sys.modules]))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60
    )

    assert json.loads(loaded.stdout) == []


def commands(of: Any, *path: str) -> list[tuple[str, ...]]:
    """Every command there is, as it is typed."""
    if not hasattr(of, "commands"):
        return [path]
    return [
        found
        for name, command in of.commands.items()
        for found in commands(command, *path, name)
    ]


@pytest.mark.parametrize("command", commands(get_command(app)), ids=" ".join)
def test_every_command_explains_itself_by_an_example(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = CliRunner().invoke(app, [*command, "--help"], terminal_width=200)

    assert shown.exit_code == 0
    assert f"mentalverse {' '.join(command)}" in shown.output.split("Example")[1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command",
    [("serve",), ("doctor",), ("invite", "create"), ("config", "check")],
)
def test_a_bad_setting_is_one_line_and_exit_code_2(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    refused = run(tmp_path, *command, MENTALVERSE_SERVER__PORRT="1")

    assert refused.returncode == 2
    assert refused.stdout == ""
    assert refused.stderr == (
        "mentalverse: server.porrt is not a setting (from MENTALVERSE_SERVER__PORRT)\n"
    )


def test_a_database_password_on_the_command_line_has_nowhere_to_go(
    tmp_path: Path,
) -> None:
    url = "postgresql://u:hunter2@localhost/mv"
    refused = run(tmp_path, "config", "check", MENTALVERSE_DATABASE__URL=url)

    assert refused.returncode == 2
    assert "password_file" in refused.stderr
    assert "hunter2" not in refused.stderr + refused.stdout


def test_an_invitation_is_printed_with_its_link_and_only_its_hash_is_kept(
    tmp_path: Path,
) -> None:
    made = run(tmp_path, "invite", "create", "--data", "data", "--note", "for Ada")

    code, link = made.stdout.splitlines()
    assert link == f"http://localhost:8080/#/invite/{code}"
    assert re.fullmatch(r"([0-9A-Z]{5}-){3}[0-9A-Z]{5}", code), made
    stored = b"".join(f.read_bytes() for f in (tmp_path / "data").iterdir())
    assert b"for Ada" in stored
    assert code.encode() not in stored


def test_a_data_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = "a b%20?c=d#e:@é"
    made = run(tmp_path, "invite", "create", "--data", folder)

    assert made.returncode == 0, made.stderr
    assert [f.name for f in tmp_path.iterdir()] == [folder]
    assert (tmp_path / folder / "mentalverse.db").exists()


@pytest.mark.parametrize(
    "arguments", [("--role", "king"), ("--note", "x" * 201), ("--expires-hours", "0")]
)
def test_an_invitation_that_makes_no_sense_is_refused(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    refused = run(tmp_path, "invite", "create", "--data", "data", *arguments)

    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1


def test_the_printed_defaults_are_a_working_settings_file(tmp_path: Path) -> None:
    text = run(tmp_path, "config", "defaults").stdout
    (tmp_path / "mentalverse.toml").write_text(text)
    checked = run(tmp_path, "config", "check")
    shown = run(tmp_path, "config", "show")

    assert tomllib.loads(text)["server"]["port"] == 8080
    assert checked.returncode == 0, checked.stderr
    assert 'server.host = "127.0.0.1"  # mentalverse.toml' in shown.stdout


def test_doctor_says_what_stands_in_the_way(tmp_path: Path) -> None:
    healthy = run(tmp_path, "doctor", "--data", "data")
    (tmp_path / "data").chmod(0o777)
    sick = run(tmp_path, "doctor", "--data", "data")

    assert healthy.returncode == 0, healthy.stdout
    assert "FAIL" not in healthy.stdout
    assert sick.returncode == 3
    assert "FAIL data folder: " in sick.stdout


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        assert run(tmp_path, "db", "migrate", "--data", "data").returncode == 0
