"""Message framing: what is said, by whom, in which wrapping (§6).

MLSMessage ─┬─ PublicMessage   FramedContent + auth, readable
            ├─ PrivateMessage  the same, encrypted
            ├─ Welcome, GroupInfo, KeyPackage
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from .codec import Reader, decode, opaque, u8, u16, u32, u64
from .errors import DecodeError, UnsupportedError
from .group_info import GroupInfo, Welcome
from .key_package import KeyPackage
from .labels import ref_hash
from .leaf import PROTOCOL_VERSION
from .proposals import Commit, Proposal, encode_proposal, read_proposal

_PROPOSAL_REF_LABEL = b"MLS 1.0 Proposal Reference"


class WireFormat(IntEnum):
    """`WireFormat`."""

    PUBLIC_MESSAGE = 1
    PRIVATE_MESSAGE = 2
    WELCOME = 3
    GROUP_INFO = 4
    KEY_PACKAGE = 5


class ContentType(IntEnum):
    """`ContentType`."""

    APPLICATION = 1
    PROPOSAL = 2
    COMMIT = 3


class SenderType(IntEnum):
    """`SenderType`."""

    MEMBER = 1
    EXTERNAL = 2
    NEW_MEMBER_PROPOSAL = 3
    NEW_MEMBER_COMMIT = 4


_SENDERS_WITH_INDEX = (SenderType.MEMBER, SenderType.EXTERNAL)
_SENDERS_INSIDE_CONTEXT = (SenderType.MEMBER, SenderType.NEW_MEMBER_COMMIT)


@dataclass(frozen=True, slots=True)
class Sender:
    """`Sender`."""

    sender_type: SenderType
    index: int = 0
    """Leaf index of a member, or place in `external_senders`."""

    def encode(self) -> bytes:
        """The structure on the wire."""
        if self.sender_type in _SENDERS_WITH_INDEX:
            return u8(self.sender_type) + u32(self.index)
        return u8(self.sender_type)

    @classmethod
    def read(cls, reader: Reader) -> "Sender":
        """The structure from the wire."""
        try:
            sender_type = SenderType(reader.u8())
        except ValueError:
            raise DecodeError("unknown sender type") from None
        if sender_type in _SENDERS_WITH_INDEX:
            return cls(sender_type, reader.u32())
        return cls(sender_type)


def member(leaf_index: int) -> Sender:
    """A sender inside the group."""
    return Sender(SenderType.MEMBER, leaf_index)


Content = bytes | Proposal | Commit


def content_type_of(content: Content) -> ContentType:
    """The content type that a value travels as."""
    if isinstance(content, bytes):
        return ContentType.APPLICATION
    return ContentType.COMMIT if isinstance(content, Commit) else ContentType.PROPOSAL


def encode_content(content: Content) -> bytes:
    """The value on the wire, without its type."""
    if isinstance(content, bytes):
        return opaque(content)
    if isinstance(content, Commit):
        return content.encode()
    return encode_proposal(content)


_CONTENT_READERS: dict[ContentType, Callable[[Reader], Content]] = {
    ContentType.APPLICATION: Reader.opaque,
    ContentType.PROPOSAL: read_proposal,
    ContentType.COMMIT: Commit.read,
}


def read_content_type(reader: Reader) -> ContentType:
    """A content type from the wire."""
    try:
        return ContentType(reader.u8())
    except ValueError:
        raise DecodeError("unknown content type") from None


def read_content(reader: Reader, content_type: ContentType) -> Content:
    """The content of a type from the wire."""
    return _CONTENT_READERS[content_type](reader)


@dataclass(frozen=True, slots=True)
class FramedContent:
    """`FramedContent` (§6)."""

    group_id: bytes
    epoch: int
    sender: Sender
    authenticated_data: bytes
    content: Content = field(repr=False)
    """Left out of every `repr`: it may be what somebody wrote."""

    @property
    def content_type(self) -> ContentType:
        """The content's type."""
        return content_type_of(self.content)

    def encode(self) -> bytes:
        """The structure on the wire."""
        return (
            opaque(self.group_id)
            + u64(self.epoch)
            + self.sender.encode()
            + opaque(self.authenticated_data)
            + u8(self.content_type)
            + encode_content(self.content)
        )

    @classmethod
    def read(cls, reader: Reader) -> "FramedContent":
        """The structure from the wire."""
        return cls(
            reader.opaque(),
            reader.u64(),
            Sender.read(reader),
            reader.opaque(),
            read_content(reader, read_content_type(reader)),
        )

    def to_be_signed(self, wire_format: WireFormat, context: bytes) -> bytes:
        """`FramedContentTBS`; `context` is the encoded GroupContext (§6.1)."""
        signed = u16(PROTOCOL_VERSION) + u16(wire_format) + self.encode()
        if self.sender.sender_type in _SENDERS_INSIDE_CONTEXT:
            return signed + context
        return signed


@dataclass(frozen=True, slots=True)
class FramedContentAuthData:
    """`FramedContentAuthData` (§6.1)."""

    signature: bytes
    confirmation_tag: bytes | None = None
    """For commits only."""

    def encode(self) -> bytes:
        """The structure on the wire."""
        tag = b"" if self.confirmation_tag is None else opaque(self.confirmation_tag)
        return opaque(self.signature) + tag

    @classmethod
    def read(cls, reader: Reader, content_type: ContentType) -> "FramedContentAuthData":
        """The structure from the wire."""
        signature = reader.opaque()
        if content_type is ContentType.COMMIT:
            return cls(signature, reader.opaque())
        return cls(signature)


@dataclass(frozen=True, slots=True)
class AuthenticatedContent:
    """`AuthenticatedContent` (§6.1)."""

    wire_format: WireFormat
    content: FramedContent
    auth: FramedContentAuthData

    def encode(self) -> bytes:
        """The structure on the wire."""
        return u16(self.wire_format) + self.content.encode() + self.auth.encode()

    @classmethod
    def read(cls, reader: Reader) -> "AuthenticatedContent":
        """The structure from the wire."""
        wire_format = _read_wire_format(reader)
        content = FramedContent.read(reader)
        auth = FramedContentAuthData.read(reader, content.content_type)
        return cls(wire_format, content, auth)

    def proposal_ref(self) -> bytes:
        """`ProposalRef`, 32 octets (§5.2)."""
        return ref_hash(_PROPOSAL_REF_LABEL, self.encode())


@dataclass(frozen=True, slots=True)
class PublicMessage:
    """`PublicMessage` (§6.2)."""

    content: FramedContent
    auth: FramedContentAuthData
    membership_tag: bytes | None = None
    """For senders inside the group only."""

    def encode(self) -> bytes:
        """The structure on the wire."""
        tag = b"" if self.membership_tag is None else opaque(self.membership_tag)
        return self.content.encode() + self.auth.encode() + tag

    @classmethod
    def read(cls, reader: Reader) -> "PublicMessage":
        """The structure from the wire."""
        content = FramedContent.read(reader)
        auth = FramedContentAuthData.read(reader, content.content_type)
        is_member = content.sender.sender_type is SenderType.MEMBER
        return cls(content, auth, reader.opaque() if is_member else None)


@dataclass(frozen=True, slots=True)
class PrivateMessage:
    """`PrivateMessage` (§6.3)."""

    group_id: bytes
    epoch: int
    content_type: ContentType
    authenticated_data: bytes
    encrypted_sender_data: bytes
    ciphertext: bytes

    def encode(self) -> bytes:
        """The structure on the wire."""
        return (
            opaque(self.group_id)
            + u64(self.epoch)
            + u8(self.content_type)
            + opaque(self.authenticated_data)
            + opaque(self.encrypted_sender_data)
            + opaque(self.ciphertext)
        )

    @classmethod
    def read(cls, reader: Reader) -> "PrivateMessage":
        """The structure from the wire."""
        return cls(
            reader.opaque(),
            reader.u64(),
            read_content_type(reader),
            reader.opaque(),
            reader.opaque(),
            reader.opaque(),
        )


Body = PublicMessage | PrivateMessage | Welcome | GroupInfo | KeyPackage

_FORMATS: dict[type[Body], WireFormat] = {
    PublicMessage: WireFormat.PUBLIC_MESSAGE,
    PrivateMessage: WireFormat.PRIVATE_MESSAGE,
    Welcome: WireFormat.WELCOME,
    GroupInfo: WireFormat.GROUP_INFO,
    KeyPackage: WireFormat.KEY_PACKAGE,
}
_BODY_READERS: dict[WireFormat, Callable[[Reader], Body]] = {
    WireFormat.PUBLIC_MESSAGE: PublicMessage.read,
    WireFormat.PRIVATE_MESSAGE: PrivateMessage.read,
    WireFormat.WELCOME: Welcome.read,
    WireFormat.GROUP_INFO: GroupInfo.read,
    WireFormat.KEY_PACKAGE: KeyPackage.read,
}


def _read_wire_format(reader: Reader) -> WireFormat:
    try:
        return WireFormat(reader.u16())
    except ValueError:
        raise DecodeError("unknown wire format") from None


def encode_message(body: Body) -> bytes:
    """`MLSMessage` around a body (§6)."""
    return u16(PROTOCOL_VERSION) + u16(_FORMATS[type(body)]) + body.encode()


def _read_message(reader: Reader) -> Body:
    if reader.u16() != PROTOCOL_VERSION:
        raise UnsupportedError("protocol version is not mls10")
    return _BODY_READERS[_read_wire_format(reader)](reader)


def decode_message(data: bytes) -> Body:
    """The body of an `MLSMessage`.

    Raises:
        DecodeError: malformed.
        UnsupportedError: a version, suite or proposal type that is not ours.
    """
    return decode(_read_message, data)
