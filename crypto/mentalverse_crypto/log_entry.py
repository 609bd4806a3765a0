"""The entries of the transparency log: which keys a service has shown for whom.

    enum { account(1), as_key(2), bundle(3), report_key(4) } EntryKind;

    struct {
        uint8  version = 1;
        EntryKind kind;
        uint64 seq;                     place in the log, from 0
        opaque tag[32];
        opaque public_key[32];          of the account or service, else zeros
        opaque content_hash[32];        of the device list, bundle or report key
        uint64 counter;
        uint64 time;                    Unix milliseconds
    } LogEntry;                         122 octets

    tag of an account = SHA-256("MentalVerse log v1" ‖ account_id)

The tag hides the account from whoever does not know its id, which is 128 random bits.
There is one tag for an account, so that its owner and its contacts look at the same
entries: with several, the service could file a second key where nobody looks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum

from . import merkle
from .ciphersuite import HASH_BYTES, KEY_BYTES, CipherSuite, digest
from .codec import Reader, u8, u16, u64
from .codec import decode as decode_structure
from .device_list import DeviceList
from .errors import DecodeError, WrongLog, require

VERSION = 1
"""The only version of entries."""

_ACCOUNT_LABEL = b"MentalVerse log v1"
_NOTHING = bytes(HASH_BYTES)
_MAX_U64 = (1 << 64) - 1

AS_KEYS_TAG = digest(b"MentalVerse log AS keys v1")
"""The tag of all keys of the authentication service."""
BUNDLES_TAG = digest(b"MentalVerse log bundles v1")
"""The tag of all builds of the web client."""
REPORT_KEYS_TAG = digest(b"MentalVerse log report keys v1")
"""The tag of all keys that reports are sealed to."""


class EntryKind(IntEnum):
    """What an entry is about."""

    ACCOUNT = 1
    """An account's key and signed device list."""
    AS_KEY = 2
    """A key that the authentication service signs device credentials with."""
    BUNDLE = 3
    """A build of the web client."""
    REPORT_KEY = 4
    """A key of the safety team: another one would let its owner read reports."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry; `seq` is its place in the log."""

    kind: EntryKind
    seq: int
    tag: bytes
    public_key: bytes
    content_hash: bytes
    counter: int
    """Of the device list; the number of the key or build."""
    time_ms: int
    """Unix milliseconds, by the clock of the service."""

    def encode(self) -> bytes:
        """The structure on the wire."""
        return b"".join(
            (
                u8(VERSION),
                u8(self.kind),
                u64(self.seq),
                self.tag,
                self.public_key,
                self.content_hash,
                u64(self.counter),
                u64(self.time_ms),
            )
        )

    @staticmethod
    def decode(data: bytes) -> LogEntry:
        """The entry that `data` holds.

        Raises:
            DecodeError: not an entry of our version.
        """
        return decode_structure(_read, data)

    def leaf_hash(self) -> bytes:
        """Its hash in the tree, 32 octets."""
        return merkle.leaf_hash(self.encode())


def tag_of(account_id: bytes) -> bytes:
    """The tag of an account's entries, 32 octets."""
    return digest(_ACCOUNT_LABEL + account_id)


def account_entry(seq: int, device_list: DeviceList, now: datetime) -> LogEntry:
    """The entry of an account's device list, which the caller verified.

    Raises:
        InvalidRequest: `seq` is negative, or `now` is naive or before 1970.
    """
    return _entry(
        EntryKind.ACCOUNT,
        seq,
        tag_of(device_list.account_id),
        device_list.account_public,
        device_list.hash(),
        device_list.counter,
        now,
    )


def as_key_entry(seq: int, as_public: bytes, counter: int, now: datetime) -> LogEntry:
    """The entry of the service's key number `counter`.

    Raises:
        InvalidRequest: a number is negative, the key has not 32 octets, or `now` is
            naive or before 1970.
    """
    return _entry(EntryKind.AS_KEY, seq, AS_KEYS_TAG, as_public, _NOTHING, counter, now)


def bundle_entry(seq: int, bundle_hash: bytes, counter: int, now: datetime) -> LogEntry:
    """The entry of the web client's build number `counter`.

    Raises:
        InvalidRequest: a number is negative, the hash has not 32 octets, or `now` is
            naive or before 1970.
    """
    return _entry(
        EntryKind.BUNDLE, seq, BUNDLES_TAG, _NOTHING, bundle_hash, counter, now
    )


def report_key_entry(
    seq: int, suite: CipherSuite, public: bytes, counter: int, now: datetime
) -> LogEntry:
    """The entry of the safety team's key number `counter`, of any length.

    Its `content_hash` is SHA-256(uint16 suite ‖ public).

    Raises:
        InvalidRequest: a number is negative, or `now` is naive or before 1970.
    """
    hashed = digest(u16(suite) + public)
    return _entry(
        EntryKind.REPORT_KEY, seq, REPORT_KEYS_TAG, _NOTHING, hashed, counter, now
    )


def check_account_entry(entry: LogEntry, device_list: DeviceList) -> None:
    """Check that an entry records this device list.

    Raises:
        WrongLog: it records another list or account.
    """
    expected = replace(
        entry,
        kind=EntryKind.ACCOUNT,
        tag=tag_of(device_list.account_id),
        public_key=device_list.account_public,
        content_hash=device_list.hash(),
        counter=device_list.counter,
    )
    if entry != expected:
        raise WrongLog("the entry records another device list")


def unix_milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970.

    Raises:
        InvalidRequest: the time has no zone or lies before 1970.
    """
    require(moment.tzinfo is not None, "a time without a zone")
    milliseconds = int(moment.timestamp() * 1000)
    require(milliseconds >= 0, "a time before 1970")
    return milliseconds


def _entry(
    kind: EntryKind,
    seq: int,
    tag: bytes,
    public_key: bytes,
    content_hash: bytes,
    counter: int,
    now: datetime,
) -> LogEntry:
    require(0 <= seq <= _MAX_U64, "a place in the log fits 64 bits")
    require(0 <= counter <= _MAX_U64, "a counter fits 64 bits")
    require(len(public_key) == KEY_BYTES, "a public key has 32 octets")
    require(len(content_hash) == HASH_BYTES, "a hash has 32 octets")
    time_ms = unix_milliseconds(now)
    return LogEntry(kind, seq, tag, public_key, content_hash, counter, time_ms)


def _read(reader: Reader) -> LogEntry:
    if reader.u8() != VERSION:
        raise DecodeError("log entry is of another version")
    return LogEntry(
        kind=_read_kind(reader),
        seq=reader.u64(),
        tag=reader.raw(HASH_BYTES),
        public_key=reader.raw(KEY_BYTES),
        content_hash=reader.raw(HASH_BYTES),
        counter=reader.u64(),
        time_ms=reader.u64(),
    )


def _read_kind(reader: Reader) -> EntryKind:
    try:
        return EntryKind(reader.u8())
    except ValueError:
        raise DecodeError("log entry is of an unknown kind") from None
