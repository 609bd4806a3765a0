"""Signing, encrypting and opening of framed content (§6.1–§6.3)."""

from dataclasses import dataclass

from .ciphersuite import (
    CipherSuite,
    Rng,
    SignatureKeyPair,
    mac,
    verify_mac,
)
from .codec import Reader, decode, opaque, u8, u32, u64
from .errors import InvalidMessage
from .framing import (
    AuthenticatedContent,
    ContentType,
    FramedContent,
    FramedContentAuthData,
    PrivateMessage,
    PublicMessage,
    SenderType,
    WireFormat,
    encode_content,
    member,
    read_content,
)
from .labels import sign_with_label, verify_with_label
from .padding import pad
from .policy import RatchetLimits
from .secret_tree import (
    RatchetKind,
    SecretTree,
    key_for,
    next_key,
    sender_data_key_and_nonce,
)

_LABEL = b"FramedContentTBS"
_REUSE_GUARD_BYTES = 4


def sign_content(
    key_pair: SignatureKeyPair,
    wire_format: WireFormat,
    content: FramedContent,
    context: bytes,
) -> bytes:
    """The signature over FramedContentTBS (§6.1)."""
    return sign_with_label(key_pair, _LABEL, content.to_be_signed(wire_format, context))


def verify_content(
    signature_key: bytes, message: AuthenticatedContent, context: bytes
) -> None:
    """Check the signature over FramedContentTBS (§6.1).

    Raises:
        SignatureError: it does not verify.
    """
    signed = message.content.to_be_signed(message.wire_format, context)
    verify_with_label(signature_key, _LABEL, signed, message.auth.signature)


def _membership_input(message: AuthenticatedContent, context: bytes) -> bytes:
    signed = message.content.to_be_signed(message.wire_format, context)
    return signed + message.auth.encode()


def protect_public(
    message: AuthenticatedContent, membership_key: bytes, context: bytes
) -> PublicMessage:
    """A PublicMessage, tagged when the sender is a member (§6.2)."""
    tag = None
    if message.content.sender.sender_type is SenderType.MEMBER:
        tag = mac(membership_key, _membership_input(message, context))
    return PublicMessage(message.content, message.auth, tag)


def open_public(
    message: PublicMessage, membership_key: bytes, context: bytes
) -> AuthenticatedContent:
    """The content of a PublicMessage; its signature is still to be checked.

    Raises:
        InvalidMessage: application data, which must be encrypted (§6.2).
        SignatureError: the membership tag does not match.
    """
    if message.content.content_type is ContentType.APPLICATION:
        raise InvalidMessage("application data in a PublicMessage")
    content = AuthenticatedContent(
        WireFormat.PUBLIC_MESSAGE, message.content, message.auth
    )
    if message.content.sender.sender_type is SenderType.MEMBER:
        covered = _membership_input(content, context)
        verify_mac(membership_key, covered, message.membership_tag or b"")
    return content


def _ratchet_kind(content_type: ContentType) -> RatchetKind:
    if content_type is ContentType.APPLICATION:
        return RatchetKind.APPLICATION
    return RatchetKind.HANDSHAKE


def _guarded(nonce: bytes, reuse_guard: bytes) -> bytes:
    """The nonce with its first four octets XORed (§6.3.1)."""
    first = int.from_bytes(nonce[:4], "big") ^ int.from_bytes(reuse_guard, "big")
    return first.to_bytes(4, "big") + nonce[4:]


def _content_aad(
    group_id: bytes, epoch: int, content_type: ContentType, authenticated_data: bytes
) -> bytes:
    """`PrivateContentAAD` (§6.3.1)."""
    return opaque(group_id) + u64(epoch) + u8(content_type) + opaque(authenticated_data)


def _sender_data_aad(group_id: bytes, epoch: int, content_type: ContentType) -> bytes:
    """`SenderDataAAD` (§6.3.2)."""
    return opaque(group_id) + u64(epoch) + u8(content_type)


@dataclass(frozen=True, slots=True)
class SenderData:
    """`SenderData` (§6.3.2)."""

    leaf_index: int
    generation: int
    reuse_guard: bytes

    def encode(self) -> bytes:
        """The structure on the wire."""
        return u32(self.leaf_index) + u32(self.generation) + self.reuse_guard

    @classmethod
    def read(cls, reader: Reader) -> "SenderData":
        """The structure from the wire."""
        return cls(reader.u32(), reader.u32(), reader.raw(_REUSE_GUARD_BYTES))


def protect_private(
    suite: CipherSuite,
    message: AuthenticatedContent,
    tree: SecretTree,
    sender_data_secret: bytes,
    rng: Rng,
) -> tuple[SecretTree, PrivateMessage]:
    """A padded PrivateMessage, and the secret tree without its key (§6.3)."""
    content = message.content
    content_type = content.content_type
    leaf = content.sender.index
    tree, key = next_key(suite, tree, leaf, _ratchet_kind(content_type))
    guard = rng(_REUSE_GUARD_BYTES)
    ciphertext = suite.seal(
        key.key,
        _guarded(key.nonce, guard),
        _content_aad(
            content.group_id, content.epoch, content_type, content.authenticated_data
        ),
        pad(encode_content(content.content) + message.auth.encode()),
    )
    data_key, data_nonce = sender_data_key_and_nonce(
        suite, sender_data_secret, ciphertext
    )
    encrypted_sender_data = suite.seal(
        data_key,
        data_nonce,
        _sender_data_aad(content.group_id, content.epoch, content_type),
        SenderData(leaf, key.generation, guard).encode(),
    )
    private = PrivateMessage(
        content.group_id,
        content.epoch,
        content_type,
        content.authenticated_data,
        encrypted_sender_data,
        ciphertext,
    )
    return tree, private


def open_sender_data(
    suite: CipherSuite, message: PrivateMessage, sender_data_secret: bytes
) -> SenderData:
    """Who sent a PrivateMessage, with which generation (§6.3.2).

    Raises:
        DecryptError: it does not open.
    """
    key, nonce = sender_data_key_and_nonce(
        suite, sender_data_secret, message.ciphertext
    )
    aad = _sender_data_aad(message.group_id, message.epoch, message.content_type)
    return decode(
        SenderData.read, suite.open(key, nonce, aad, message.encrypted_sender_data)
    )


def open_private(
    suite: CipherSuite,
    message: PrivateMessage,
    sender_data: SenderData,
    tree: SecretTree,
    limits: RatchetLimits,
) -> tuple[SecretTree, AuthenticatedContent]:
    """The content of a PrivateMessage; its signature is still to be checked.

    The tree returned lacks the key used: keep it only once the signature holds.

    Raises:
        DecryptError: it does not open.
        GenerationSpent, GenerationTooFarAhead: no key for that generation.
        InvalidMessage: padding is not zero, or the sender is outside the tree.
    """
    tree, key = key_for(
        suite,
        tree,
        sender_data.leaf_index,
        _ratchet_kind(message.content_type),
        sender_data.generation,
        limits,
    )
    aad = _content_aad(
        message.group_id,
        message.epoch,
        message.content_type,
        message.authenticated_data,
    )
    nonce = _guarded(key.nonce, sender_data.reuse_guard)
    reader = Reader(suite.open(key.key, nonce, aad, message.ciphertext))
    content = read_content(reader, message.content_type)
    auth = FramedContentAuthData.read(reader, message.content_type)
    if reader.raw(reader.remaining).strip(b"\x00"):
        raise InvalidMessage("padding is not zero")
    framed = FramedContent(
        message.group_id,
        message.epoch,
        member(sender_data.leaf_index),
        message.authenticated_data,
        content,
    )
    return tree, AuthenticatedContent(WireFormat.PRIVATE_MESSAGE, framed, auth)
