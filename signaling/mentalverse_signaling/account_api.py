"""The account part of the protocol: JSON over HTTPS, before a connection exists.

    GET  /api/v1/server              → ServerInfo
    POST /api/v1/invites/redeem      InviteRedeem → InviteRedeemed
    POST /api/v1/sign-in/challenge   ChallengeRequest → Challenge
    POST /api/v1/sign-in             SignIn → SignedIn
    POST /api/v1/sign-out            (bearer token) → Empty

Byte strings are base64 (RFC 4648 §4) in JSON, as msgspec writes `bytes`. A
failure is `{"error": {"code", "detail", "retry_after_ms"}}` with the codes of
`errors`.

A device signs in by signing a challenge with the key its MLS leaf carries, so
there is no password for the server to store or lose. The signed bytes name the
server: a challenge relayed by another server gives a signature that is of no
use to it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .fields import Fact, Handle, Payload, Seq, TimestampMs, Token
from .ids import AccountIdField, DeviceIdField, SignInIdField, id_bytes

PublicKey = Annotated[bytes, Meta(min_length=32, max_length=32)]
Signature = Annotated[bytes, Meta(min_length=64, max_length=64)]
Nonce = Annotated[bytes, Meta(min_length=32, max_length=32)]
ChallengeId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
MAX_CREDENTIAL_BYTES = 1024
CredentialBytes = Annotated[bytes, Meta(min_length=1, max_length=MAX_CREDENTIAL_BYTES)]
MAX_DEVICE_LIST_BYTES = 4 * 1024
DeviceListBytes = Annotated[bytes, Meta(min_length=1, max_length=MAX_DEVICE_LIST_BYTES)]

SIGN_IN_LABEL = b"MentalVerse sign-in v1"


class WireLimits(Fact, frozen=True):
    """Bounds of this server that a client plans with."""

    max_frame_bytes: Seq
    max_ciphertext_bytes: Seq
    max_page_rows: Seq
    max_attachment_bytes: Seq
    """Octets of an attachment before it is padded and encrypted."""


class CrisisDesk(StrEnum):
    """What of a crisis desk a server has."""

    NONE = "none"
    """Nobody answers: the lines outside are all that there is."""
    DEMO = "demo"
    """To try it out: nobody is trained, and no help comes."""
    OPEN = "open"
    """A clinical owner answers for it."""


class ServerInfo(Fact, frozen=True):
    """What a client must know, and pin, before it registers."""

    protocol: Seq
    server: str
    """Id of this installation: 32 hexadecimal digits, signed into every sign-in."""
    generation: str
    """Id of this database: another value means it was restored from a backup."""
    as_keys: dict[str, bytes]
    """Ed25519 keys of the Authentication Service by key id (16 hex digits)."""
    log_pub: PublicKey
    """Ed25519 key that signs the heads of the transparency log."""
    limits: WireLimits
    safety_suite: Seq = 0
    """MLS cipher suite whose KEM and AEAD seal reports."""
    safety_pub: bytes = b""
    """HPKE key that reports are sealed to; empty if nobody takes reports here."""
    passkey_rp: str = ""
    """Relying party id of passkeys (`passkey_api`); empty if there can be none."""
    as_succession: tuple[bytes, ...] = ()
    """Every key of `as_keys` with the signature of the one before, oldest first
    (`mentalverse_crypto.as_keys.AsKey`). A client accepts a key that it did not pin
    if the ones before lead to it and the transparency log records it."""
    push_key: bytes = b""
    """Key that browsers subscribe with (`push_api`), a point on P-256 of 65 octets;
    empty if there is no Web Push here."""
    crisis_desk: CrisisDesk = CrisisDesk.NONE
    """Whether people answer here who is in a crisis."""


class InviteRedeem(Payload, frozen=True):
    """Create an account with its first device, using up an invitation.

    The client makes both ids and both key pairs. `credential` is the device
    credential signed by the account key; the answer carries it with the
    server's signature. `device_list` is the account's first, which names this device
    alone. Repeating the same call gives the same answer.
    """

    code: Annotated[str, Meta(min_length=8, max_length=64)]
    handle: Handle
    account: AccountIdField
    account_pub: PublicKey
    device: DeviceIdField
    signature_pub: PublicKey
    credential: CredentialBytes
    device_list: DeviceListBytes


class InviteRedeemed(Fact, frozen=True):
    """The account exists; `credential` is complete."""

    account: AccountIdField
    device: DeviceIdField
    credential: bytes


class ChallengeRequest(Payload, frozen=True):
    """Ask for something to sign."""

    device: DeviceIdField


class Challenge(Fact, frozen=True):
    """Good for one sign-in within five minutes. Given for any device id."""

    challenge: ChallengeId
    nonce: Nonce


class SignIn(Payload, frozen=True):
    """The device's signature over `sign_in_message`."""

    challenge: ChallengeId
    signature: Signature


class SignedIn(Fact, frozen=True):
    """`token` authenticates the Socket.IO connection and `/sign-out`."""

    token: Token
    sign_in: SignInIdField
    account: AccountIdField
    device: DeviceIdField
    expires_at: TimestampMs


def sign_in_message(server: str, challenge: str, device: str, nonce: bytes) -> bytes:
    """The bytes a device signs: label ‖ server ‖ challenge ‖ device ‖ nonce.

    The three ids are 16 raw bytes each and the nonce is 32, so the encoding is
    unambiguous.
    """
    ids = id_bytes(server) + id_bytes(challenge) + id_bytes(device)
    return SIGN_IN_LABEL + ids + nonce
