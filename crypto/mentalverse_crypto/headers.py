"""What stands outside the encryption of a message, for whoever delivers it (§6)."""

from dataclasses import dataclass
from typing import NamedTuple

from .ciphersuite import CipherSuite
from .codec import Reader, decode, opaque, u8, u64
from .credential import DeviceCredential
from .detached import Detached, read_detached
from .errors import DecodeError, UnsupportedError
from .framing import (
    ContentType,
    FramedContent,
    PublicMessage,
    SenderType,
    WireFormat,
    decode_message,
    read_content_type,
)
from .group_info import Welcome
from .leaf import PROTOCOL_VERSION
from .proposals import Commit, PreSharedKey, Remove
from .psk import ResumptionPsk


class FramingHeader(NamedTuple):
    """What anybody can read of a framed message; nothing of it is verified."""

    wire_format: WireFormat
    group_id: bytes
    epoch: int
    content_type: ContentType
    authenticated_data: bytes
    size: int
    """Octets of the whole message."""
    sender_type: SenderType | None
    """None for a PrivateMessage, which hides its sender."""


@dataclass(frozen=True, slots=True)
class ExternalCommitHeader:
    """What anybody can read of an external commit; nothing of it is verified."""

    framing: FramingHeader
    account_id: bytes
    device_id: bytes
    signature_key: bytes
    """Of the leaf that joins, 32 octets."""
    removes: int
    """How many leaves it removes."""
    knows_past: bool
    """Whether it names a resumption PSK of the group: only a device that was in an
    epoch has its PSK (§8.6)."""


@dataclass(frozen=True, slots=True)
class WelcomeHeader:
    """What anybody can read of a Welcome."""

    suite: CipherSuite
    refs: tuple[bytes, ...]
    """`KeyPackageRef` of each device that it lets in, 32 octets each."""


def read_header(message: bytes) -> FramingHeader:
    """The header of an `MLSMessage` that is framed (RFC 9420 §6).

    A PrivateMessage is checked from first to last octet without copying its
    ciphertext; a PublicMessage, which is rare, is decoded whole. What stands in for
    the PrivateMessage of a commit (`detached`) has the header of that message.

    Raises:
        DecodeError: malformed.
        UnsupportedError: another protocol version, or not a framed message.
    """
    reader = Reader(message)
    # Called for every message: version and wire format are read as one integer.
    if reader.u32() == _PRIVATE_MESSAGE:
        return _private_header(reader, len(message))
    stands_for = read_detached(message)
    if stands_for is not None:
        return _detached_header(stands_for, len(message))
    body = decode_message(message)
    if isinstance(body, PublicMessage):
        return _public_header(body.content, len(message))
    raise UnsupportedError("not a framed message")


_PRIVATE_MESSAGE = PROTOCOL_VERSION << 16 | WireFormat.PRIVATE_MESSAGE


def _private_header(reader: Reader, size: int) -> FramingHeader:
    header = _read_private(reader, size)
    reader.opaque()
    if reader.varint() != reader.remaining:
        raise DecodeError("ciphertext does not end with the message")
    return header


def _read_private(reader: Reader, size: int) -> FramingHeader:
    return FramingHeader(
        WireFormat.PRIVATE_MESSAGE,
        reader.opaque(),
        reader.u64(),
        read_content_type(reader),
        reader.opaque(),
        size,
        None,
    )


def _detached_header(stands_for: Detached, size: int) -> FramingHeader:
    header = decode(lambda reader: _read_private(reader, size), stands_for.head)
    if header.content_type is not ContentType.COMMIT:
        raise DecodeError("only a commit may stand elsewhere")
    return header


def detach_commit(commit: bytes, blob: bytes) -> Detached:
    """What stands in for a commit that is stored as this blob.

    Raises:
        DecodeError: malformed.
        UnsupportedError: not a PrivateMessage.
    """
    header = read_header(commit)
    if header.wire_format is not WireFormat.PRIVATE_MESSAGE:
        raise UnsupportedError("not a PrivateMessage")
    head = (
        opaque(header.group_id)
        + u64(header.epoch)
        + u8(header.content_type)
        + opaque(header.authenticated_data)
    )
    return Detached.of(commit, blob, head)


def _public_header(content: FramedContent, size: int) -> FramingHeader:
    return FramingHeader(
        WireFormat.PUBLIC_MESSAGE,
        content.group_id,
        content.epoch,
        content.content_type,
        content.authenticated_data,
        size,
        content.sender.sender_type,
    )


def read_external_commit(message: bytes) -> ExternalCommitHeader:
    """Who joins by an external commit, and in whose place (RFC 9420 §12.4.3.2).

    Raises:
        DecodeError: malformed, or its credential is not a `DeviceCredential`.
        UnsupportedError: another protocol version, or not an external commit.
    """
    body = decode_message(message)
    if not isinstance(body, PublicMessage):
        raise UnsupportedError("not a PublicMessage")
    framed, commit = body.content, body.content.content
    from_outside = framed.sender.sender_type is SenderType.NEW_MEMBER_COMMIT
    if not isinstance(commit, Commit) or not from_outside or commit.path is None:
        raise UnsupportedError("not an external commit")
    leaf = commit.path.leaf_node
    credential = DeviceCredential.decode(leaf.credential.identity)
    psks = [p.psk for p in commit.proposals if isinstance(p, PreSharedKey)]
    return ExternalCommitHeader(
        _public_header(framed, len(message)),
        credential.account_id,
        credential.device_id,
        leaf.signature_key,
        sum(isinstance(proposal, Remove) for proposal in commit.proposals),
        any(
            isinstance(psk, ResumptionPsk) and psk.psk_group_id == framed.group_id
            for psk in psks
        ),
    )


def read_welcome(message: bytes) -> WelcomeHeader:
    """Whom a Welcome is for (RFC 9420 §12.4.3.1).

    Raises:
        DecodeError: malformed.
        UnsupportedError: another protocol version or suite, or not a Welcome.
    """
    body = decode_message(message)
    if not isinstance(body, Welcome):
        raise UnsupportedError("not a Welcome")
    return WelcomeHeader(
        body.cipher_suite, tuple(secrets.new_member for secrets in body.secrets)
    )
