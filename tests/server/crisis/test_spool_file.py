"""The file beside the database: what it took is there, what it could not is not."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_server.crisis.spool_file import RESERVE_BYTES, SpoolFile
from support.full_disk import full_disk

KEY = b"k" * 32


def opened(folder: Path, key: bytes = KEY) -> SpoolFile:
    file = SpoolFile(folder / "spool", key)
    file.open()
    return file


def texts(file: SpoolFile) -> list[bytes | None]:
    return [text for text, _ in file.read(0)]


def test_what_was_appended_is_there_after_a_restart(tmp_path: Path) -> None:
    """In order, and gone once it is cleared."""
    first = opened(tmp_path)
    for number in range(3):
        first.append(b"%d" % number)
    first.close()
    second = opened(tmp_path)
    assert texts(second) == [b"0", b"1", b"2"]
    assert second.clear(second.size)
    assert texts(second) == []
    second.close()
    assert texts(opened(tmp_path)) == []


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    """Neither by its mode nor by its octets: it holds tokens."""
    file = opened(tmp_path)
    file.append(b"a token that opens a conversation")
    assert stat.S_IMODE((tmp_path / "spool").stat().st_mode) == 0o600
    assert b"token" not in (tmp_path / "spool").read_bytes()
    file.close()
    (tmp_path / "spool").chmod(0o644)
    opened(tmp_path).close()
    assert stat.S_IMODE((tmp_path / "spool").stat().st_mode) == 0o600


def test_another_installation_cannot_open_it(tmp_path: Path) -> None:
    """It is told as unreadable, and holds up nothing that comes after it."""
    file = opened(tmp_path)
    file.append(b"of another")
    file.close()
    file = opened(tmp_path, b"o" * 32)
    file.append(b"own")
    assert texts(file) == [None, b"own"]


def test_one_that_came_meanwhile_is_not_cleared(tmp_path: Path) -> None:
    file = opened(tmp_path)
    file.append(b"first")
    end = file.size
    file.append(b"second")
    assert not file.clear(end)
    assert texts(file) == [b"first", b"second"]


@settings(max_examples=60)
@given(st.data(), st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=4))
def test_a_torn_last_entry_is_left_out_and_written_over(
    data: st.DataObject, kept: list[bytes]
) -> None:
    """Wherever the power went: half an entry was never told to be kept."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = opened(folder)
        ends = [0]
        for text in kept:
            file.append(text)
            ends.append(file.size)
        file.close()
        cut = data.draw(st.integers(0, ends[-1]))
        os.truncate(folder / "spool", cut)
        if data.draw(st.booleans()):  # the file had its length, not its octets
            os.truncate(folder / "spool", ends[-1])
        whole = sum(end <= cut for end in ends[1:])
        file = opened(folder)
        assert texts(file) == kept[:whole]
        file.append(b"after")
        file.close()
        assert texts(opened(folder)) == [*kept[:whole], b"after"]


def test_a_full_disk_keeps_nothing_and_says_so(tmp_path: Path) -> None:
    """The kernel's own full device; with room again it goes on, without a restart."""
    file = opened(tmp_path)
    file.append(b"before")
    with full_disk(file), pytest.raises(OSError, match="No space left"):
        file.append(b"lost")
    file.append(b"after")
    assert texts(file) == [b"before", b"after"]
    file.close()
    assert texts(opened(tmp_path)) == [b"before", b"after"]


def test_a_reserve_is_given_up_for_a_request(tmp_path: Path) -> None:
    """It is real room on the disk, and there again once everything is carried out."""
    file, reserve = opened(tmp_path), tmp_path / "spool.reserve"
    assert reserve.stat().st_blocks * 512 >= RESERVE_BYTES
    with full_disk(file), pytest.raises(OSError):
        file.append(b"lost")
    assert not reserve.exists()
    file.append(b"kept")
    assert file.clear(file.size)
    assert reserve.exists()
