"""Messages of a group that are carried beside its log: one device writes to another.

They use up generations of the sender's ratchet as every message does (RFC 9420 §9.1),
so here too a state is stored before what it made is sent, and what was read is not read
again. Only application messages pass: a commit outside the log would fork the group.

Authenticated data of a message in the log names that message; here it is empty, as
browsers have it. So neither can stand in the place of the other.
"""

from __future__ import annotations

from uuid import UUID

from mentalverse_crypto import content as contents
from mentalverse_crypto import group
from mentalverse_crypto.credential import client_of
from mentalverse_crypto.errors import InvalidMessage
from mentalverse_crypto.framing import ContentType
from mentalverse_crypto.public import read_header
from mentalverse_crypto.state import GroupState
from mentalverse_signaling.conversation import Leaf

from ..account.device import Device
from ..account.trust import leaf_of
from ..store.records import replace_record, save_conversation
from .room import Room

_ID_BYTES = 16


def seal_beside(device: Device, room: Room, body: contents.Body) -> bytes:
    """An application message that says `body`; the state after it is stored.

    Raises:
        NotAMember, NotReadable: nothing can be said here any more.
        ContentUnsendable: receivers would not accept it.
    """
    room.require_sendable()
    identity = UUID(bytes=device.rng(_ID_BYTES), version=4)
    said = contents.encode(contents.Content(identity, device.now_ms(), body))
    state, message = group.protect(room.state, said, b"", device.rng)
    _store(device, room, state)
    return message


def open_beside(
    device: Device, room: Room, message: bytes
) -> tuple[Leaf, contents.Content | contents.Unknown]:
    """Who says what; the state after it is stored.

    Raises:
        EpochTooNew: of an epoch whose commit has not been processed here.
        MlsError: not for this group, read before, or no message of a member.
    """
    if read_header(message).content_type is not ContentType.APPLICATION:
        raise InvalidMessage("only application messages are carried beside the log")
    check, now = device.check(), device.now()
    processed = group.process(room.state, message, check, now, client_of=client_of)
    if processed.sender is None or processed.plaintext is None:
        raise InvalidMessage("nobody in the group says this")
    if processed.authenticated_data:
        raise InvalidMessage("a message of the log is not carried beside it")
    _store(device, room, processed.state)
    return leaf_of(processed.sender.credential), contents.decode(processed.plaintext)


def _store(device: Device, room: Room, state: GroupState) -> None:
    record = replace_record(room.record, suite_open=False)
    with device.profile.vault.transaction() as write:
        save_conversation(write, record, state)
    room.record, room.state = record, state
