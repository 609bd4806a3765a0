"""The identity of our basic credentials: a device, vouched for twice.

    struct {
        uint8  version = 1;
        uint8  kind;                    member(1), guest(2)
        opaque account_id[16];
        opaque device_id[16];
        opaque account_public[32];      Ed25519
        uint64 not_before;              Unix seconds
        uint64 not_after;
        opaque account_signature<V>;    64 octets
        opaque as_key_id[8];            zeros until the AS signed
        opaque as_signature<V>;         64 octets, empty until the AS signed
    } DeviceCredential;

This is the `identity` of a basic credential (RFC 9420 §5.3). The account key and
the authentication service (AS) both sign, so neither a stolen server key nor a
server alone makes a device that anybody accepts.

    account signs  "MentalVerse device v1" ‖ version … not_after ‖ signature_key
    AS signs       "MentalVerse device v1" ‖ version … as_key_id ‖ signature_key

`as_key_id` is the first 8 octets of SHA-256("MentalVerse AS key v1" ‖ AS key).
`signature_key` is the leaf's: without it a credential could be moved onto another
leaf. The AS covers the account's signature and its own key id too: that keeps the
two signed texts of different length, so neither can stand in for the other, and a
verifier cannot be sent to another key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum

from .ciphersuite import (
    KEY_BYTES,
    SIGNATURE_BYTES,
    SignatureKeyPair,
    digest,
    sign,
)
from .ciphersuite import verify as verify_signature
from .codec import Reader, opaque, u8, u64
from .codec import decode as decode_structure
from .errors import (
    CredentialExpired,
    CredentialMismatch,
    CredentialUnsigned,
    DecodeError,
    SignatureError,
    UnknownAuthenticationKey,
    require,
)
from .leaf import Credential

VERSION = 1
"""The only version there is."""
ID_BYTES = 16
"""Length of account and device ids."""
AS_KEY_ID_BYTES = 8
"""Length of the id of an authentication service key."""
LIFETIME = timedelta(days=365)
"""How long a credential is made to last; renew it below 60 days."""
CLOCK_SKEW = timedelta(hours=1)
"""How far back `not_before` is set, for peers whose clocks are behind."""
MAX_LIFETIME_SECONDS = int((LIFETIME + timedelta(days=1)).total_seconds())
"""Longest span from `not_before` to `not_after` that is accepted."""

_LABEL = b"MentalVerse device v1"
_AS_KEY_LABEL = b"MentalVerse AS key v1"
_NO_KEY_ID = bytes(AS_KEY_ID_BYTES)


class DeviceKind(IntEnum):
    """Whose device it is."""

    MEMBER = 1
    """Somebody with an account that lasts."""
    GUEST = 2
    """Somebody in a crisis without one: the account key was made for the visit."""


@dataclass(frozen=True, slots=True)
class DeviceCredential:
    """One device of one account, signed by the account and then by the AS."""

    kind: DeviceKind
    account_id: bytes
    device_id: bytes
    account_public: bytes
    """Ed25519 public key of the account: compare it with the pinned one."""
    not_before: int
    """Unix seconds, inclusive."""
    not_after: int
    """Unix seconds, inclusive."""
    account_signature: bytes
    as_key_id: bytes = _NO_KEY_ID
    as_signature: bytes = b""
    """Empty while the credential is a request to the AS."""

    def encode(self) -> bytes:
        """The `identity` of the basic credential."""
        return self._as_signed() + opaque(self.as_signature)

    @staticmethod
    def decode(identity: bytes) -> DeviceCredential:
        """The credential that an `identity` holds; nothing is verified.

        Raises:
            DecodeError: not a credential of our version.
        """
        return decode_structure(_read, identity)

    def _account_signed(self) -> bytes:
        return b"".join(
            (
                u8(VERSION),
                u8(self.kind),
                self.account_id,
                self.device_id,
                self.account_public,
                u64(self.not_before),
                u64(self.not_after),
            )
        )

    def _as_signed(self) -> bytes:
        return self._account_signed() + opaque(self.account_signature) + self.as_key_id


def as_key_id(as_public: bytes) -> bytes:
    """The 8 octets that name a public key of the AS."""
    return digest(_AS_KEY_LABEL + as_public)[:AS_KEY_ID_BYTES]


def sign_by_account(
    account_key: SignatureKeyPair,
    signature_key: bytes,
    *,
    kind: DeviceKind,
    account_id: bytes,
    device_id: bytes,
    now: datetime,
    lifetime: timedelta = LIFETIME,
) -> DeviceCredential:
    """A request to the AS: the device's credential with the account's signature.

    Args:
        account_key: The account's key, of which the server knows the public half.
        signature_key: Public signature key of the device's leaf, 32 octets.
        kind: Whose device it is.
        account_id: 16 octets.
        device_id: 16 octets.
        now: Aware UTC.
        lifetime: At most `LIFETIME`.

    Raises:
        InvalidRequest: a length is wrong, `now` is naive or the lifetime too long.
    """
    require(len(signature_key) == KEY_BYTES, "a signature key has 32 octets")
    require(len(account_id) == ID_BYTES, "an account id has 16 octets")
    require(len(device_id) == ID_BYTES, "a device id has 16 octets")
    require(timedelta() < lifetime <= LIFETIME, "the lifetime is not allowed")
    unsigned = DeviceCredential(
        kind,
        account_id,
        device_id,
        account_key.public,
        _unix_seconds(now - CLOCK_SKEW),
        _unix_seconds(now + lifetime),
        account_signature=b"",
    )
    text = _LABEL + unsigned._account_signed() + signature_key
    return replace(unsigned, account_signature=sign(account_key, text))


def sign_by_as(
    request: DeviceCredential,
    signature_key: bytes,
    as_key: SignatureKeyPair,
    now: datetime,
) -> DeviceCredential:
    """The request with the signature of the AS.

    That the account is signed in, that this is its recorded key and that the device
    was approved is for the caller to know; the rest is checked here.

    Raises:
        CredentialUnsigned: the account's signature does not verify.
        CredentialExpired: the lifetime is over, not begun or too long.
    """
    _check_lifetime(request, now)
    _check_account_signature(request, signature_key)
    named = replace(request, as_key_id=as_key_id(as_key.public))
    text = _LABEL + named._as_signed() + signature_key
    return replace(named, as_signature=sign(as_key, text))


def verify(
    credential: DeviceCredential,
    signature_key: bytes,
    as_keys: Mapping[bytes, bytes],
    now: datetime,
) -> None:
    """Check both signatures and the lifetime of a credential.

    Whether `account_public` is the account's key is not decided here: compare it with
    the pinned one or, on first contact, with the transparency log.

    Args:
        credential: As decoded from the leaf.
        signature_key: Public signature key of the same leaf.
        as_keys: Public keys of the AS by `as_key_id`.
        now: Aware UTC.

    Raises:
        CredentialExpired: the lifetime is over, not begun or too long.
        UnknownAuthenticationKey: `as_keys` lacks the key that signed.
        CredentialUnsigned: a signature is missing or does not verify.
    """
    _check_lifetime(credential, now)
    verify_signatures(credential, signature_key, as_keys)


def verify_signatures(
    credential: DeviceCredential,
    signature_key: bytes,
    as_keys: Mapping[bytes, bytes],
) -> None:
    """Check both signatures of a credential, whenever it was valid.

    For what was said in the past; a device that acts is checked by `verify`.

    Raises:
        UnknownAuthenticationKey: `as_keys` lacks the key that signed.
        CredentialUnsigned: a signature is missing or does not verify.
    """
    if not credential.as_signature:
        raise CredentialUnsigned("the authentication service has not signed")
    as_public = as_keys.get(credential.as_key_id)
    if as_public is None:
        raise UnknownAuthenticationKey("signed by an authentication key not held here")
    _check_account_signature(credential, signature_key)
    text = _LABEL + credential._as_signed() + signature_key
    try:
        verify_signature(as_public, text, credential.as_signature)
    except SignatureError:
        raise CredentialUnsigned("the service's signature does not verify") from None


def validator(
    as_keys: Mapping[bytes, bytes], now: datetime
) -> Callable[[Credential, bytes], None]:
    """What MLS asks of the authentication service (§5.3.1), as `verify` answers it.

    The result raises `DecodeError` for an identity that is not of our form, and
    otherwise what `verify` raises.
    """

    def validate(credential: Credential, signature_key: bytes) -> None:
        decoded = DeviceCredential.decode(credential.identity)
        verify(decoded, signature_key, as_keys, now)

    return validate


def client_of(credential: Credential) -> bytes:
    """Which client a credential stands for: its account and device ids (§5.3.1).

    Two leaves of one group never share it.

    Raises:
        DecodeError: the identity is not of our form.
    """
    decoded = DeviceCredential.decode(credential.identity)
    return decoded.account_id + decoded.device_id


def check_successor(before: DeviceCredential, after: DeviceCredential) -> None:
    """Check that an Update or a commit kept the leaf with its device (RFC 9420 §5.3.1).

    Keys, times and signatures may change; whose device it is may not.

    Raises:
        CredentialMismatch: another kind, account or device.
    """
    if (before.kind, before.account_id) != (after.kind, after.account_id):
        raise CredentialMismatch("a leaf changed its account")
    if before.device_id != after.device_id:
        raise CredentialMismatch("a leaf changed its device")


def _check_lifetime(credential: DeviceCredential, now: datetime) -> None:
    span = credential.not_after - credential.not_before
    if not 0 <= span <= MAX_LIFETIME_SECONDS:
        raise CredentialExpired("the lifetime is negative or too long")
    if not credential.not_before <= _unix_seconds(now) <= credential.not_after:
        raise CredentialExpired("the credential is not valid at this time")


def _check_account_signature(
    credential: DeviceCredential, signature_key: bytes
) -> None:
    # A longer or shorter key would blur where the two signed texts end.
    if len(signature_key) != KEY_BYTES:
        raise CredentialUnsigned("a signature key has 32 octets")
    text = _LABEL + credential._account_signed() + signature_key
    try:
        verify_signature(credential.account_public, text, credential.account_signature)
    except SignatureError:
        raise CredentialUnsigned("the account's signature does not verify") from None


def _read(reader: Reader) -> DeviceCredential:
    if reader.u8() != VERSION:
        raise DecodeError("device credential is of another version")
    credential = DeviceCredential(
        kind=_read_kind(reader),
        account_id=reader.raw(ID_BYTES),
        device_id=reader.raw(ID_BYTES),
        account_public=reader.raw(KEY_BYTES),
        not_before=reader.u64(),
        not_after=reader.u64(),
        account_signature=_read_signature(reader, SIGNATURE_BYTES),
        as_key_id=reader.raw(AS_KEY_ID_BYTES),
        as_signature=_read_signature(reader, 0, SIGNATURE_BYTES),
    )
    if not credential.as_signature and credential.as_key_id != _NO_KEY_ID:
        raise DecodeError("a key id without its signature")
    return credential


def _read_kind(reader: Reader) -> DeviceKind:
    try:
        return DeviceKind(reader.u8())
    except ValueError:
        raise DecodeError("device credential is of an unknown kind") from None


def _read_signature(reader: Reader, *lengths: int) -> bytes:
    signature = reader.opaque()
    if len(signature) not in lengths:
        raise DecodeError("signature has the wrong length")
    return signature


def _unix_seconds(moment: datetime) -> int:
    require(moment.tzinfo is not None, "a time without a zone")
    seconds = int(moment.timestamp())
    require(seconds >= 0, "a time before 1970")
    return seconds
