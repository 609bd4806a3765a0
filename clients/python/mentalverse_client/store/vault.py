"""The local store: sealed values in one SQLite file, changed in transactions.

One law carries the whole client: *what has to be true after a crash is written
before anything leaves the device*. A message that is sent moves the group's
ratchet, so the new group state and the bytes to send must become durable
together; a message that is received must become durable together with the cursor.
SQLite gives exactly that with one commit, where separate files would need a
journal of our own. Transactions are short, synchronous, and contain no `await`:
no cancellation can fall between a ratchet step and its record.

    entries(space, name, position) → value

Each value is sealed with XChaCha20-Poly1305 under the profile's data key; its
place is the associated data, so values cannot be swapped or moved. Names are
random ids. What the file shows to someone without the passphrase is how many
values of which kind there are.

Two further guards. The file is opened in exclusive locking mode: a second process
would ratchet from the same state and reuse keys. And every transaction raises a
counter, which is also noted in a second file: a database put back from an older
copy is behind its note, `rolled_back` is set, and nothing may be encrypted with
the states in it (RFC 9420 §15.3 assumes that a key is used once).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nacl import bindings as sodium
from nacl.exceptions import CryptoError

from ..errors import ProfileDamaged, ProfileInUse

KEY_BYTES = sodium.crypto_aead_xchacha20poly1305_ietf_KEYBYTES
"""Length of the data key."""
_NONCE_BYTES = sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_NOTE_BYTES = 8

# WAL with synchronous=FULL: one fsync per commit, none of them skipped.
# secure_delete: spent ratchet states are overwritten, not left in free pages.
_SETTINGS = (
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
)
_TABLE = """
CREATE TABLE IF NOT EXISTS entries (
    space TEXT NOT NULL,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (space, name, position)
) WITHOUT ROWID
"""
_OLDEST_FIRST = """
SELECT position, value FROM entries
WHERE space = ? AND name = ? AND position > ? AND position < ?
ORDER BY position LIMIT ?
"""
_NEWEST_FIRST = """
SELECT position, value FROM entries
WHERE space = ? AND name = ? AND position > ? AND position < ?
ORDER BY position DESC LIMIT ?
"""
_MAX_POSITION = 2**63 - 1


class Vault:
    """An open store. Not for several threads; one process at a time."""

    def __init__(self, path: Path, key: bytes, rng: Callable[[int], bytes]) -> None:
        """Open or create the file at `path`.

        Raises:
            ProfileInUse: another process has it open.
            ProfileDamaged: it is no database, or not one of this key.
        """
        self.folder = path.parent
        """What belongs to the profile lies beside it."""
        self._key = key
        self._rng = rng
        self._database = _connect(path)
        self._note = os.open(path.with_suffix(".note"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._writes = self._read_writes()
        except ProfileDamaged:
            self.close()
            raise
        self.rolled_back = self._writes < self._noted()
        """Whether the file is older than one that was open here before."""

    def get(self, space: str, name: str, position: int = 0) -> bytes | None:
        """The value at a place."""
        row = self._database.execute(
            "SELECT value FROM entries WHERE space = ? AND name = ? AND position = ?",
            (space, name, position),
        ).fetchone()
        return None if row is None else self._open(space, name, position, row[0])

    def scan(
        self,
        space: str,
        name: str,
        *,
        after: int = -1,
        before: int = _MAX_POSITION,
        limit: int = -1,
        newest_first: bool = False,
    ) -> list[tuple[int, bytes]]:
        """Positions and values with `after` < position < `before`, in order."""
        rows = self._database.execute(
            _NEWEST_FIRST if newest_first else _OLDEST_FIRST,
            (space, name, after, before, limit),
        ).fetchall()
        return [(at, self._open(space, name, at, value)) for at, value in rows]

    def names(self, space: str) -> list[str]:
        """Every name in a space that has a value."""
        rows = self._database.execute(
            "SELECT DISTINCT name FROM entries WHERE space = ?", (space,)
        )
        return [name for (name,) in rows]

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """All of its writes become durable at its end, or none does."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            write = Transaction(self._database, self._seal)
            yield write
            write.put("meta", "writes", (self._writes + 1).to_bytes(8))
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise
        self._writes += 1
        # After the commit, without fsync: a crash may leave the note behind the
        # database, which is harmless, and never ahead of it.
        os.pwrite(self._note, self._writes.to_bytes(_NOTE_BYTES), 0)

    @property
    def writes(self) -> int:
        """How many transactions there were; an older copy has fewer."""
        return self._writes

    def raise_writes(self, least: int) -> None:
        """Count from at least here on: an older copy that was noticed goes on."""
        self._writes = max(self._writes, least)

    def accept_rollback(self) -> None:
        """Take the older database as the one from which to go on."""
        self.rolled_back = False
        os.pwrite(self._note, self._writes.to_bytes(_NOTE_BYTES), 0)

    def close(self) -> None:
        """Release the file; the log of old pages is emptied."""
        self._database.close()
        os.close(self._note)

    def _read_writes(self) -> int:
        stored = self.get("meta", "writes")
        return 0 if stored is None else int.from_bytes(stored)

    def _noted(self) -> int:
        return int.from_bytes(os.pread(self._note, _NOTE_BYTES, 0))

    def _seal(self, place: bytes, value: bytes) -> bytes:
        nonce = self._rng(_NONCE_BYTES)
        return nonce + sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
            value, place, nonce, self._key
        )

    def _open(self, space: str, name: str, position: int, sealed: bytes) -> bytes:
        try:
            return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
                sealed[_NONCE_BYTES:],
                _place(space, name, position),
                sealed[:_NONCE_BYTES],
                self._key,
            )
        except (CryptoError, TypeError, ValueError):
            raise ProfileDamaged(f"a stored value of {space!r} does not open") from None


class Transaction:
    """The writes of one transaction; reads go to the vault and see them."""

    def __init__(
        self, database: sqlite3.Connection, seal: Callable[[bytes, bytes], bytes]
    ) -> None:
        self._database = database
        self._seal = seal

    def put(self, space: str, name: str, value: bytes, position: int = 0) -> None:
        """Set the value at a place."""
        sealed = self._seal(_place(space, name, position), value)
        self._database.execute(
            "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)",
            (space, name, position, sealed),
        )

    def delete(self, space: str, name: str, position: int = 0) -> None:
        """Remove the value at a place, if there is one."""
        self._database.execute(
            "DELETE FROM entries WHERE space = ? AND name = ? AND position = ?",
            (space, name, position),
        )


def _place(space: str, name: str, position: int) -> bytes:
    return f"{space}\0{name}\0{position}".encode()


def _connect(path: Path) -> sqlite3.Connection:
    if not path.exists():
        # Before SQLite does it, so that nobody else can ever read the file. An
        # existing one is not touched: closing any descriptor of a file ends every
        # POSIX lock this process holds on it.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    database = sqlite3.connect(path, timeout=0, isolation_level=None)
    try:
        for setting in _SETTINGS:
            database.execute(setting)
        database.execute("BEGIN IMMEDIATE")
        database.execute(_TABLE)
        database.execute("COMMIT")
    except sqlite3.OperationalError as error:
        database.close()
        if "locked" in str(error):
            raise ProfileInUse(
                "a chat or another program has this profile open: close it first"
            ) from None
        raise
    except sqlite3.DatabaseError:
        database.close()
        raise ProfileDamaged("the profile's database is not readable") from None
    return database
