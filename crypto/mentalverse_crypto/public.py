"""All that a server may import from this package.

A Delivery Service (RFC 9420 §16.9, RFC 9750) sorts messages by what stands outside
the encryption, checks what devices upload, and signs device credentials as the
Authentication Service. Nothing here holds, takes or can reach a group secret: this
module imports none that does, and an import contract keeps it so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from .ciphersuite import (
    KEY_BYTES,
    CipherSuite,
    Rng,
    generate_signature_key_pair,
    signature_key_pair,
)
from .ciphersuite import verify as verify_signature
from .codec import Reader
from .credential import (
    DeviceCredential,
    DeviceKind,
    as_key_id,
    client_of,
    sign_by_as,
    validator,
)
from .declared import Declared, DeclaredChange
from .declared import decode as decode_declared
from .device_list import DeviceList, ListedDevice, check_first, check_successor
from .errors import (
    AccountKeyChanged,
    CredentialExpired,
    CredentialMismatch,
    CredentialRejected,
    CredentialUnsigned,
    DecodeError,
    DeviceListError,
    DeviceListUnsigned,
    Fault,
    InvalidKeyPackage,
    InvalidLeafNode,
    MlsError,
    NotTheNextDeviceList,
    SignatureError,
    UnknownAuthenticationKey,
    UnsupportedError,
)
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
from .identity import AccountIdentity
from .key_package import KeyPackage
from .leaf import PROTOCOL_VERSION
from .merkle import (
    Coordinate,
    Frontier,
    Node,
    NodeAt,
    consistency_nodes,
    consistency_proof,
    frontier_at,
    frontier_nodes,
    inclusion_nodes,
    inclusion_proof,
)
from .policy import Checks, Policy
from .proposals import Commit, PreSharedKey, Remove
from .psk import ResumptionPsk
from .transparency import (
    EntryKind,
    LogEntry,
    SignedHead,
    account_entry,
    as_key_entry,
    bundle_entry,
    log_id_of,
    sign_head,
    tag_of,
)
from .validation import check_key_package_10_1

__all__ = [
    "AccountIdentity",
    "AccountKeyChanged",
    "CipherSuite",
    "ContentType",
    "Coordinate",
    "CredentialExpired",
    "CredentialMismatch",
    "CredentialRejected",
    "CredentialUnsigned",
    "Declared",
    "DeclaredChange",
    "DecodeError",
    "DeviceCredential",
    "DeviceKind",
    "DeviceList",
    "DeviceListError",
    "DeviceListUnsigned",
    "EntryKind",
    "ExternalCommitHeader",
    "Fault",
    "FramingHeader",
    "Frontier",
    "InvalidKeyPackage",
    "InvalidLeafNode",
    "KeyPackageInfo",
    "ListedDevice",
    "LogEntry",
    "MlsError",
    "Node",
    "NodeAt",
    "NotTheNextDeviceList",
    "SenderType",
    "SignatureError",
    "SignedHead",
    "UnknownAuthenticationKey",
    "UnsupportedError",
    "WelcomeHeader",
    "WireFormat",
    "account_entry",
    "as_key_entry",
    "as_key_id",
    "bundle_entry",
    "check_device_list",
    "check_key_package",
    "consistency_nodes",
    "consistency_proof",
    "decode_declared",
    "frontier_at",
    "frontier_nodes",
    "generate_signing_key",
    "inclusion_nodes",
    "inclusion_proof",
    "log_id_of",
    "read_external_commit",
    "read_header",
    "read_welcome",
    "sign_device_credential",
    "sign_log_head",
    "tag_of",
    "verify_signature",
]


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


@dataclass(frozen=True, slots=True)
class KeyPackageInfo:
    """What a KeyPackage that passed every check says."""

    ref: bytes
    """`KeyPackageRef`, 32 octets."""
    account_id: bytes
    device_id: bytes
    signature_key: bytes
    last_resort: bool
    not_after: int
    """Unix seconds: the earlier end of the package's and the credential's lifetime."""
    suite: CipherSuite


def read_header(message: bytes) -> FramingHeader:
    """The header of an `MLSMessage` that is framed (RFC 9420 §6).

    A PrivateMessage is checked from first to last octet without copying its
    ciphertext; a PublicMessage, which is rare, is decoded whole.

    Raises:
        DecodeError: malformed.
        UnsupportedError: another protocol version, or not a framed message.
    """
    reader = Reader(message)
    # Called for every message: version and wire format are read as one integer.
    if reader.u32() == _PRIVATE_MESSAGE:
        return _private_header(reader, len(message))
    body = decode_message(message)
    if isinstance(body, PublicMessage):
        return _public_header(body.content, len(message))
    raise UnsupportedError("not a framed message")


_PRIVATE_MESSAGE = PROTOCOL_VERSION << 16 | WireFormat.PRIVATE_MESSAGE


def _private_header(reader: Reader, size: int) -> FramingHeader:
    header = FramingHeader(
        WireFormat.PRIVATE_MESSAGE,
        reader.opaque(),
        reader.u64(),
        read_content_type(reader),
        reader.opaque(),
        size,
        None,
    )
    reader.opaque()
    if reader.varint() != reader.remaining:
        raise DecodeError("ciphertext does not end with the message")
    return header


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


def check_key_package(
    message: bytes,
    *,
    account_id: bytes,
    device_id: bytes,
    as_keys: Mapping[bytes, bytes],
    now: datetime,
) -> KeyPackageInfo:
    """What an uploaded KeyPackage says, after every check of RFC 9420 §10.1.

    Args:
        message: An `MLSMessage` holding the KeyPackage.
        account_id: The account that uploads, 16 octets.
        device_id: The device that uploads, 16 octets.
        as_keys: Public keys of the Authentication Service by `as_key_id`.
        now: Aware UTC.

    Raises:
        DecodeError: malformed.
        UnsupportedError: another version or suite, or not a KeyPackage.
        InvalidKeyPackage: the package breaks a rule of §10.1.
        InvalidLeafNode: its leaf breaks a rule of §7.3.
        SignatureError: a signature by the leaf's key does not verify.
        CredentialRejected: the credential is not of this account and device, not
            signed by both, or not valid at this time (its leaves say which).
    """
    package = decode_message(message)
    if not isinstance(package, KeyPackage):
        raise UnsupportedError("not a KeyPackage")
    _check_keys(package)
    checks = Checks(Policy(), validator(as_keys, now), client_of, now)
    check_key_package_10_1(checks, package, package.cipher_suite, ())
    leaf = package.leaf_node
    credential = DeviceCredential.decode(leaf.credential.identity)
    _check_device(credential, account_id, device_id)
    return KeyPackageInfo(
        package.ref(),
        account_id,
        device_id,
        leaf.signature_key,
        package.is_last_resort,
        min(span.not_after for span in (leaf.lifetime, credential) if span),
        package.cipher_suite,
    )


def _check_keys(package: KeyPackage) -> None:
    leaf = package.leaf_node
    keys = (package.init_key, leaf.encryption_key, leaf.signature_key)
    if any(len(key) != KEY_BYTES for key in keys):
        raise InvalidKeyPackage("a key has the wrong length")


def generate_signing_key(rng: Rng) -> tuple[bytes, bytes]:
    """A fresh Ed25519 key of the service itself: private seed and public key."""
    key_pair = generate_signature_key_pair(rng)
    return key_pair.private, key_pair.public


def sign_device_credential(
    request: bytes,
    signature_key: bytes,
    *,
    account: AccountIdentity,
    device_id: bytes,
    as_private: bytes,
    now: datetime,
) -> bytes:
    """A device's credential with the signature of the Authentication Service.

    Args:
        request: The encoded `DeviceCredential` that the account signed.
        signature_key: Public signature key of the device, 32 octets, which the
            account's signature has to cover.
        account: The signed-in account's id and recorded key.
        device_id: The approved device, 16 octets.
        as_private: The service's Ed25519 seed.
        now: Aware UTC.

    Raises:
        DecodeError: malformed.
        CredentialMismatch: of another account, account key or device.
        CredentialExpired: the lifetime is over, not begun or too long.
        CredentialUnsigned: the account's signature does not verify.
    """
    credential = DeviceCredential.decode(request)
    _check_device(credential, account.account_id, device_id)
    if credential.account_public != account.account_public:
        raise CredentialMismatch("signed by another key than the account's")
    as_key = signature_key_pair(as_private)
    return sign_by_as(credential, signature_key, as_key, now).encode()


def check_device_list(
    encoded: bytes, *, account: AccountIdentity, before: DeviceList | None
) -> DeviceList:
    """What an uploaded device list says, after every check.

    Args:
        encoded: The encoded `DeviceList`.
        account: The signed-in account's id and recorded key.
        before: The list held so far, or None when there is none.

    Raises:
        DecodeError: malformed.
        DeviceListUnsigned: a signature does not verify.
        NotTheNextDeviceList: of another account, or its counter is not the next one.
        AccountKeyChanged: all is well except that the account key is another one,
            without the signature of the one before.
    """
    device_list = DeviceList.decode(encoded)
    if before is None:
        check_first(device_list, account)
    elif before.account_id != account.account_id:
        raise NotTheNextDeviceList("the list held is of another account")
    else:
        check_successor(before, device_list)
    return device_list


def sign_log_head(
    log_private: bytes, size: int, root: bytes, now: datetime
) -> SignedHead:
    """The transparency log's signed statement of its size and root.

    Args:
        log_private: The log's Ed25519 seed.
        size: How many entries there are.
        root: Of all of them, from `Frontier.root`.
        now: Aware UTC.

    Raises:
        InvalidRequest: the size is negative, the root has not 32 octets, or `now` is
            naive or before 1970.
    """
    return sign_head(signature_key_pair(log_private), size, root, now)


def _check_device(
    credential: DeviceCredential, account_id: bytes, device_id: bytes
) -> None:
    if credential.account_id != account_id:
        raise CredentialMismatch("the credential is of another account")
    if credential.device_id != device_id:
        raise CredentialMismatch("the credential is of another device")
