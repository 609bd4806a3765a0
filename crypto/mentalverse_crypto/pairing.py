"""Adding a device: an old one hands the account over to a new one.

The new device shows an invitation as QR code or text. Everything else goes through a
mailbox on the server, which may read, alter, drop and invent.

    new  invitation  mailbox, hash of the offer, a secret: shown, never sent
    new  offer       device id, signature key, HPKE key, commitment to its nonce
    old  answer      account id, account key, its nonce
    new  reveal      its nonce
    both             a code of 6 digits over all of it; a person types the code that
                     the new device shows into the old one
    old  grant       credential and account record, sealed to the HPKE key

Six digits suffice because nobody can search for a match. Whoever stands between runs
two pairings, and their codes must be equal. Towards the old device they commit to a
nonce before they see the old device's; towards the new device they send theirs
before they see the new device's. In whatever order they work, each code is random to
them until nothing that goes into it can be changed: one guess in a million per
attempt, and a wrong one ends the attempt. Were the new device's nonce in its offer,
they would know both and try a million answers in a second.

Who tries what, and what stops it:

- The server, invitation scanned: another offer (its hash is in the QR); reading or
  making a grant (it lacks the secret and the HPKE key).
- The server, invitation copied where it could be altered: standing between. The
  codes differ, the old device makes no grant.
- Somebody who saw the QR: answering first. The code that the new device shows is not
  the one of the true old device, whose answer moreover finds the place taken.
- The same, or the server that saw the invitation: granting an account of their own.
  The account key is in the answer, so in the code, and the grant must be of it.
- Who records everything until quantum computers exist: the secret of a scanned
  invitation is in HPKE's `info`, and they lack it. If the server may have seen the
  invitation, choose a suite with a post-quantum KEM.
- Who talks a person into adding a device: nothing here. Every device of the account
  and every member of its groups sees the new one.

Codes that differ mean: stop on both devices. The new device opens a grant only after
the person has seen the old one take the code.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from typing import Final

from . import hpke, pairing_messages
from .account_record import AccountRecord
from .ciphersuite import KEY_BYTES, CipherSuite, HpkeKeyPair, Rng
from .codec import decode
from .credential import DeviceCredential
from .errors import DecodeError, DecryptError, InvalidRequest
from .identity import AccountIdentity
from .pairing_messages import (
    MAILBOX_ID_BYTES,
    NONCE_BYTES,
    SECRET_BYTES,
    Invitation,
    PairingAnswer,
    PairingGrant,
    PairingOffer,
    PairingReveal,
)
from .storage_errors import (
    PairingAltered,
    PairingCodeDiffers,
    PairingMalformed,
    PairingRefused,
)

MAX_GRANT_BYTES: Final = 256 * 1024
"""Longest sealed grant."""
DEFAULT_SUITE: Final = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
"""What a grant is sealed with unless the new device asks for another suite."""

_ID_BYTES: Final = 16
_GRANT_LABEL: Final = b"MentalVerse pairing grant v1"


@dataclass(frozen=True, slots=True)
class NewDevice:
    """The new device while it waits for an answer."""

    invitation: Invitation
    """Show it."""
    message: bytes
    """The offer: leave it in the mailbox."""
    offer: PairingOffer
    hpke_key: HpkeKeyPair
    nonce: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewDeviceCompared:
    """The new device while the codes are compared."""

    account: AccountIdentity
    """Who answered: true only if the codes are equal."""
    code: str = field(repr=False)
    """6 digits: show them."""
    message: bytes = field(repr=False)
    """The reveal: leave it in the mailbox."""
    offer: PairingOffer
    hpke_key: HpkeKeyPair
    transcript: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OldDevice:
    """The old device while it waits for the other's nonce."""

    invitation: Invitation
    account: AccountIdentity
    message: bytes
    """The answer: leave it in the mailbox."""
    offer: bytes


@dataclass(frozen=True, slots=True)
class OldDeviceCompared:
    """The old device while a person types the other's code."""

    account: AccountIdentity
    offer: PairingOffer
    transcript: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Approved:
    """A new device that a person has confirmed: sign a credential for it."""

    account: AccountIdentity
    offer: PairingOffer
    """With its device id and signature key."""
    transcript: bytes = field(repr=False)


def invite(
    device_id: bytes, signature_key: bytes, rng: Rng, suite: CipherSuite = DEFAULT_SUITE
) -> NewDevice:
    """New device: what to show, and the offer to leave.

    Args:
        device_id: 16 random octets, of this device from here on.
        signature_key: Public signature key of its leaves, 32 octets.
        rng: Source of everything secret.
        suite: What the grant is sealed with.

    Raises:
        InvalidRequest: a length is wrong.
    """
    if len(device_id) != _ID_BYTES or len(signature_key) != KEY_BYTES:
        raise InvalidRequest("a device id has 16, a signature key 32 octets")
    hpke_key, nonce = hpke.generate_key_pair(suite, rng), rng(NONCE_BYTES)
    committed = pairing_messages.commitment(nonce)
    offer = PairingOffer(suite, device_id, signature_key, hpke_key.public, committed)
    message = offer.encode()
    invitation = Invitation(
        rng(MAILBOX_ID_BYTES), pairing_messages.offer_hash(message), rng(SECRET_BYTES)
    )
    return NewDevice(invitation, message, offer, hpke_key, nonce)


def answer(
    invitation: Invitation, offer: bytes, account: AccountIdentity, rng: Rng
) -> OldDevice:
    """Old device: the answer to leave for the offer that was found.

    Raises:
        PairingAltered: it is not the offer of the invitation.
        PairingMalformed: it is not of this version.
    """
    invitation.check(offer)
    PairingOffer.decode(offer)
    message = PairingAnswer(account, rng(NONCE_BYTES)).encode()
    return OldDevice(invitation, account, message, offer)


def reveal(new: NewDevice, answer: bytes) -> NewDeviceCompared:
    """New device: the code to show, and the nonce to leave.

    One answer for one invitation: to take a second would give whoever stands between
    a second guess.

    Raises:
        PairingMalformed: the answer is not of this version.
    """
    account = PairingAnswer.decode(answer).account
    message = PairingReveal(new.nonce).encode()
    transcript = pairing_messages.transcript(
        new.invitation, new.message, answer, message
    )
    code = pairing_messages.code(transcript)
    return NewDeviceCompared(
        account, code, message, new.offer, new.hpke_key, transcript
    )


def compare(old: OldDevice, reveal: bytes) -> OldDeviceCompared:
    """Old device: ask for the code that the new one shows. It shows none itself.

    Raises:
        PairingAltered: the nonce is not the one that the offer committed to.
        PairingMalformed: it is not of this version.
    """
    offer = PairingOffer.decode(old.offer)
    offer.check(PairingReveal.decode(reveal).nonce)
    transcript = pairing_messages.transcript(
        old.invitation, old.offer, old.message, reveal
    )
    return OldDeviceCompared(old.account, offer, transcript)


def approve(compared: OldDeviceCompared, typed: str) -> Approved:
    """Old device: the code as a person typed it; spaces and hyphens do not matter.

    A code that differs ends the pairing: a second try would be a second guess.

    Raises:
        PairingCodeDiffers: it is another one.
    """
    digits = "".join(typed.replace("-", " ").split()).encode("utf-8", "replace")
    expected = pairing_messages.code(compared.transcript).encode()
    if not hmac.compare_digest(digits, expected):
        raise PairingCodeDiffers("the codes of the two devices differ")
    return Approved(compared.account, compared.offer, compared.transcript)


def seal_grant(
    approved: Approved, credential: bytes, record: AccountRecord, rng: Rng
) -> bytes:
    """Old device: the grant to leave in the mailbox.

    Resumption secrets stay here: with them the new device would pass for one that
    the account has had for long.

    Args:
        approved: The device that a person confirmed.
        credential: Its `DeviceCredential`, signed by account and service.
        record: What the account keeps.
        rng: Source of the encapsulation.

    Raises:
        InvalidRequest: credential or record are not of this account and device, or
            the grant is longer than `MAX_GRANT_BYTES`.
        PairingMalformed: the new device's HPKE key takes no message.
    """
    grant = PairingGrant(credential, replace(record, resumption=()))
    offer = approved.offer
    try:
        _check_grant(grant, approved.account, offer)
    except PairingRefused as error:
        raise InvalidRequest(str(error)) from None
    info = _GRANT_LABEL + approved.transcript
    try:
        ciphertext = hpke.seal(
            offer.suite, offer.hpke_public, info, b"", grant.encode(), rng
        )
    except DecryptError:
        raise PairingMalformed("the new device's key takes no message") from None
    sealed = ciphertext.encode()
    if len(sealed) > MAX_GRANT_BYTES:
        raise InvalidRequest("the grant is too long")
    return sealed


def open_grant(compared: NewDeviceCompared, sealed: bytes) -> PairingGrant:
    """New device: what was handed over, once the person has seen the code taken.

    Verify the credential with the service's keys before use.

    Raises:
        PairingMalformed: not of this version.
        PairingAltered: not sealed in this pairing.
        PairingRefused: of another account than the one that answered, or of
            another device.
    """
    if len(sealed) > MAX_GRANT_BYTES:
        raise PairingMalformed("the grant is too long")
    info = _GRANT_LABEL + compared.transcript
    try:
        ciphertext = decode(hpke.HPKECiphertext.read, sealed)
        octets = hpke.open_(
            compared.offer.suite, compared.hpke_key, info, b"", ciphertext
        )
    except DecodeError as error:
        raise PairingMalformed(str(error)) from None
    except DecryptError:
        raise PairingAltered("the grant is not of this pairing") from None
    grant = PairingGrant.decode(octets)
    _check_grant(grant, compared.account, compared.offer)
    return grant


def _check_grant(
    grant: PairingGrant, account: AccountIdentity, offer: PairingOffer
) -> None:
    try:
        credential = DeviceCredential.decode(grant.credential)
    except DecodeError:
        raise PairingRefused("not a device credential") from None
    record = grant.record
    granted = AccountIdentity(record.account_id, record.account_key.public)
    certified = AccountIdentity(credential.account_id, credential.account_public)
    if granted != account or certified != account:
        raise PairingRefused("the grant is of another account")
    if credential.device_id != offer.device_id:
        raise PairingRefused("the credential is of another device")
