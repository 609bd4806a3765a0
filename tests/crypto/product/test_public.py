"""The server's face: uploads checked whole, credentials signed, no group secret."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from mentalverse_crypto import framing, key_package, leaf
from mentalverse_crypto.ciphersuite import (
    SignatureKeyPair,
    generate_signature_key_pair,
    sign,
    signature_key_pair,
)
from mentalverse_crypto.credential import (
    DeviceCredential,
    DeviceKind,
    sign_by_account,
)
from mentalverse_crypto.device_list import sign_first, sign_next
from mentalverse_crypto.extensions import Extension, ExtensionType
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.labels import sign_with_label
from mentalverse_crypto.leaf import LeafNode
from mentalverse_crypto.public import (
    AccountIdentity,
    AccountKeyChanged,
    CipherSuite,
    CredentialExpired,
    CredentialMismatch,
    CredentialRejected,
    CredentialUnsigned,
    DecodeError,
    Frontier,
    InvalidKeyPackage,
    InvalidLeafNode,
    KeyPackageInfo,
    ListedDevice,
    MlsError,
    NotTheNextDeviceList,
    SignatureError,
    SignedHead,
    UnknownAuthenticationKey,
    UnsupportedError,
    as_key_id,
    check_device_list,
    check_key_package,
    generate_signing_key,
    sign_device_credential,
    sign_log_head,
    verify_signature,
)
from mentalverse_crypto.transparency import verify_head
from support.deterministic import seeded_rng
from support.mutations import bit_flips, truncations

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SUITE = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
ACCOUNT_ID, DEVICE_ID = b"account-16-bytes", b"device-16-bytes!"
ACCOUNT = generate_signature_key_pair(seeded_rng(1))
LEAF = generate_signature_key_pair(seeded_rng(2))
OTHER = generate_signature_key_pair(seeded_rng(3))
AS_PRIVATE, AS_PUBLIC = generate_signing_key(seeded_rng(4))
AS_KEYS = {as_key_id(AS_PUBLIC): AS_PUBLIC}

PRIVATE = framing.PrivateMessage(
    b"group-id-16bytes",
    7,
    framing.ContentType.COMMIT,
    b"mv1" + bytes(16),
    b"sender-data",
    b"c" * 70,
)


# --- KeyPackages ---


def request(now: datetime = NOW, signature_key: bytes = LEAF.public) -> bytes:
    return sign_by_account(
        ACCOUNT,
        signature_key,
        kind=DeviceKind.MEMBER,
        account_id=ACCOUNT_ID,
        device_id=DEVICE_ID,
        now=now,
    ).encode()


def vouched(now: datetime = NOW) -> bytes:
    return sign_device_credential(
        request(now),
        LEAF.public,
        account=AccountIdentity(ACCOUNT_ID, ACCOUNT.public),
        device_id=DEVICE_ID,
        as_private=AS_PRIVATE,
        now=now,
    )


def package(
    identity: bytes | None = None,
    suite: CipherSuite = SUITE,
    *,
    last_resort: bool = False,
) -> KeyPackage:
    made, _ = key_package.generate(
        suite,
        LEAF,
        leaf.basic_credential(vouched() if identity is None else identity),
        leaf.lifetime_from(NOW),
        seeded_rng(5),
        last_resort,
    )
    return made


def check(made: KeyPackage | bytes, now: datetime = NOW) -> KeyPackageInfo:
    message = made if isinstance(made, bytes) else framing.encode_message(made)
    return check_key_package(
        message, account_id=ACCOUNT_ID, device_id=DEVICE_ID, as_keys=AS_KEYS, now=now
    )


def resigned(made: KeyPackage, key_pair: SignatureKeyPair = LEAF) -> KeyPackage:
    """The package with fresh signatures, as its owner could have made it."""
    unsigned = replace(made, leaf_node=made.leaf_node.sign(key_pair))
    content = unsigned.encode()[: -len(made.signature) - 2]
    return replace(
        unsigned, signature=sign_with_label(key_pair, b"KeyPackageTBS", content)
    )


def with_leaf(**changes: object) -> KeyPackage:
    made = package()
    altered: LeafNode = replace(made.leaf_node, **changes)  # type: ignore[arg-type]
    return resigned(replace(made, leaf_node=altered))


@pytest.mark.parametrize("suite", list(CipherSuite))
@pytest.mark.parametrize("last_resort", [False, True])
def test_a_generated_key_package_is_accepted(
    suite: CipherSuite, last_resort: bool
) -> None:
    made, secrets = key_package.generate(
        suite,
        LEAF,
        leaf.basic_credential(vouched()),
        leaf.lifetime_from(NOW),
        seeded_rng(5),
        last_resort,
    )
    assert check(made) == KeyPackageInfo(
        secrets.ref,
        ACCOUNT_ID,
        DEVICE_ID,
        LEAF.public,
        last_resort,
        int((NOW + timedelta(days=30)).timestamp()),
        suite,
    )


def test_a_key_package_ends_no_later_than_its_credential() -> None:
    almost_over = NOW + timedelta(days=1) - timedelta(days=365)
    assert check(package(vouched(almost_over))).not_after == int(
        (NOW + timedelta(days=1)).timestamp()
    )


def test_a_key_package_signed_again_is_the_same() -> None:
    made = package()
    assert resigned(made) == made


@dataclass(frozen=True)
class Refusal:
    law: str
    error: type[MlsError]
    made: Callable[[], KeyPackage | bytes]
    now: datetime = NOW


def with_capabilities(**changes: tuple[int, ...]) -> KeyPackage:
    offered = replace(package().leaf_node.capabilities, **changes)
    return with_leaf(capabilities=offered)


def with_identity(**changes: object) -> KeyPackage:
    credential = DeviceCredential.decode(vouched())
    altered = replace(credential, **changes)  # type: ignore[arg-type]
    return package(altered.encode())


def other_service_key() -> KeyPackage:
    return package(
        sign_device_credential(
            request(),
            LEAF.public,
            account=AccountIdentity(ACCOUNT_ID, ACCOUNT.public),
            device_id=DEVICE_ID,
            as_private=OTHER.private,
            now=NOW,
        )
    )


def moved_to_another_leaf() -> KeyPackage:
    made, _ = key_package.generate(
        SUITE,
        OTHER,
        leaf.basic_credential(vouched()),
        leaf.lifetime_from(NOW),
        seeded_rng(6),
    )
    return made


def keys_equal() -> KeyPackage:
    made = package()
    return resigned(replace(made, init_key=made.leaf_node.encryption_key))


REFUSALS = [
    Refusal("not MLS", DecodeError, lambda: b"\x00\x01\x00\x09junk"),
    Refusal(
        "another message", UnsupportedError, lambda: framing.encode_message(PRIVATE)
    ),
    Refusal(
        "more behind it",
        DecodeError,
        lambda: framing.encode_message(package()) + b"\x00",
    ),
    Refusal(
        "an unknown suite",
        UnsupportedError,
        lambda: framing.encode_message(package()).replace(
            b"\x00\x05\x00\x01\x00\x01", b"\x00\x05\x00\x01\x00\x02", 1
        ),
    ),
    Refusal("init_key = encryption_key", InvalidKeyPackage, keys_equal),
    Refusal(
        "a short init_key",
        InvalidKeyPackage,
        lambda: resigned(replace(package(), init_key=b"short")),
    ),
    Refusal(
        "a short encryption_key",
        InvalidLeafNode,
        lambda: with_leaf(encryption_key=b"short"),
    ),
    Refusal(
        "a package signed by another key",
        SignatureError,
        lambda: replace(resigned(package(), OTHER), leaf_node=package().leaf_node),
    ),
    Refusal(
        "a leaf signed by another key",
        SignatureError,
        lambda: resigned_package_only(package().leaf_node.sign(OTHER)),
    ),
    Refusal(
        "a leaf made for an update",
        InvalidLeafNode,
        lambda: with_leaf(leaf_node_source=leaf.LeafNodeSource.UPDATE, lifetime=None),
    ),
    Refusal("not yet valid", InvalidLeafNode, package, NOW - timedelta(hours=1.01)),
    Refusal("not valid any more", InvalidLeafNode, package, NOW + timedelta(days=30.1)),
    Refusal(
        "valid for too long",
        InvalidLeafNode,
        lambda: with_leaf(lifetime=leaf.lifetime_from(NOW, days=31)),
    ),
    Refusal(
        "no MLS 1.0 in the capabilities",
        InvalidLeafNode,
        lambda: with_capabilities(versions=()),
    ),
    Refusal(
        "its own suite not in the capabilities",
        InvalidLeafNode,
        lambda: with_capabilities(cipher_suites=(3,)),
    ),
    Refusal(
        "basic credentials not in the capabilities",
        InvalidLeafNode,
        lambda: with_capabilities(credentials=()),
    ),
    Refusal(
        "an extension not in the capabilities",
        InvalidLeafNode,
        lambda: with_leaf(extensions=(Extension(0xF123, b""),)),
    ),
    Refusal(
        "an X.509 credential",
        CredentialRejected,
        lambda: with_leaf(
            credential=leaf.Credential(
                leaf.CredentialType.X509, certificates=(b"chain",)
            ),
            capabilities=replace(package().leaf_node.capabilities, credentials=(1, 2)),
        ),
    ),
    Refusal("an identity of no form of ours", DecodeError, lambda: package(b"alice")),
    Refusal(
        "the service has not signed", CredentialUnsigned, lambda: package(request())
    ),
    Refusal(
        "the service's signature is wrong",
        CredentialUnsigned,
        lambda: with_identity(as_signature=bytes(64)),
    ),
    Refusal(
        "the account's signature is wrong",
        CredentialUnsigned,
        lambda: with_identity(account_signature=bytes(64)),
    ),
    Refusal(
        "another account key",
        CredentialUnsigned,
        lambda: with_identity(account_public=OTHER.public),
    ),
    Refusal("an unknown service key", UnknownAuthenticationKey, other_service_key),
    Refusal("a credential of another leaf", CredentialUnsigned, moved_to_another_leaf),
    Refusal(
        "an expired credential",
        CredentialExpired,
        lambda: package(vouched(NOW - timedelta(days=366))),
    ),
]


def resigned_package_only(leaf_node: LeafNode) -> KeyPackage:
    made = package()
    unsigned = replace(made, leaf_node=leaf_node)
    content = unsigned.encode()[: -len(made.signature) - 2]
    return replace(unsigned, signature=sign_with_label(LEAF, b"KeyPackageTBS", content))


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.law)
def test_a_key_package_is_refused_for(refusal: Refusal) -> None:
    with pytest.raises(refusal.error):
        check(refusal.made(), refusal.now)


@pytest.mark.parametrize(
    ("account_id", "device_id"),
    [(b"x" * 16, DEVICE_ID), (ACCOUNT_ID, b"x" * 16)],
)
def test_a_key_package_of_another_account_or_device_is_refused(
    account_id: bytes, device_id: bytes
) -> None:
    with pytest.raises(CredentialMismatch):
        check_key_package(
            framing.encode_message(package()),
            account_id=account_id,
            device_id=device_id,
            as_keys=AS_KEYS,
            now=NOW,
        )


def test_an_extension_that_the_leaf_supports_is_accepted() -> None:
    offered = replace(package().leaf_node.capabilities, extensions=(0xF123,))
    carried = (
        Extension(0xF123, b"anything"),
        Extension(ExtensionType.APPLICATION_ID, b"default"),
    )
    check(with_leaf(capabilities=offered, extensions=carried))


def test_every_damaged_key_package_is_refused_with_a_declared_error() -> None:
    message = framing.encode_message(package())
    for damaged in (*truncations(message), *bit_flips(message)):
        with pytest.raises(MlsError):
            check(damaged)


# --- signing and challenges ---


def test_the_service_signs_only_for_the_recorded_account_key_and_device() -> None:
    right = AccountIdentity(ACCOUNT_ID, ACCOUNT.public)
    wrong = [
        (AccountIdentity(b"x" * 16, ACCOUNT.public), DEVICE_ID, "another account"),
        (AccountIdentity(ACCOUNT_ID, OTHER.public), DEVICE_ID, "another key"),
        (right, b"x" * 16, "another device"),
    ]
    for account, device_id, reason in wrong:
        with pytest.raises(CredentialMismatch, match=reason):
            sign_device_credential(
                request(),
                LEAF.public,
                account=account,
                device_id=device_id,
                as_private=AS_PRIVATE,
                now=NOW,
            )


def test_the_service_signs_only_for_the_leaf_key_the_account_approved() -> None:
    with pytest.raises(CredentialUnsigned):
        sign_device_credential(
            request(signature_key=OTHER.public),
            LEAF.public,
            account=AccountIdentity(ACCOUNT_ID, ACCOUNT.public),
            device_id=DEVICE_ID,
            as_private=AS_PRIVATE,
            now=NOW,
        )


def test_a_device_answers_a_challenge_with_its_key() -> None:
    challenge = b"challenge"
    verify_signature(LEAF.public, challenge, sign(LEAF, challenge))
    with pytest.raises(SignatureError):
        verify_signature(LEAF.public, b"another", sign(LEAF, challenge))


def test_a_signing_key_is_a_seed_and_its_public_key() -> None:
    private, public = generate_signing_key(seeded_rng(9))
    assert signature_key_pair(private).public == public


# --- device lists and the log ---


ADA = AccountIdentity(ACCOUNT_ID, ACCOUNT.public)
DEVICE = ListedDevice(DEVICE_ID, LEAF.public, 0)


def test_an_uploaded_device_list_follows_the_one_held() -> None:
    first = check_device_list(
        sign_first(ACCOUNT, ACCOUNT_ID, [DEVICE]).encode(), account=ADA, before=None
    )
    empty = sign_next(ACCOUNT, first, [])
    assert check_device_list(empty.encode(), account=ADA, before=first) == empty
    with pytest.raises(NotTheNextDeviceList):
        check_device_list(first.encode(), account=ADA, before=first)
    with pytest.raises(NotTheNextDeviceList):
        check_device_list(empty.encode(), account=ADA, before=None)
    other = AccountIdentity(b"x" * 16, ACCOUNT.public)
    with pytest.raises(NotTheNextDeviceList):
        check_device_list(empty.encode(), account=other, before=first)


def test_an_uploaded_device_list_is_of_the_recorded_account_key() -> None:
    foreign = sign_first(OTHER, ACCOUNT_ID, [DEVICE])
    with pytest.raises(AccountKeyChanged):
        check_device_list(foreign.encode(), account=ADA, before=None)


def test_a_head_signed_for_the_server_is_what_clients_verify() -> None:
    private, public = generate_signing_key(seeded_rng(9))
    head = sign_log_head(private, 0, Frontier().root(), NOW)
    verify_head(SignedHead.decode(head.encode()), public)


# --- what the server cannot reach ---


def test_the_server_s_face_loads_no_module_that_holds_a_group_secret() -> None:
    program = (
        "import sys, mentalverse_crypto.public; "
        "print(*(m.rpartition('.')[2] for m in sys.modules if 'mentalverse' in m))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    secret = (
        "group state receive sending treekem key_schedule secret_tree protection "
        "welcome commit apply_commit exporter keystore persist"
    )
    assert not set(secret.split()) & set(done.stdout.split())
