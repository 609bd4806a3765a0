"""GroupContext, GroupInfo and Welcome as structures (§8.1, §12.4.3).

Reading and writing only: making and using them is the work of `welcome`.
"""

from dataclasses import dataclass, field, replace

from .ciphersuite import CipherSuite, SignatureKeyPair, read_cipher_suite
from .codec import Reader, decode, opaque, optional, u16, u32, u64, vector
from .errors import UnsupportedError
from .extensions import (
    Extensions,
    ExtensionType,
    encode_extensions,
    find_extension,
    read_extensions,
)
from .hpke import HPKECiphertext
from .labels import sign_with_label, verify_with_label
from .leaf import PROTOCOL_VERSION, Credential
from .psk import PreSharedKeyID, read_psk_id

_LABEL = b"GroupInfoTBS"


@dataclass(frozen=True, slots=True)
class GroupContext:
    """`GroupContext` (§8.1): what all members of an epoch agree on."""

    cipher_suite: CipherSuite
    group_id: bytes
    epoch: int
    tree_hash: bytes
    confirmed_transcript_hash: bytes
    extensions: Extensions

    def encode(self) -> bytes:
        """The structure on the wire."""
        return (
            u16(PROTOCOL_VERSION)
            + u16(self.cipher_suite)
            + opaque(self.group_id)
            + u64(self.epoch)
            + opaque(self.tree_hash)
            + opaque(self.confirmed_transcript_hash)
            + encode_extensions(self.extensions)
        )

    @classmethod
    def read(cls, reader: Reader) -> "GroupContext":
        """The structure from the wire."""
        if reader.u16() != PROTOCOL_VERSION:
            raise UnsupportedError("protocol version is not mls10")
        return cls(
            read_cipher_suite(reader),
            reader.opaque(),
            reader.u64(),
            reader.opaque(),
            reader.opaque(),
            read_extensions(reader),
        )


@dataclass(frozen=True, slots=True)
class GroupInfo:
    """`GroupInfo` (§12.4.3)."""

    group_context: GroupContext
    extensions: Extensions
    confirmation_tag: bytes
    signer: int
    """Leaf index."""
    signature: bytes = b""

    def _to_be_signed(self) -> bytes:
        return (
            self.group_context.encode()
            + encode_extensions(self.extensions)
            + opaque(self.confirmation_tag)
            + u32(self.signer)
        )

    def encode(self) -> bytes:
        """The structure on the wire."""
        return self._to_be_signed() + opaque(self.signature)

    @classmethod
    def read(cls, reader: Reader) -> "GroupInfo":
        """The structure from the wire."""
        return cls(
            GroupContext.read(reader),
            read_extensions(reader),
            reader.opaque(),
            reader.u32(),
            reader.opaque(),
        )

    def sign(self, key_pair: SignatureKeyPair) -> "GroupInfo":
        """The GroupInfo with its signature."""
        content = self._to_be_signed()
        return replace(self, signature=sign_with_label(key_pair, _LABEL, content))

    def verify(self, signature_key: bytes) -> None:
        """Check the signature by the signer's key.

        Raises:
            SignatureError: it does not verify.
        """
        content = self._to_be_signed()
        verify_with_label(signature_key, _LABEL, content, self.signature)


@dataclass(frozen=True, slots=True)
class GroupSecrets:
    """`GroupSecrets` (§12.4.3.1)."""

    joiner_secret: bytes = field(repr=False)
    path_secret: bytes | None = field(repr=False)
    psks: tuple[PreSharedKeyID, ...]

    def encode(self) -> bytes:
        """The structure on the wire."""
        path = None if self.path_secret is None else opaque(self.path_secret)
        psks = vector(psk.encode() for psk in self.psks)
        return opaque(self.joiner_secret) + optional(path) + psks

    @classmethod
    def read(cls, reader: Reader) -> "GroupSecrets":
        """The structure from the wire."""
        return cls(
            reader.opaque(),
            reader.optional(Reader.opaque),
            reader.vector(read_psk_id),
        )


@dataclass(frozen=True, slots=True)
class EncryptedGroupSecrets:
    """`EncryptedGroupSecrets` (§12.4.3.1)."""

    new_member: bytes
    """`KeyPackageRef`."""
    encrypted_group_secrets: HPKECiphertext

    def encode(self) -> bytes:
        """The structure on the wire."""
        return opaque(self.new_member) + self.encrypted_group_secrets.encode()

    @classmethod
    def read(cls, reader: Reader) -> "EncryptedGroupSecrets":
        """The structure from the wire."""
        return cls(reader.opaque(), HPKECiphertext.read(reader))


@dataclass(frozen=True, slots=True)
class Welcome:
    """`Welcome` (§12.4.3.1)."""

    cipher_suite: CipherSuite
    secrets: tuple[EncryptedGroupSecrets, ...]
    encrypted_group_info: bytes

    def encode(self) -> bytes:
        """The structure on the wire."""
        return (
            u16(self.cipher_suite)
            + vector(s.encode() for s in self.secrets)
            + opaque(self.encrypted_group_info)
        )

    @classmethod
    def read(cls, reader: Reader) -> "Welcome":
        """The structure from the wire."""
        return cls(
            read_cipher_suite(reader),
            reader.vector(EncryptedGroupSecrets.read),
            reader.opaque(),
        )


@dataclass(frozen=True, slots=True)
class ExternalSender:
    """`ExternalSender` (§12.1.8.1): someone outside who may propose."""

    signature_key: bytes
    credential: Credential

    def encode(self) -> bytes:
        """The structure on the wire."""
        return opaque(self.signature_key) + self.credential.encode()

    @classmethod
    def read(cls, reader: Reader) -> "ExternalSender":
        """The structure from the wire."""
        return cls(reader.opaque(), Credential.read(reader))


def external_senders(extensions: Extensions) -> tuple[ExternalSender, ...]:
    """Who may propose from outside; nobody when a group does not say.

    Raises:
        DecodeError: the `external_senders` extension is malformed.
    """
    data = find_extension(extensions, ExtensionType.EXTERNAL_SENDERS)
    if data is None:
        return ()
    return decode(lambda reader: reader.vector(ExternalSender.read), data)
