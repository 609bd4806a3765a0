"""KeyPackage: what lets a device be added while it is away (§10)."""

from dataclasses import dataclass, field, replace

from . import hpke
from .ciphersuite import (
    CipherSuite,
    HpkeKeyPair,
    Rng,
    SignatureKeyPair,
    read_cipher_suite,
)
from .codec import Reader, decode, opaque, u16
from .errors import InvalidRequest, UnsupportedError
from .extensions import (
    DEFAULT_EXTENSION_TYPES,
    Extension,
    Extensions,
    ExtensionType,
    encode_extensions,
    find_extension,
    read_extensions,
)
from .labels import ref_hash, sign_with_label, verify_with_label
from .leaf import (
    PROTOCOL_VERSION,
    Capabilities,
    Credential,
    LeafNode,
    LeafNodeSource,
    Lifetime,
)

_LABEL = b"KeyPackageTBS"
_REF_LABEL = b"MLS 1.0 KeyPackage Reference"


@dataclass(frozen=True, slots=True)
class KeyPackage:
    """`KeyPackage`."""

    cipher_suite: CipherSuite
    init_key: bytes
    leaf_node: LeafNode
    extensions: Extensions
    signature: bytes = b""

    def _to_be_signed(self) -> bytes:
        return (
            u16(PROTOCOL_VERSION)
            + u16(self.cipher_suite)
            + opaque(self.init_key)
            + self.leaf_node.encode()
            + encode_extensions(self.extensions)
        )

    def encode(self) -> bytes:
        """The structure on the wire."""
        return self._to_be_signed() + opaque(self.signature)

    @classmethod
    def read(cls, reader: Reader) -> "KeyPackage":
        """The structure from the wire.

        Raises:
            UnsupportedError: its version or suite is not ours.
        """
        if reader.u16() != PROTOCOL_VERSION:
            raise UnsupportedError("protocol version is not mls10")
        return cls(
            read_cipher_suite(reader),
            reader.opaque(),
            LeafNode.read(reader),
            read_extensions(reader),
            reader.opaque(),
        )

    def ref(self) -> bytes:
        """`KeyPackageRef`, 32 octets (§5.2)."""
        return ref_hash(_REF_LABEL, self.encode())

    def verify(self) -> None:
        """Check the signature by the leaf's own key.

        Raises:
            SignatureError: it does not verify.
        """
        key = self.leaf_node.signature_key
        verify_with_label(key, _LABEL, self._to_be_signed(), self.signature)

    @property
    def is_last_resort(self) -> bool:
        """Whether the package may be used more than once."""
        return find_extension(self.extensions, ExtensionType.LAST_RESORT) is not None


@dataclass(frozen=True, slots=True)
class KeyPackageSecrets:
    """A KeyPackage of our own with its private keys."""

    key_package: KeyPackage
    ref: bytes
    """`KeyPackageRef`, 32 octets."""
    init_private: bytes = field(repr=False)
    encryption_private: bytes = field(repr=False)
    signature_private: bytes = field(repr=False)

    @property
    def init_key_pair(self) -> HpkeKeyPair:
        """The key pair a Welcome is sealed to."""
        return HpkeKeyPair(self.init_private, self.key_package.init_key)

    @property
    def signature_key_pair(self) -> SignatureKeyPair:
        """The key pair of the leaf's signatures."""
        public = self.key_package.leaf_node.signature_key
        return SignatureKeyPair(self.signature_private, public)

    def serialise(self) -> bytes:
        """Bytes for the sealed store of this device."""
        return (
            opaque(self.key_package.encode())
            + opaque(self.init_private)
            + opaque(self.encryption_private)
            + opaque(self.signature_private)
        )

    @classmethod
    def restore(cls, data: bytes) -> "KeyPackageSecrets":
        """The value that `serialise` was given.

        Raises:
            DecodeError, UnsupportedError: the bytes are damaged.
        """
        return decode(cls._read, data)

    @classmethod
    def _read(cls, reader: Reader) -> "KeyPackageSecrets":
        package = decode(KeyPackage.read, reader.opaque())
        return cls(
            package, package.ref(), reader.opaque(), reader.opaque(), reader.opaque()
        )


def generate(
    suite: CipherSuite,
    identity_key: SignatureKeyPair,
    credential: Credential,
    lifetime: Lifetime,
    rng: Rng,
    last_resort: bool = False,
    capabilities: Capabilities | None = None,
    leaf_extensions: Extensions = (),
) -> tuple[KeyPackage, KeyPackageSecrets]:
    """A signed KeyPackage and its private keys (§10, §16.8).

    Raises:
        InvalidRequest: it would carry an extension its capabilities do not list.
    """
    marks = (Extension(ExtensionType.LAST_RESORT, b""),) if last_resort else ()
    capabilities = capabilities or Capabilities()
    listed = DEFAULT_EXTENSION_TYPES.union(capabilities.extensions)
    if not {e.extension_type for e in (*marks, *leaf_extensions)} <= listed:
        raise InvalidRequest("an extension is not listed in the capabilities")
    init = hpke.generate_key_pair(suite, rng)
    encryption = hpke.generate_key_pair(suite, rng)
    leaf = LeafNode(
        encryption_key=encryption.public,
        signature_key=identity_key.public,
        credential=credential,
        capabilities=capabilities,
        leaf_node_source=LeafNodeSource.KEY_PACKAGE,
        lifetime=lifetime,
        parent_hash=b"",
        extensions=leaf_extensions,
    ).sign(identity_key)
    unsigned = KeyPackage(suite, init.public, leaf, marks)
    content = unsigned._to_be_signed()
    package = replace(
        unsigned, signature=sign_with_label(identity_key, _LABEL, content)
    )
    secrets = KeyPackageSecrets(
        package, package.ref(), init.private, encryption.private, identity_key.private
    )
    return package, secrets
