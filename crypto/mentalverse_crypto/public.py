"""All that a server may import from this package.

A Delivery Service (RFC 9420 §16.9, RFC 9750) sorts messages by what stands outside
the encryption, checks what devices upload, signs device credentials as the
Authentication Service and keeps the transparency log; its safety team reads reports.
Nothing here holds, takes or can reach a group secret: this module imports none that
does, and an import contract keeps it so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from .as_keys import AsKey, next_as_key
from .ciphersuite import (
    CipherSuite,
    HpkeKeyPair,
    Rng,
    generate_signature_key_pair,
    signature_key_pair,
)
from .ciphersuite import verify as verify_signature
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
from .detached import Detached, read_detached
from .device_list import DeviceList, ListedDevice, check_first, check_successor
from .errors import (
    AccountKeyChanged,
    CredentialExpired,
    CredentialMismatch,
    CredentialRejected,
    CredentialUnsigned,
    DecodeError,
    DecryptError,
    DeviceListError,
    DeviceListUnsigned,
    Fault,
    InvalidKeyPackage,
    InvalidLeafNode,
    InvalidRequest,
    LogError,
    LogProofInvalid,
    MlsError,
    NotTheNextDeviceList,
    ReportError,
    ReportTooLarge,
    SignatureError,
    UnknownAuthenticationKey,
    UnsupportedError,
)
from .evidence import AccountKeys, Cause, Evidence, Unverifiable, Verdict, Verified
from .framing import (
    ContentType,
    SenderType,
    WireFormat,
    decode_message,
)
from .franking import (
    MAX_REPORT_BYTES,
    Report,
    ReportedMessage,
    SealedReport,
    generate_report_key,
    open_report,
    report_key_id,
    verify_report,
)
from .headers import (
    ExternalCommitHeader,
    FramingHeader,
    WelcomeHeader,
    read_external_commit,
    read_header,
    read_welcome,
)
from .identity import AccountIdentity
from .key_package import KeyPackage
from .log_entry import (
    EntryKind,
    LogEntry,
    account_entry,
    as_key_entry,
    bundle_entry,
    report_key_entry,
    tag_of,
)
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
from .transparency import (
    SignedHead,
    log_id_of,
    proven_account_keys,
    sign_head,
    verify_head,
)
from .validation import check_key_package_10_1

__all__ = [
    "AccountIdentity",
    "AccountKeyChanged",
    "AccountKeys",
    "Cause",
    "AsKey",
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
    "DecryptError",
    "Detached",
    "DeviceCredential",
    "DeviceKind",
    "DeviceList",
    "DeviceListError",
    "DeviceListUnsigned",
    "EntryKind",
    "Evidence",
    "ExternalCommitHeader",
    "Fault",
    "FramingHeader",
    "Frontier",
    "HpkeKeyPair",
    "InvalidKeyPackage",
    "InvalidLeafNode",
    "InvalidRequest",
    "KeyPackageInfo",
    "ListedDevice",
    "LogEntry",
    "LogError",
    "LogProofInvalid",
    "MAX_REPORT_BYTES",
    "MlsError",
    "Node",
    "NodeAt",
    "NotTheNextDeviceList",
    "Report",
    "ReportError",
    "ReportTooLarge",
    "ReportedMessage",
    "SealedReport",
    "SenderType",
    "SignatureError",
    "SignedHead",
    "UnknownAuthenticationKey",
    "UnsupportedError",
    "Unverifiable",
    "Verdict",
    "Verified",
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
    "generate_report_key",
    "generate_signing_key",
    "inclusion_nodes",
    "inclusion_proof",
    "log_id_of",
    "next_as_key",
    "open_report",
    "proven_account_keys",
    "read_detached",
    "read_external_commit",
    "read_header",
    "read_welcome",
    "report_key_entry",
    "report_key_id",
    "sign_device_credential",
    "sign_log_head",
    "tag_of",
    "verify_head",
    "verify_report",
    "verify_signature",
]


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
