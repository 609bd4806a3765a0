"""The messages by which a device is added, and what both make of them.

    struct { uint8 version = 1; uint16 suite; opaque device_id[16];
             opaque signature_key[32]; opaque hpke_public<V>;
             opaque commitment[32]; } PairingOffer;
    struct { uint8 version = 1; opaque account_id[16]; opaque account_public[32];
             opaque nonce[32]; } PairingAnswer;
    struct { uint8 version = 1; opaque nonce[32]; } PairingReveal;
    struct { opaque credential<V>; opaque record<V>; } PairingGrant;

    invitation = mailbox[16] ‖ SHA-256("MentalVerse pairing offer v1" ‖ offer)[32]
                 ‖ secret[32]
    commitment = SHA-256("MentalVerse pairing nonce v1" ‖ nonce)
    transcript = SHA-256("MentalVerse pairing v1" ‖ mailbox ‖ secret
                         ‖ offer<V> ‖ answer<V> ‖ reveal<V>)
    code       = HMAC-SHA256(transcript, "MentalVerse pairing code v1"), its first
                 8 octets big-endian, modulo 1,000,000

How they are used, and against whom, is told in `pairing`.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from . import base64url
from .account_record import AccountRecord
from .ciphersuite import (
    HASH_BYTES,
    KEY_BYTES,
    CipherSuite,
    digest,
    mac,
    read_cipher_suite,
)
from .codec import Reader, decode, opaque, u8, u16
from .errors import DecodeError, InvalidRequest, UnsupportedError
from .identity import AccountIdentity
from .storage_errors import PairingAltered, PairingMalformed

MAILBOX_ID_BYTES: Final = 16
"""Length of a mailbox's id."""
NONCE_BYTES: Final = 32
"""Length of either device's nonce."""
SECRET_BYTES: Final = 32
"""Length of the invitation's secret."""
CODE_DIGITS: Final = 6
"""How many digits a person compares."""

_PREFIX: Final = "mentalverse-device:1:"
_VERSION: Final = 1
_ID_BYTES: Final = 16
_OFFER_LABEL: Final = b"MentalVerse pairing offer v1"
_NONCE_LABEL: Final = b"MentalVerse pairing nonce v1"
_TRANSCRIPT_LABEL: Final = b"MentalVerse pairing v1"
_CODE_LABEL: Final = b"MentalVerse pairing code v1"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the new device shows and the old one scans."""

    mailbox: bytes
    """16 random octets: where both leave their messages."""
    offer_hash: bytes
    secret: bytes = field(repr=False)

    def text(self) -> str:
        """The invitation as a QR code holds it: 128 characters."""
        octets = self.mailbox + self.offer_hash + self.secret
        return _PREFIX + base64url.encode(octets)

    def check(self, offer: bytes) -> None:
        """Check that an offer is the one of this invitation.

        Raises:
            PairingAltered: it is another one.
        """
        if not hmac.compare_digest(offer_hash(offer), self.offer_hash):
            raise PairingAltered("not the offer of this invitation")

    @staticmethod
    def parse(text: str) -> Invitation:
        """The invitation that was scanned or typed.

        Raises:
            PairingMalformed: not an invitation of this version.
        """
        stripped = "".join(text.split())
        if not stripped.startswith(_PREFIX):
            raise PairingMalformed("not an invitation of this version")
        try:
            octets = base64url.decode(stripped.removeprefix(_PREFIX))
        except DecodeError as error:
            raise PairingMalformed(str(error)) from None
        return _decode(_read_invitation, octets)


@dataclass(frozen=True, slots=True)
class PairingOffer:
    """The new device's first message."""

    suite: CipherSuite
    """What the grant is sealed with."""
    device_id: bytes
    signature_key: bytes
    """Of the new device's leaves."""
    hpke_public: bytes
    commitment: bytes

    def encode(self) -> bytes:
        """The structure on the wire."""
        return b"".join(
            (
                u8(_VERSION),
                u16(self.suite),
                self.device_id,
                self.signature_key,
                opaque(self.hpke_public),
                self.commitment,
            )
        )

    @staticmethod
    def decode(octets: bytes) -> PairingOffer:
        """The structure from the wire.

        Raises:
            PairingMalformed: not of this version.
        """
        return _decode(_read_offer, octets)

    def check(self, nonce: bytes) -> None:
        """Check that a nonce is the one committed to.

        Raises:
            PairingAltered: it is another one.
        """
        if not hmac.compare_digest(commitment(nonce), self.commitment):
            raise PairingAltered("not the nonce that was committed to")


@dataclass(frozen=True, slots=True)
class PairingAnswer:
    """The old device's first message."""

    account: AccountIdentity
    nonce: bytes

    def encode(self) -> bytes:
        """The structure on the wire."""
        account = self.account
        return u8(_VERSION) + account.account_id + account.account_public + self.nonce

    @staticmethod
    def decode(octets: bytes) -> PairingAnswer:
        """The structure from the wire.

        Raises:
            PairingMalformed: not of this version.
        """
        return _decode(_read_answer, octets)


@dataclass(frozen=True, slots=True)
class PairingReveal:
    """The new device's second message."""

    nonce: bytes

    def encode(self) -> bytes:
        """The structure on the wire."""
        return u8(_VERSION) + self.nonce

    @staticmethod
    def decode(octets: bytes) -> PairingReveal:
        """The structure from the wire.

        Raises:
            PairingMalformed: not of this version.
        """
        return _decode(_read_reveal, octets)


@dataclass(frozen=True, slots=True)
class PairingGrant:
    """What the old device hands over."""

    credential: bytes
    """The new device's `DeviceCredential`, signed by account and service."""
    record: AccountRecord

    def encode(self) -> bytes:
        """The structure before it is sealed: it is secret."""
        return opaque(self.credential) + opaque(self.record.encode())

    @staticmethod
    def decode(octets: bytes) -> PairingGrant:
        """The structure after it was opened.

        Raises:
            PairingMalformed: not of this version.
        """
        return _decode(_read_grant, octets)


def offer_hash(offer: bytes) -> bytes:
    """What an invitation says of an encoded offer."""
    return digest(_OFFER_LABEL + offer)


def commitment(nonce: bytes) -> bytes:
    """What an offer says of a nonce."""
    return digest(_NONCE_LABEL + nonce)


def transcript(
    invitation: Invitation, offer: bytes, answer: bytes, reveal: bytes
) -> bytes:
    """Everything both devices must agree on, as 32 octets."""
    said = opaque(offer) + opaque(answer) + opaque(reveal)
    return digest(_TRANSCRIPT_LABEL + invitation.mailbox + invitation.secret + said)


def code(of_transcript: bytes) -> str:
    """The digits of a transcript."""
    number = int.from_bytes(mac(of_transcript, _CODE_LABEL)[:8], "big")
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def _decode(read: Callable[[Reader], T], octets: bytes) -> T:
    try:
        return decode(read, octets)
    except (DecodeError, UnsupportedError, InvalidRequest) as error:
        raise PairingMalformed(str(error)) from None


def _read_invitation(reader: Reader) -> Invitation:
    return Invitation(
        reader.raw(MAILBOX_ID_BYTES), reader.raw(HASH_BYTES), reader.raw(SECRET_BYTES)
    )


def _read_offer(reader: Reader) -> PairingOffer:
    _read_version(reader)
    return PairingOffer(
        read_cipher_suite(reader),
        reader.raw(_ID_BYTES),
        reader.raw(KEY_BYTES),
        reader.opaque(),
        reader.raw(HASH_BYTES),
    )


def _read_answer(reader: Reader) -> PairingAnswer:
    _read_version(reader)
    account = AccountIdentity(reader.raw(_ID_BYTES), reader.raw(KEY_BYTES))
    return PairingAnswer(account, reader.raw(NONCE_BYTES))


def _read_reveal(reader: Reader) -> PairingReveal:
    _read_version(reader)
    return PairingReveal(reader.raw(NONCE_BYTES))


def _read_grant(reader: Reader) -> PairingGrant:
    credential, record = reader.opaque(), reader.opaque()
    return PairingGrant(credential, AccountRecord.decode(record))


def _read_version(reader: Reader) -> None:
    if reader.u8() != _VERSION:
        raise DecodeError("a message of another version")
