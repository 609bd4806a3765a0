"""The sealed local store: durable, exclusive, tied to its places."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from mentalverse_client.errors import ProfileDamaged, ProfileInUse
from mentalverse_client.store.vault import KEY_BYTES, Vault

KEY = bytes(range(KEY_BYTES))


def open_vault(folder: Path, key: bytes = KEY) -> Vault:
    return Vault(folder / "profile.db", key, os.urandom)


def test_a_committed_value_is_there_after_reopening(tmp_path: Path) -> None:
    vault = open_vault(tmp_path)
    with vault.transaction() as write:
        write.put("message", "a", b"first", 1)
        write.put("message", "a", b"second", 2)
    vault.close()

    vault = open_vault(tmp_path)
    assert vault.scan("message", "a") == [(1, b"first"), (2, b"second")]
    assert vault.scan("message", "a", newest_first=True, limit=1) == [(2, b"second")]
    assert vault.names("message") == ["a"]
    vault.close()


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    vault = open_vault(tmp_path)
    with pytest.raises(RuntimeError), vault.transaction() as write:
        write.put("group", "a", b"half")
        raise RuntimeError
    assert vault.get("group", "a") is None
    vault.close()


def test_reads_inside_a_transaction_see_its_writes(tmp_path: Path) -> None:
    vault = open_vault(tmp_path)
    with vault.transaction() as write:
        write.put("group", "a", b"new")
        assert vault.get("group", "a") == b"new"
        write.delete("group", "a")
        assert vault.get("group", "a") is None
    vault.close()


def test_the_file_holds_no_plaintext(tmp_path: Path) -> None:
    vault = open_vault(tmp_path)
    with vault.transaction() as write:
        write.put("message", "a", b"canary-canary-canary")
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    vault.close()
    everything += b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"canary" not in everything


def test_a_value_moved_to_another_place_does_not_open(tmp_path: Path) -> None:
    vault = open_vault(tmp_path)
    with vault.transaction() as write:
        write.put("group", "a", b"state of a")
        write.put("group", "b", b"state of b")
    vault.close()
    with sqlite3.connect(tmp_path / "profile.db") as database:
        [(value,)] = database.execute("SELECT value FROM entries WHERE name = 'a'")
        database.execute("UPDATE entries SET value = ? WHERE name = 'b'", (value,))
    database.close()

    vault = open_vault(tmp_path)
    with pytest.raises(ProfileDamaged):
        vault.get("group", "b")
    vault.close()


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    vault = open_vault(tmp_path)
    with vault.transaction() as write:
        write.put("group", "a", b"state")
    vault.close()
    with pytest.raises(ProfileDamaged):
        open_vault(tmp_path, bytes(KEY_BYTES))


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    vault = open_vault(tmp_path)
    with pytest.raises(ProfileInUse):
        open_vault(tmp_path)
    other = (
        "import os, sys; from pathlib import Path\n"
        "from mentalverse_client.store.vault import Vault\n"
        "Vault(Path(sys.argv[1]), bytes(32), os.urandom)"
    )
    done = subprocess.run(
        [sys.executable, "-c", other, str(tmp_path / "profile.db")],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert "ProfileInUse" in done.stderr
    vault.close()


def test_an_older_copy_of_the_database_is_noticed(tmp_path: Path) -> None:
    vault = open_vault(tmp_path)
    with vault.transaction() as write:
        write.put("group", "a", b"generation 1")
    vault.close()
    shutil.copy(tmp_path / "profile.db", tmp_path / "backup.db")

    vault = open_vault(tmp_path)
    assert not vault.rolled_back
    with vault.transaction() as write:
        write.put("group", "a", b"generation 2")
    vault.close()
    shutil.copy(tmp_path / "backup.db", tmp_path / "profile.db")

    vault = open_vault(tmp_path)
    assert vault.rolled_back
    vault.accept_rollback()
    vault.close()
    vault = open_vault(tmp_path)
    assert not vault.rolled_back
    vault.close()


def test_the_files_are_for_their_owner_only(tmp_path: Path) -> None:
    vault = open_vault(tmp_path)
    for name in ("profile.db", "profile.note"):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
    vault.close()


def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "profile.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(ProfileDamaged):
        open_vault(tmp_path)
