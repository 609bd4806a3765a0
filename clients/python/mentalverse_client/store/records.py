"""What the vault holds, typed: one record type and one pair of functions per space.

identity        who this device is, and which server it trusts
sign_in         the token of the current sign-in
conversation    one record per conversation: cursor, members, standing
group           the MLS group state of a conversation
staged          a commit that was made and is not yet seen in the log
fresh           the first commit of a fresh group, for a frozen conversation
outbox          what waits to be sent, in order, per conversation
message         the history, by the log's sequence number
message_id      where in the history a message is
session_page    what people share with each other (see `session_page`)
evidence        the rows behind the history and their proof (see `evidence`)
withdrawn       until when what proves a deleted message is kept (see `withdrawn`)
contact         account keys seen so far
key_package     private halves of the KeyPackages given to the server
device_list     the newest checked device list of each account
log             what is known of the transparency log
credential_holder  the key that credentials are issued to (see `credentials`)
help            the last request for help of this device (see `help_request`)
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from mentalverse_crypto import persist
from mentalverse_crypto.evidence import Evidence
from mentalverse_crypto.state import GroupState
from mentalverse_signaling.conversation import ConversationKind, Leaf, Seat
from mentalverse_signaling.freezing import RejectReason
from mentalverse_signaling.ids import AccountId, ClientId, ConversationId, DeviceId

from .messages import Message
from .vault import Transaction, Vault

_OUTBOX_PAGE = 16
_T = TypeVar("_T")


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Base of stored records: unknown fields are an older version's, ignored."""


class EarlierKey(Record, frozen=True):
    """A key that one's own account had before."""

    public: bytes
    until: int
    """Number of the device list that handed over to the next key."""


class Identity(Record, frozen=True):
    """This device: its keys, its account, and the server it belongs to."""

    server_url: str
    server: str
    """Id of the server's installation, pinned at registration."""
    as_keys: dict[str, bytes]
    """Keys of the authentication service by key id, pinned at registration."""
    log_pub: bytes
    """Key that signs the heads of the transparency log, pinned at registration."""
    account: AccountId
    device: DeviceId
    handle: str
    invite_code: str
    account_private: bytes
    device_private: bytes
    credential: bytes
    """Signed by the account; by the server also once `registered`."""
    device_list: bytes
    """The account's list of its devices with which this device began."""
    registered: bool = False
    earlier_keys: tuple[EarlierKey, ...] = ()
    """Of the account, the oldest first."""

    def __repr__(self) -> str:
        return f"Identity(account={self.account!r}, device={self.device!r})"


class PendingRotation(Record, frozen=True):
    """A change of the account's key that was begun."""

    account_private: bytes
    """The new key."""
    device_list: bytes
    """The list that puts it in force, signed by both keys."""

    def __repr__(self) -> str:
        return "PendingRotation()"


class StoredSignIn(Record, frozen=True):
    """The current sign-in."""

    token: str
    expires_at_ms: int

    def __repr__(self) -> str:
        return f"StoredSignIn(expires_at_ms={self.expires_at_ms})"


class Standing(StrEnum):
    """What this device can do in a conversation."""

    OPENING = "opening"
    """Made here; the server does not know it yet."""
    ACTIVE = "active"
    RENEWING = "renewing"
    """Readable, but nothing is sent before a commit gives this leaf fresh keys."""
    LEFT = "left"
    BROKEN = "broken"
    """A commit could not be applied: nothing after it can be read here."""


class ConversationRecord(Record, frozen=True):
    """What is known of one conversation besides its group state."""

    id: ConversationId
    group: str
    kind: ConversationKind
    standing: Standing
    cursor: int
    """Every row up to this one is stored or was deliberately passed over."""
    read: int
    """Every message up to this row was handed to the program."""
    seats: dict[str, Seat] = {}
    """By account, as the server last said; who is in the group, the group says."""
    leaving: tuple[AccountId, ...] = ()
    cause: str = ""
    """Why the standing is what it is, in words for the person."""
    keys_at_ms: int = 0
    """When this device's leaf got the keys it has."""
    suite_open: bool = False
    """Made here, and nothing was encrypted so far: the suite can still be chosen."""
    rejects: RejectReason | None = None
    """Set if the commit that ends the epoch of the group state does not apply here."""
    frozen: bool = False
    """Nothing can be sent before this device is in a fresh group."""


class Task(StrEnum):
    """What an outbox entry asks for."""

    CREATE = "create"
    MESSAGE = "message"
    CHANGE = "change"
    FILE = "file"
    """Store the encrypted file; it becomes a message when that is done."""


class Outgoing(Record, frozen=True):
    """One entry of an outbox.

    `payload` is empty until the entry is encrypted, in the transaction that moves
    the group's ratchet. From then on the same bytes are sent until the server
    says they are for an epoch that is over.
    """

    task: Task
    client_id: ClientId
    written_at_ms: int
    content: bytes = b""
    payload: bytes = b""
    evidence: Evidence | None = None
    """What proves later that this device wrote `payload`."""
    accepted: bool = False
    seq: int = 0
    """Its row, as the server said when it accepted it; 0 if it did not."""
    at_ms: int = 0
    """When the log took it."""
    failed: str = ""
    add: tuple[AccountId, ...] = ()
    remove: tuple[AccountId, ...] = ()
    staff: tuple[AccountId, ...] = ()
    """Those of `add` that take a staff seat."""
    add_devices: tuple[Leaf, ...] = ()
    """Single devices, by account and device."""
    remove_devices: tuple[Leaf, ...] = ()
    attempts: int = 0

    def __repr__(self) -> str:
        return f"Outgoing(task={self.task!r}, client_id={self.client_id!r})"


class Part(Record, frozen=True):
    """A part of a bundle that is stored as a blob (see `groups.bundle`)."""

    blob: bytes
    octets: bytes

    def __repr__(self) -> str:
        return f"Part(blob={self.blob.hex()!r})"


class Staged(Record, frozen=True):
    """A commit as it is sent, and the group state it leads to."""

    client_id: ClientId
    epoch: int
    """The epoch it ends."""
    commit: bytes
    welcome: bytes | None
    group_info: bytes | None
    next_state: bytes
    parts: tuple[Part, ...] = ()
    """What is stored before, because it is too large to be sent along."""
    entering: ConversationKind | None = None
    """Set if it brings this device in from outside (RFC 9420 §12.4.3.2)."""

    def __repr__(self) -> str:
        return f"Staged(epoch={self.epoch}, client_id={self.client_id!r})"


class Contact(Record, frozen=True):
    """The key that an account is known by; one that does not follow is refused."""

    account: AccountId
    account_pub: bytes
    handle: str = ""
    verified: bool = False
    """Whether the person compared safety numbers."""
    earlier: tuple[bytes, ...] = ()
    """Keys that it was known by before; each signed the one that followed."""
    undecided: bool = False
    """Whether the key changed after the numbers were compared, and the person has not
    said since what to do: nothing is sent until then."""


class StoredKeyPackage(Record, frozen=True):
    """The private half of a KeyPackage."""

    secrets: bytes
    made_at_ms: int

    def __repr__(self) -> str:
        return f"StoredKeyPackage(made_at_ms={self.made_at_ms})"


def _decode(record: type[_T], data: bytes) -> _T:
    return msgspec.msgpack.decode(data, type=record)


def load(vault: Vault, record: type[_T], space: str, name: str = "") -> _T | None:
    """The single record at a place."""
    data = vault.get(space, name)
    return None if data is None else _decode(record, data)


def save(write: Transaction, space: str, record: object, name: str = "") -> None:
    """Store the single record of a place."""
    write.put(space, name, msgspec.msgpack.encode(record))


def replace_record(record: ConversationRecord, **changes: Any) -> ConversationRecord:
    """A copy of a conversation's record with some fields changed."""
    return msgspec.structs.replace(record, **changes)


def save_conversation(
    write: Transaction, record: ConversationRecord, state: GroupState | None = None
) -> None:
    """Store a conversation and, if it moved, its group state."""
    save(write, "conversation", record, record.id)
    if state is not None:
        write.put("group", record.id, persist.serialise(state))


def load_group(vault: Vault, conversation: str) -> GroupState | None:
    """The group state of a conversation."""
    data = vault.get("group", conversation)
    return None if data is None else persist.restore(data)


def load_all(vault: Vault, record: type[_T], space: str) -> list[_T]:
    """The records of every name in a space."""
    found = (load(vault, record, space, name) for name in vault.names(space))
    return [record for record in found if record is not None]


def outbox(vault: Vault, conversation: str) -> Iterator[tuple[int, Outgoing]]:
    """Everything that waits in a conversation, in the order it was written.

    Read from the store as it is asked for: what is at the front is what is needed.
    """
    after = -1
    while rows := vault.scan("outbox", conversation, after=after, limit=_OUTBOX_PAGE):
        for position, data in rows:
            yield position, _decode(Outgoing, data)
        after = rows[-1][0]


def save_outgoing(
    write: Transaction, conversation: str, position: int, entry: Outgoing
) -> None:
    """Store one outbox entry."""
    write.put("outbox", conversation, msgspec.msgpack.encode(entry), position)


def append_outgoing(
    vault: Vault, write: Transaction, conversation: str, entry: Outgoing
) -> int:
    """Put an entry at the end of an outbox; its position.

    A position is never used again, or an answer that comes late could be taken for
    that of another entry.
    """
    end = vault.get("outbox_end", conversation)
    position = 0 if end is None else int.from_bytes(end)
    write.put("outbox_end", conversation, (position + 1).to_bytes(8))
    save_outgoing(write, conversation, position, entry)
    return position


def message_by_id(vault: Vault, conversation: str, identity: str) -> Message | None:
    """The message with this id."""
    place = vault.get("message_id", f"{conversation}/{identity}")
    if place is None:
        return None
    return message_at(vault, conversation, int.from_bytes(place))


def message_at(vault: Vault, conversation: str, seq: int) -> Message | None:
    """The message whose row has this number."""
    data = vault.get("message", conversation, seq)
    return None if data is None else _decode(Message, data)


def save_message(write: Transaction, message: Message) -> None:
    """Store a message under its sequence number, and where its id is found."""
    write.put(
        "message", message.conversation, msgspec.msgpack.encode(message), message.seq
    )
    place = f"{message.conversation}/{message.id}"
    write.put("message_id", place, message.seq.to_bytes(8))


def messages(
    vault: Vault, conversation: str, *, after: int = -1, limit: int = -1
) -> list[Message]:
    """Messages after a row, oldest first."""
    rows = vault.scan("message", conversation, after=after, limit=limit)
    return [_decode(Message, data) for _, data in rows]


def latest_messages(
    vault: Vault, conversation: str, *, limit: int, before: int | None
) -> list[Message]:
    """The last messages before a row (None: before none), oldest first."""
    bound = {} if before is None else {"before": before}
    rows = vault.scan("message", conversation, limit=limit, newest_first=True, **bound)
    return [_decode(Message, data) for _, data in reversed(rows)]
