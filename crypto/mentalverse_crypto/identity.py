"""Accounts as people compare them: safety number, its QR code, circle code.

An account is a random 128-bit id and an Ed25519 key made on the first device. The
safety number is over *account* keys, so a person's additional device changes
nothing that somebody has compared already.

    d = SHA-512("MentalVerse safety v1" ‖ account_id ‖ account_public)
    number of an account = six groups of five digits, from six 5-octet big-endian
                           slices of d, each modulo 100,000
    number of a pair     = both accounts' numbers in ascending order
    QR code of a pair    = version octet ‖ first 32 octets of both d, ascending

Ascending order makes both people see, and both screens show, the same.
"""

import hashlib
import hmac
from dataclasses import dataclass

from .ciphersuite import KEY_BYTES
from .errors import InvalidRequest, UnsupportedError

ACCOUNT_ID_BYTES = 16
"""Length of an account id."""
SAFETY_DIGITS = 30
"""Decimal digits of one account's number: about 99 bits."""

_SAFETY_LABEL = b"MentalVerse safety v1"
_QR_VERSION = 1
_QR_DIGEST_BYTES = 32
_SLICE_BYTES = 5
_SLICE_DIGITS = 5


@dataclass(frozen=True, slots=True)
class AccountIdentity:
    """What identifies an account to another person's device.

    Raises:
        InvalidRequest: the id has not 16, or the key not 32, octets.
    """

    account_id: bytes
    account_public: bytes
    """Ed25519 public key."""

    def __post_init__(self) -> None:
        if len(self.account_id) != ACCOUNT_ID_BYTES:
            raise InvalidRequest("an account id has 16 octets")
        if len(self.account_public) != KEY_BYTES:
            raise InvalidRequest("an account key has 32 octets")

    def digest(self) -> bytes:
        """`d`, 64 octets."""
        return hashlib.sha512(
            _SAFETY_LABEL + self.account_id + self.account_public
        ).digest()

    def safety_number(self) -> str:
        """The account's 30 digits."""
        return _digits(self.digest())


def pair_safety_number(one: AccountIdentity, other: AccountIdentity) -> str:
    """The 60 digits that two people read to each other; the order is no matter."""
    return "".join(sorted((one.safety_number(), other.safety_number())))


def qr_payload(one: AccountIdentity, other: AccountIdentity) -> bytes:
    """The 65 octets that both devices show as a QR code."""
    digests = sorted(
        (one.digest()[:_QR_DIGEST_BYTES], other.digest()[:_QR_DIGEST_BYTES])
    )
    return bytes((_QR_VERSION,)) + b"".join(digests)


def qr_matches(scanned: bytes, one: AccountIdentity, other: AccountIdentity) -> bool:
    """Whether a scanned code is the one of this pair.

    Raises:
        UnsupportedError: the code is of another version, or none of ours.
    """
    if scanned[:1] != bytes((_QR_VERSION,)):
        raise UnsupportedError("not a safety code of a known version")
    return hmac.compare_digest(scanned, qr_payload(one, other))


def circle_code(epoch_authenticator: bytes) -> str:
    """The 30 digits all members of a group or call see in one epoch (RFC 9420 §8.7).

    Raises:
        InvalidRequest: fewer than 30 octets are given.
    """
    if len(epoch_authenticator) < SAFETY_DIGITS // _SLICE_DIGITS * _SLICE_BYTES:
        raise InvalidRequest("an epoch authenticator has at least 30 octets")
    return _digits(epoch_authenticator)


def grouped(digits: str) -> str:
    """Digits as people read them: groups of five between spaces."""
    return " ".join(
        digits[at : at + _SLICE_DIGITS] for at in range(0, len(digits), _SLICE_DIGITS)
    )


def _digits(octets: bytes) -> str:
    groups = (
        int.from_bytes(octets[at : at + _SLICE_BYTES], "big") % 10**_SLICE_DIGITS
        for at in range(0, SAFETY_DIGITS // _SLICE_DIGITS * _SLICE_BYTES, _SLICE_BYTES)
    )
    return "".join(f"{group:0{_SLICE_DIGITS}d}" for group in groups)
