"""Passkeys (WebAuthn Level 3): JSON over HTTPS, as in `account_api`.

    POST   /api/v1/passkeys/begin         (bearer token)         → PasskeyOptions
    POST   /api/v1/passkeys               PasskeyRegister (b. t.) → PasskeyView
    GET    /api/v1/passkeys               (bearer token)         → Passkeys
    DELETE /api/v1/passkeys/{passkey}     (bearer token)         → Empty
    POST   /api/v1/passkeys/use                                  → PasskeyOptions
    POST   /api/v1/passkeys/verify        PasskeyUse (b. t.)     → Verified
    POST   /api/v1/passkeys/backup        PasskeyUse             → octets

`begin`, the registration and DELETE need a fresh proof (`proof_api`).

A passkey signs nobody in. It does two things: it shows that the person is there now
(`verify`, for five minutes), and it lets a new browser fetch the account's backup
(`backup`), which only the passkey's own PRF output opens. What is found in it enrols
the new device by the device list, as ever: the server alone adds no device.

`options` and `credential` are JSON texts as `parseCreationOptionsFromJSON`,
`parseRequestOptionsFromJSON` and `toJSON` of the browser have them. A ceremony is used
once, within five minutes, at the server's own origin, and the person is verified by
the authenticator. Passkeys are discoverable: nobody types a name.

**The PRF output must not be sent.** A client takes it out of `credential` first; a
request that holds it is a `bad_request`, before anything is done, so that no client
gets used to sending it.

`ServerInfo.passkey_rp` is the relying party id. It is empty, and every call here is
`not_found`, when the server is not reached under a name: an IP address is none.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .fields import Fact, Payload, TimestampMs

MAX_PASSKEYS = 4
"""Of one account: a backup has six key slots, two for words and passphrase."""
FRESH_MINUTES = 5
"""How long a sign-in counts as verified after a passkey was used with it."""
MAX_CREDENTIAL_CHARS = 8 * 1024

CeremonyId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$", max_length=32)]
CredentialJson = Annotated[str, Meta(min_length=2, max_length=MAX_CREDENTIAL_CHARS)]
PasskeyLabel = Annotated[str, Meta(min_length=1, max_length=40)]


class PasskeyOptions(Fact, frozen=True):
    """What to ask the authenticator for."""

    ceremony: CeremonyId
    options: str


class PasskeyRegister(Payload, frozen=True):
    """A new passkey, as the authenticator made it; `label` is for its owner."""

    ceremony: CeremonyId
    label: PasskeyLabel
    credential: CredentialJson


class PasskeyUse(Payload, frozen=True):
    """What the authenticator signed."""

    ceremony: CeremonyId
    credential: CredentialJson


class PasskeyView(Fact, frozen=True):
    """One passkey of the caller's account."""

    passkey: str
    """Credential id in base64url (RFC 4648 §5) without padding, as browsers have it."""
    label: str
    created_at: TimestampMs
    used_at: TimestampMs | None


class Passkeys(Fact, frozen=True):
    """Every passkey of the caller's account, oldest first."""

    passkeys: tuple[PasskeyView, ...]


class Verified(Fact, frozen=True):
    """The sign-in counts as freshly verified until then."""

    until: TimestampMs
