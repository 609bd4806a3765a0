"""The server's keys: made once, kept private, and never printed."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mentalverse_crypto.as_keys import accepted_as_keys
from mentalverse_server.errors import StartupError
from mentalverse_server.keyring import (
    FILE_NAME,
    make_push_key,
    open_keyring,
    rotate,
)


def test_the_keyring_is_made_once_and_found_again(tmp_path: Path) -> None:
    made = open_keyring(tmp_path, secrets.token_bytes)

    assert open_keyring(tmp_path, secrets.token_bytes) == made
    assert list(tmp_path.iterdir()) == [tmp_path / FILE_NAME]
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert made.public_keys == {made.current.key_id: made.current.public}
    assert made.log_key.public != made.current.public


def test_a_keyring_others_may_read_is_refused(tmp_path: Path) -> None:
    open_keyring(tmp_path, secrets.token_bytes)
    (tmp_path / FILE_NAME).chmod(0o640)

    with pytest.raises(StartupError, match="chmod 600"):
        open_keyring(tmp_path, secrets.token_bytes)


@pytest.mark.parametrize("damage", [b"", b"{}", b"\x00" * 100, b'{"version": 2}'])
def test_a_damaged_keyring_is_refused_and_left_alone(
    tmp_path: Path, damage: bytes
) -> None:
    open_keyring(tmp_path, secrets.token_bytes)
    (tmp_path / FILE_NAME).write_bytes(damage)

    with pytest.raises(StartupError):
        open_keyring(tmp_path, secrets.token_bytes)
    assert (tmp_path / FILE_NAME).read_bytes() == damage


def test_a_private_key_is_not_in_a_repr(tmp_path: Path) -> None:
    keyring = open_keyring(tmp_path, secrets.token_bytes)

    assert repr(keyring.current.private) not in repr(keyring)
    assert repr(keyring.log_key.private) not in repr(keyring)


def test_servers_that_start_together_agree_on_one_keyring(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(
            pool.map(lambda _: open_keyring(tmp_path, secrets.token_bytes), range(16))
        )

    assert len({keyring.server for keyring in made}) == 1
    assert list(tmp_path.iterdir()) == [tmp_path / FILE_NAME]


def test_a_fresh_key_is_introduced_by_the_one_before_and_every_key_stays(
    tmp_path: Path,
) -> None:
    first = open_keyring(tmp_path, secrets.token_bytes)
    fresh = [rotate(tmp_path, secrets.token_bytes) for _ in range(2)]
    keyring = open_keyring(tmp_path, secrets.token_bytes)
    assert keyring.signing_keys == (*reversed(fresh), first.current)
    assert (keyring.server, keyring.log_key) == (first.server, first.log_key)
    proven = accepted_as_keys(first.current.public, keyring.succession)
    assert proven == keyring.public_keys
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_where_no_server_was_started_no_key_is_rotated(tmp_path: Path) -> None:
    with pytest.raises(StartupError):
        rotate(tmp_path, secrets.token_bytes)
    assert list(tmp_path.iterdir()) == []


def test_keys_for_web_push_are_made_when_asked_and_outlast_every_rotation(
    tmp_path: Path,
) -> None:
    """Newest first; a browser's subscription is bound to the one it was made with."""
    assert open_keyring(tmp_path, secrets.token_bytes).push_keys == ()
    first = make_push_key(tmp_path, secrets.token_bytes)
    rotate(tmp_path, secrets.token_bytes)
    second = make_push_key(tmp_path, secrets.token_bytes)
    keyring = open_keyring(tmp_path, secrets.token_bytes)
    assert keyring.push_keys == (second, first)
    assert len(keyring.signing_keys) == 2
    assert repr(second.private) not in repr(keyring)
