"""The key of halves at rest: made once, readable by nobody else, refused damaged."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mentalverse_server.emergency_key import FILE_NAME, open_emergency_key
from mentalverse_server.errors import StartupError


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """Also when several processes start at the same time."""
    with ThreadPoolExecutor(8) as pool:
        made = pool.map(
            lambda _: open_emergency_key(tmp_path, secrets.token_bytes), range(8)
        )
        keys = set(made)
    assert keys == {(tmp_path / FILE_NAME).read_bytes()}
    assert len(keys.pop()) == 32
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    open_emergency_key(tmp_path, secrets.token_bytes)
    (tmp_path / FILE_NAME).chmod(0o640)
    with pytest.raises(StartupError, match="chmod 600"):
        open_emergency_key(tmp_path, secrets.token_bytes)


@pytest.mark.parametrize("content", [b"", b"k" * 31, b"k" * 33])
def test_a_damaged_key_is_refused(tmp_path: Path, content: bytes) -> None:
    """And never replaced in silence: what rests under it would be lost unseen."""
    path = tmp_path / FILE_NAME
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(StartupError, match="damaged"):
        open_emergency_key(tmp_path, secrets.token_bytes)
    assert path.read_bytes() == content
