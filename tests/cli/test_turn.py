"""`mentalverse turn` and `doctor turn`: from nothing to a relay that was asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mentalverse_cli.__main__ import app
from support.coturn import BARE, REALM, SECRET, Coturn, running_coturn

pytestmark = pytest.mark.capability("C04")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MENTALVERSE_TURN__URLS", json.dumps(["turn:relay.example"]))
    monkeypatch.setenv("MENTALVERSE_TURN__REALM", REALM)


def mentalverse(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments], terminal_width=200)


def asking(monkeypatch: pytest.MonkeyPatch, relay: Coturn) -> None:
    urls = json.dumps([relay.url("udp").text, relay.url("tcp").text])
    monkeypatch.setenv("MENTALVERSE_TURN__URLS", urls)


def test_what_is_made_here_is_a_relay_that_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = mentalverse("turn", "secret")
    written = mentalverse("turn", "config", "turnserver.conf")
    settings = (tmp_path / "turnserver.conf").read_text()
    secret = (tmp_path / "mentalverse-data" / "turn-secret").read_text().strip()

    assert (made.exit_code, written.exit_code) == (0, 0), written.output
    assert secret in settings
    assert secret not in made.output + written.output
    assert (tmp_path / "turnserver.conf").stat().st_mode & 0o777 == 0o600

    with running_coturn(tmp_path / "relay", settings) as relay:
        asking(monkeypatch, relay)
        asked = mentalverse("doctor", "turn")

    assert asked.exit_code == 0, asked.output
    assert "FAIL" not in asked.output
    assert "The relay carries calls" in asked.output


def test_an_open_relay_is_named_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    file.touch(mode=0o600)
    file.write_text(SECRET)
    monkeypatch.setenv("MENTALVERSE_TURN__SECRET_FILE", str(file))

    with running_coturn(tmp_path / "relay", BARE) as relay:
        asking(monkeypatch, relay)
        asked = mentalverse("doctor", "turn")

    assert asked.exit_code == 3
    assert "sends to 10.0.0.0 (private use)" in asked.output
    assert "→ write its settings with `mentalverse turn config`" in asked.output


def test_a_relay_that_is_not_there_is_said_not_to_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mentalverse("turn", "secret")
    monkeypatch.setenv("MENTALVERSE_TURN__URLS", '["turn:127.0.0.1:9"]')

    asked = mentalverse("doctor", "turn")

    assert asked.exit_code == 3
    assert "is it running" in asked.output


def test_a_file_that_is_there_is_written_over_only_when_told(tmp_path: Path) -> None:
    mentalverse("turn", "secret")
    file = tmp_path / "turnserver.conf"
    file.write_text("mine")

    refused = mentalverse("turn", "config", str(file))
    kept = file.read_text()
    forced = mentalverse("turn", "config", str(file), "--force")

    assert (refused.exit_code, kept) == (2, "mine")
    assert "--force" in refused.output
    assert forced.exit_code == 0
    assert "use-auth-secret" in file.read_text()


def test_a_secret_is_changed_in_two_steps(tmp_path: Path) -> None:
    file = tmp_path / "mentalverse-data" / "turn-secret"

    assert mentalverse("turn", "secret").exit_code == 0
    first = file.read_text().split()
    assert mentalverse("turn", "secret").exit_code == 2
    assert file.read_text().split() == first
    assert mentalverse("turn", "secret", "--rotate").exit_code == 0
    second = file.read_text().split()
    assert mentalverse("turn", "secret", "--forget-old").exit_code == 0

    assert second[1:] == first
    assert file.read_text().split() == second[:1]
    assert mentalverse("turn", "secret", "--rotate", "--forget-old").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("turn", "config", "out"), "mentalverse turn secret"),
        (("turn", "config", "out", "--allow-peer", "engine"), "--allow-peer"),
        (("turn", "secret", "--rotate"), "mentalverse turn secret"),
        (("doctor", "turn"), "mentalverse turn secret"),
        (("doctor", "--data", "here", "turn"), "stand behind the name"),
    ],
)
def test_what_is_missing_is_one_line_that_says_what_to_do(
    tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    refused = mentalverse(*arguments)

    assert refused.exit_code == 2
    assert says in refused.output
    assert refused.output.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_without_a_relay_there_is_nobody_to_ask(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MENTALVERSE_TURN__URLS", "[]")

    refused = mentalverse("doctor", "turn")

    assert refused.exit_code == 2
    assert "turn.urls is empty" in refused.output


def test_the_general_check_has_a_line_for_it() -> None:
    mentalverse("turn", "secret")

    checked = mentalverse("doctor")

    assert "ok   relay: turn:relay.example:3478?transport=udp" in checked.output
