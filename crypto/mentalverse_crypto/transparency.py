"""The transparency log: which keys a service has ever shown for whom.

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

    struct {
        uint8  version = 1;
        opaque log_id[32];              SHA-256 of the log's public key
        uint64 size;
        opaque root[32];
        uint64 time;                    Unix milliseconds
        opaque signature[64];           over "MentalVerse log head v1" ‖ all before
    } SignedHead;                       145 octets

    tag of an account = SHA-256("MentalVerse log v1" ‖ account_id)

A service that shows Ada another key for Ben than Ben knows has to log it, where Ben
finds it, or to show the two of them different logs, which the heads that people send
each other uncover (`log_view`). The tag hides the account from whoever does not know
its id, which is 128 random bits. There is one tag for an account, so that its owner
and its contacts look at the same entries.

That an entry is included says that its owner can see it, not that it is the latest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum

from . import merkle
from .ciphersuite import (
    HASH_BYTES,
    KEY_BYTES,
    SIGNATURE_BYTES,
    CipherSuite,
    SignatureKeyPair,
    digest,
    sign,
)
from .ciphersuite import verify as verify_signature
from .codec import Reader, u8, u16, u64
from .codec import decode as decode_structure
from .device_list import DeviceList
from .errors import (
    DecodeError,
    InvalidRequest,
    LogEntriesMissing,
    LogProofInvalid,
    WrongLog,
)
from .merkle import Frontier

VERSION = 1
"""The only version of entries and heads."""
ENTRY_BYTES = 122
"""Length of an encoded entry."""
HEAD_BYTES = 145
"""Length of an encoded head."""

_HEAD_LABEL = b"MentalVerse log head v1"
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
        return decode_structure(_read_entry, data)

    def leaf_hash(self) -> bytes:
        """Its hash in the tree, 32 octets."""
        return merkle.leaf_hash(self.encode())


@dataclass(frozen=True, slots=True)
class SignedHead:
    """What the log was at one time; `verify_head` checks the signature."""

    log_id: bytes
    size: int
    root: bytes
    time_ms: int
    """Unix milliseconds, by the clock of the service."""
    signature: bytes = b""

    def encode(self) -> bytes:
        """The structure on the wire."""
        return self._signed() + self.signature

    @staticmethod
    def decode(data: bytes) -> SignedHead:
        """The head that `data` holds; nothing is verified.

        Raises:
            DecodeError: not a head of our version.
        """
        return decode_structure(read_head, data)

    def _signed(self) -> bytes:
        return b"".join(
            (
                u8(VERSION),
                self.log_id,
                u64(self.size),
                self.root,
                u64(self.time_ms),
            )
        )


# --- what the service writes ---


def tag_of(account_id: bytes) -> bytes:
    """The tag of an account's entries, 32 octets."""
    return digest(_ACCOUNT_LABEL + account_id)


def log_id_of(log_public: bytes) -> bytes:
    """The id of the log that a public key signs the heads of, 32 octets."""
    return digest(log_public)


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


def sign_head(
    log_key: SignatureKeyPair, size: int, root: bytes, now: datetime
) -> SignedHead:
    """The log's signed statement of its size and root.

    Raises:
        InvalidRequest: the size is negative, the root has not 32 octets, or `now` is
            naive or before 1970.
    """
    _require(0 <= size <= _MAX_U64, "a size fits 64 bits")
    _require(len(root) == HASH_BYTES, "a root has 32 octets")
    head = SignedHead(log_id_of(log_key.public), size, root, unix_milliseconds(now))
    return replace(head, signature=sign(log_key, _HEAD_LABEL + head._signed()))


# --- what clients check ---


def verify_head(head: SignedHead, log_public: bytes) -> None:
    """Check that the log signed a head.

    Raises:
        WrongLog: it is of another log.
        SignatureError: the signature does not verify.
    """
    if head.log_id != log_id_of(log_public):
        raise WrongLog("the head is of another log")
    verify_signature(log_public, _HEAD_LABEL + head._signed(), head.signature)


def verify_entry(entry: LogEntry, proof: Sequence[bytes], head: SignedHead) -> None:
    """Check that an entry stands where it says under a head that was verified.

    Raises:
        LogProofInvalid: the inclusion proof does not show it.
    """
    merkle.verify_inclusion(entry.leaf_hash(), entry.seq, head.size, proof, head.root)


def verify_growth(
    before: SignedHead, after: SignedHead, proof: Sequence[bytes]
) -> None:
    """Check that one verified head continues another.

    Raises:
        WrongLog: they are of different logs.
        LogProofInvalid: the consistency proof does not show it.
    """
    if before.log_id != after.log_id:
        raise WrongLog("the heads are of different logs")
    merkle.verify_consistency(before.size, before.root, after.size, after.root, proof)


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


def proven_account_keys(
    head: SignedHead, proofs: Iterable[tuple[LogEntry, Sequence[bytes]]]
) -> Callable[[bytes], Collection[bytes]]:
    """The account keys that entries show, by account id, each proven to be included.

    Args:
        head: A head that was verified.
        proofs: Entries with their inclusion proofs under it.

    Raises:
        LogProofInvalid: an entry is not in the log.
    """
    keys: dict[bytes, set[bytes]] = {}
    for entry, proof in proofs:
        verify_entry(entry, proof, head)
        if entry.kind is EntryKind.ACCOUNT:
            keys.setdefault(entry.tag, set()).add(entry.public_key)
    return lambda account_id: keys.get(tag_of(account_id), ())


def follow(frontier: Frontier, entries: Iterable[LogEntry]) -> Frontier:
    """The frontier after the entries that come next, none left out.

    Whoever reads every entry needs no proofs: compare the result with a head by
    `check_frontier`.

    Raises:
        LogEntriesMissing: an entry is not the next one.
    """
    for entry in entries:
        if entry.seq != frontier.size:
            raise LogEntriesMissing("the entry is not the next one")
        frontier, _ = frontier.append(entry.leaf_hash())
    return frontier


def check_frontier(frontier: Frontier, head: SignedHead) -> None:
    """Check that a frontier is the one of a head that was verified.

    Raises:
        LogProofInvalid: it is of another size or root.
    """
    if (frontier.size, frontier.root()) != (head.size, head.root):
        raise LogProofInvalid("the entries do not lead to the root")


def unknown_entries(
    entries: Iterable[LogEntry], account_id: bytes, known: Iterable[DeviceList]
) -> tuple[LogEntry, ...]:
    """The entries about an account that record none of the lists it knows.

    For the owner. Each of them is a reason for alarm on all devices: somebody is
    shown a key or device that the owner did not sign.

    Args:
        entries: All that were added since the owner last looked.
        account_id: The owner's.
        known: Lists of this account that passed `device_list.check_successor`.
    """
    own = tag_of(account_id)
    recorded = {
        (EntryKind.ACCOUNT, each.account_public, each.hash(), each.counter)
        for each in known
        if each.account_id == account_id
    }
    return tuple(
        entry
        for entry in entries
        if entry.tag == own
        and (entry.kind, entry.public_key, entry.content_hash, entry.counter)
        not in recorded
    )


# --- bytes ---


def unix_milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970.

    Raises:
        InvalidRequest: the time has no zone or lies before 1970.
    """
    _require(moment.tzinfo is not None, "a time without a zone")
    milliseconds = int(moment.timestamp() * 1000)
    _require(milliseconds >= 0, "a time before 1970")
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
    _require(0 <= seq <= _MAX_U64, "a place in the log fits 64 bits")
    _require(0 <= counter <= _MAX_U64, "a counter fits 64 bits")
    _require(len(public_key) == KEY_BYTES, "a public key has 32 octets")
    _require(len(content_hash) == HASH_BYTES, "a hash has 32 octets")
    time_ms = unix_milliseconds(now)
    return LogEntry(kind, seq, tag, public_key, content_hash, counter, time_ms)


def _require(condition: bool, otherwise: str) -> None:
    if not condition:
        raise InvalidRequest(otherwise)


def _read_version(reader: Reader) -> None:
    if reader.u8() != VERSION:
        raise DecodeError("log structure is of another version")


def _read_entry(reader: Reader) -> LogEntry:
    _read_version(reader)
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


def read_head(reader: Reader) -> SignedHead:
    """A head from the wire, for structures that hold one."""
    _read_version(reader)
    return SignedHead(
        log_id=reader.raw(HASH_BYTES),
        size=reader.u64(),
        root=reader.raw(HASH_BYTES),
        time_ms=reader.u64(),
        signature=reader.raw(SIGNATURE_BYTES),
    )
