"""LeafNode and what it is made of (§5.3, §7.2)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum

from .ciphersuite import CipherSuite, SignatureKeyPair
from .codec import Reader, opaque, u8, u16, u32, u64, vector
from .errors import DecodeError
from .extensions import (
    Extensions,
    ExtensionType,
    encode_extensions,
    encode_u16s,
    read_extensions,
    read_u16s,
)
from .labels import sign_with_label, verify_with_label

PROTOCOL_VERSION = 1
"""`mls10`."""

_LABEL = b"LeafNodeTBS"


class CredentialType(IntEnum):
    """`CredentialType`."""

    BASIC = 1
    X509 = 2


@dataclass(frozen=True, slots=True)
class Credential:
    """`Credential` (§5.3): a basic identity or an X.509 chain."""

    credential_type: CredentialType
    identity: bytes = b""
    certificates: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """The structure on the wire."""
        if self.credential_type is CredentialType.BASIC:
            return u16(self.credential_type) + opaque(self.identity)
        return u16(self.credential_type) + vector(map(opaque, self.certificates))

    @classmethod
    def read(cls, reader: Reader) -> "Credential":
        """The structure from the wire."""
        match reader.u16():
            case CredentialType.BASIC:
                return cls(CredentialType.BASIC, identity=reader.opaque())
            case CredentialType.X509:
                chain = reader.vector(Reader.opaque)
                return cls(CredentialType.X509, certificates=chain)
            case _:
                raise DecodeError("unknown credential type")


def basic_credential(identity: bytes) -> Credential:
    """A basic credential."""
    return Credential(CredentialType.BASIC, identity)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """`Capabilities` (§7.2): what a client supports beyond the defaults."""

    versions: tuple[int, ...] = (PROTOCOL_VERSION,)
    cipher_suites: tuple[int, ...] = tuple(CipherSuite)
    extensions: tuple[int, ...] = (ExtensionType.LAST_RESORT, ExtensionType.MV_GROUP)
    proposals: tuple[int, ...] = ()
    credentials: tuple[int, ...] = (CredentialType.BASIC,)

    def encode(self) -> bytes:
        """The structure on the wire."""
        return (
            encode_u16s(self.versions)
            + encode_u16s(self.cipher_suites)
            + encode_u16s(self.extensions)
            + encode_u16s(self.proposals)
            + encode_u16s(self.credentials)
        )

    @classmethod
    def read(cls, reader: Reader) -> "Capabilities":
        """The structure from the wire."""
        return cls(
            read_u16s(reader),
            read_u16s(reader),
            read_u16s(reader),
            read_u16s(reader),
            read_u16s(reader),
        )


@dataclass(frozen=True, slots=True)
class Lifetime:
    """`Lifetime`: Unix seconds, both ends included."""

    not_before: int
    not_after: int

    def encode(self) -> bytes:
        """The structure on the wire."""
        return u64(self.not_before) + u64(self.not_after)

    @classmethod
    def read(cls, reader: Reader) -> "Lifetime":
        """The structure from the wire."""
        return cls(reader.u64(), reader.u64())

    @property
    def length_seconds(self) -> int:
        """From first to last valid second; negative when they are swapped."""
        return self.not_after - self.not_before

    def contains(self, now: datetime) -> bool:
        """Whether `now` (aware) lies inside."""
        return self.not_before <= now.timestamp() <= self.not_after


def lifetime_from(now: datetime, days: int = 30) -> Lifetime:
    """A lifetime beginning an hour ago, for clocks that run behind."""
    begin = now - timedelta(hours=1)
    end = now + timedelta(days=days)
    return Lifetime(int(begin.timestamp()), int(end.timestamp()))


class LeafNodeSource(IntEnum):
    """`LeafNodeSource`: how the leaf came into the tree."""

    KEY_PACKAGE = 1
    UPDATE = 2
    COMMIT = 3


@dataclass(frozen=True, slots=True)
class LeafNode:
    """`LeafNode` (§7.2)."""

    encryption_key: bytes
    signature_key: bytes
    credential: Credential
    capabilities: Capabilities
    leaf_node_source: LeafNodeSource
    lifetime: Lifetime | None
    """For source `KEY_PACKAGE` only."""
    parent_hash: bytes
    """For source `COMMIT` only."""
    extensions: Extensions
    signature: bytes = b""

    def _content(self) -> bytes:
        match self.leaf_node_source, self.lifetime:
            case LeafNodeSource.KEY_PACKAGE, Lifetime() as lifetime:
                extra = lifetime.encode()
            case LeafNodeSource.COMMIT, _:
                extra = opaque(self.parent_hash)
            case _:
                extra = b""
        return (
            opaque(self.encryption_key)
            + opaque(self.signature_key)
            + self.credential.encode()
            + self.capabilities.encode()
            + u8(self.leaf_node_source)
            + extra
            + encode_extensions(self.extensions)
        )

    def encode(self) -> bytes:
        """The structure on the wire."""
        return self._content() + opaque(self.signature)

    @classmethod
    def read(cls, reader: Reader) -> "LeafNode":
        """The structure from the wire."""
        encryption_key, signature_key = reader.opaque(), reader.opaque()
        credential, capabilities = Credential.read(reader), Capabilities.read(reader)
        try:
            source = LeafNodeSource(reader.u8())
        except ValueError:
            raise DecodeError("unknown leaf node source") from None
        lifetime, parent_hash = None, b""
        if source is LeafNodeSource.KEY_PACKAGE:
            lifetime = Lifetime.read(reader)
        elif source is LeafNodeSource.COMMIT:
            parent_hash = reader.opaque()
        return cls(
            encryption_key,
            signature_key,
            credential,
            capabilities,
            source,
            lifetime,
            parent_hash,
            read_extensions(reader),
            reader.opaque(),
        )

    def _to_be_signed(self, group_id: bytes, leaf_index: int) -> bytes:
        """Group and place count for leaves made inside a group only."""
        if self.leaf_node_source is LeafNodeSource.KEY_PACKAGE:
            return self._content()
        return self._content() + opaque(group_id) + u32(leaf_index)

    def sign(
        self, key_pair: SignatureKeyPair, group_id: bytes = b"", leaf_index: int = 0
    ) -> "LeafNode":
        """The leaf with its signature."""
        content = self._to_be_signed(group_id, leaf_index)
        return replace(self, signature=sign_with_label(key_pair, _LABEL, content))

    def verify(self, group_id: bytes = b"", leaf_index: int = 0) -> None:
        """Check the signature by the leaf's own key.

        Raises:
            SignatureError: it does not verify.
        """
        content = self._to_be_signed(group_id, leaf_index)
        verify_with_label(self.signature_key, _LABEL, content, self.signature)
