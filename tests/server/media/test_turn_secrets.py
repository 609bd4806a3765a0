"""The file of secrets that the server and the relay share."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from mentalverse_server.config import Config, ConfigError, load_config
from mentalverse_server.config_sections import ServerSection, TurnSection
from mentalverse_server.errors import StartupError
from mentalverse_server.media import turn_secrets

_numbers = count(1)


def _rng(size: int) -> bytes:
    return bytes([next(_numbers)]) * size


def test_a_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "turn-secret"

    turn_secrets.make_secret(path, _rng)

    assert path.stat().st_mode & 0o777 == 0o600
    (secret,) = turn_secrets.read_secrets(path)
    assert len(bytes.fromhex(secret)) == 32


def test_a_second_secret_is_made_only_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "turn-secret"
    turn_secrets.make_secret(path, _rng)
    before = path.read_bytes()

    with pytest.raises(StartupError, match="--rotate"):
        turn_secrets.make_secret(path, _rng)
    assert path.read_bytes() == before


def test_a_change_keeps_the_secret_before_it_and_no_older_one(tmp_path: Path) -> None:
    path = tmp_path / "turn-secret"
    turn_secrets.make_secret(path, _rng)
    (first,) = turn_secrets.read_secrets(path)

    turn_secrets.rotate(path, _rng)
    second, kept = turn_secrets.read_secrets(path)
    turn_secrets.rotate(path, _rng)
    third, kept_then = turn_secrets.read_secrets(path)
    turn_secrets.forget_old(path)

    assert (kept, kept_then) == (first, second)
    assert len({first, second, third}) == 3
    assert turn_secrets.read_secrets(path) == (third,)


@pytest.mark.parametrize(
    "text", ["", "a" * 31, f"{'a' * 31}#", f"{'é' * 32}", "\n".join(["a" * 32] * 3)]
)
def test_what_the_relay_would_read_differently_is_refused(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "turn-secret"
    path.touch(mode=0o600)
    path.write_text(text)

    with pytest.raises(ConfigError):
        turn_secrets.read_secrets(path)


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "turn-secret"
    path.write_text("a" * 32)
    path.chmod(0o640)

    with pytest.raises(ConfigError, match="owner"):
        turn_secrets.read_secrets(path)


def test_without_an_address_there_is_no_relay() -> None:
    assert turn_secrets.open_relay(Config()) is None


def test_an_address_without_a_secret_is_a_mistake(tmp_path: Path) -> None:
    config = _config(tmp_path)

    with pytest.raises(ConfigError, match="mentalverse turn secret"):
        turn_secrets.open_relay(config)


def test_a_relay_is_what_the_settings_say(tmp_path: Path) -> None:
    config = _config(tmp_path)
    turn_secrets.make_secret(turn_secrets.secrets_path(config), _rng)

    relay = turn_secrets.open_relay(config)

    assert relay is not None
    assert relay.urls == (
        "turn:relay.example:3478?transport=udp",
        "turns:relay.example:443?transport=tcp",
    )
    assert relay.secrets == turn_secrets.read_secrets(tmp_path / "turn-secret")
    assert relay.life_seconds == 600


def test_an_address_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "mentalverse.toml"
    file.write_text('[turn]\nurls = ["stun:relay.example"]\n')

    with pytest.raises(ConfigError, match=r"turn\.urls: .*stun:relay\.example"):
        load_config(file, {})


def _config(folder: Path) -> Config:
    return Config(
        server=ServerSection(data_dir=folder),
        turn=TurnSection(urls=("turns:relay.example:443", "turn:relay.example")),
    )
