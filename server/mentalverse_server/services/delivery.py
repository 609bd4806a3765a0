"""Messages: into the log of a conversation, and out of it again.

`send` is the hot path. It runs without an await when the conversation is in
memory: header, a few comparisons, one item for the writer. What it refuses on
the ground of time (an epoch that is over, a device that was removed) may have
been accepted before and merely not acknowledged; only then the idempotency
table is asked.
"""

from __future__ import annotations

import asyncio
from functools import partial

from mentalverse_crypto.public import (
    ContentType,
    FramingHeader,
    MlsError,
    WireFormat,
    read_header,
)
from mentalverse_signaling.errors import (
    BadRequest,
    Conflict,
    Forbidden,
    Frozen,
    NotFound,
    SignalingError,
    StaleEpoch,
)
from mentalverse_signaling.events import Fact, MessageAccepted, MessageSend
from mentalverse_signaling.ids import ClientId, DeviceId, id_bytes

from ..clock import to_millis
from ..store.messages import Appended, body_hash, idempotent
from ..store.writer import MessageRow, Transaction, Writer, WriterLane
from .directory import Directory, Room

DECLARED_VERSION = b"mv1"
"""Start of the `authenticated_data` of our messages; the client id follows."""


class Delivery:
    """Appends messages to the log."""

    def __init__(self, writer: Writer, directory: Directory) -> None:
        self._writer = writer
        self._directory = directory
        # Asking for the running loop is a system call each time (getpid).
        self._loop = asyncio.get_running_loop()

    def send(self, device: DeviceId, message: MessageSend) -> asyncio.Future[Fact]:
        """Append one message; the future gives `MessageAccepted` once it is durable.

        Messages of one device enter the log of a conversation in the order of
        these calls. Raises, here or through the future, `NotFound`, `Forbidden`,
        `BadRequest`, `StaleEpoch`, `Frozen`, `Conflict`, `Overloaded` or
        `Unavailable`.
        """
        answer: asyncio.Future[Fact] = self._loop.create_future()
        room = self._directory.get(message.conversation)
        if room is None:
            self._directory.when_loaded(
                message.conversation, partial(self._resume, answer, device, message)
            )
        else:
            self._append(room, device, message).add_done_callback(
                partial(_accept, answer)
            )
        return answer

    def _resume(
        self,
        answer: asyncio.Future[Fact],
        device: DeviceId,
        message: MessageSend,
        found: Room | SignalingError,
    ) -> None:
        """The rest of `send`, once the conversation is in memory."""
        if answer.done():  # the caller gave up, and nothing was written
            return
        if isinstance(found, SignalingError):
            answer.set_exception(found)
            return
        try:
            appended = self._append(found, device, message)
        except SignalingError as error:
            answer.set_exception(error)
        else:
            appended.add_done_callback(partial(_accept, answer))

    def _append(
        self, room: Room, device: DeviceId, message: MessageSend
    ) -> asyncio.Future[Appended]:
        try:
            header = check_message(room, device, message)
        except (StaleEpoch, Frozen, Forbidden) as refusal:
            return self._writer.run(
                partial(_accepted_before, device, message, refusal),
                lane=WriterLane.OTHER,
            )
        wakes = message.wakes and header.content_type is ContentType.APPLICATION
        conversation, client_id = message.conversation, message.client_id
        return self._writer.append(
            MessageRow(conversation, device, client_id, message.payload, wakes)
        )


def check_message(room: Room, device: DeviceId, message: MessageSend) -> FramingHeader:
    """Whether a device may append this message to the log at this moment; its header.

    Raises `NotFound` for a stranger and `Forbidden` for a device that was
    removed; `BadRequest` or `StaleEpoch` as the header demands; `Frozen` while a
    fresh group has to come first.
    """
    if device not in room.devices:
        raise not_a_member(device, room)
    header = framing_header(message.payload)
    if header.group_id in room.earlier:
        raise StaleEpoch("the message is of a group that is over")
    check_binding(header, room.group, message.client_id)
    if header.content_type is ContentType.COMMIT:
        raise BadRequest("a commit is sent with group.commit")
    if room.frozen:
        raise frozen()
    # A proposal is of use in its own epoch only (RFC 9420 §12.4).
    behind = 1 if header.content_type is ContentType.APPLICATION else 0
    if header.epoch < room.epoch - behind:
        raise StaleEpoch("the message is of an epoch that is over")
    if header.epoch > room.epoch:
        raise BadRequest("the message is of an epoch that has not begun")
    return header


def framing_header(message: bytes) -> FramingHeader:
    """The header of a PrivateMessage, else `BadRequest`."""
    try:
        header = read_header(message)
    except MlsError:
        raise BadRequest("not a framed MLS message (RFC 9420 §6)") from None
    if header.wire_format is not WireFormat.PRIVATE_MESSAGE:
        raise BadRequest("only PrivateMessages are taken (RFC 9420 §6.3)")
    return header


def check_binding(header: FramingHeader, group: bytes, client_id: ClientId) -> None:
    """Whether a message is of this group and this command, else `BadRequest`.

    The client id is inside the signed part, so the same ciphertext cannot be
    sent again as another message.
    """
    if header.group_id != group:
        raise BadRequest("the message is of another group")
    if not header.authenticated_data.startswith(DECLARED_VERSION + id_bytes(client_id)):
        raise BadRequest("authenticated_data does not name this client_id")


def frozen() -> Frozen:
    """What whoever sends is told while a fresh group has to come first."""
    return Frozen("a commit did not apply: a fresh group has to be made first")


def not_a_member(device: DeviceId, room: Room) -> SignalingError:
    """What a device outside the group is told: strangers learn nothing."""
    if device in room.former:
        return Forbidden("this device is no longer in the conversation")
    return NotFound("no such conversation")


def _accepted_before(
    device: DeviceId,
    message: MessageSend,
    refusal: SignalingError,
    transaction: Transaction,
) -> Appended:
    """The first answer to a message that would be refused if it came today.

    Runs after the messages that were queued before it, so a first attempt that
    still waits for its commit is found.
    """
    known = idempotent(
        transaction.connection, message.conversation, device, message.client_id
    )
    if known is None:
        raise refusal
    if known.body_hash != body_hash(message.payload):
        raise Conflict("this client_id was used for another message")
    return known.appended


def _accept(answer: asyncio.Future[Fact], appended: asyncio.Future[Appended]) -> None:
    if answer.done():
        appended.exception()
        return
    error = appended.exception()
    if error is not None:
        answer.set_exception(error)
        return
    row = appended.result()
    answer.set_result(MessageAccepted(row.seq, to_millis(row.at)))
