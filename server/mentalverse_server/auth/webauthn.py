"""Passkey ceremonies: the only place that knows the WebAuthn library.

Verification follows WebAuthn Level 3 §7.1 and §7.2: challenge, exact origin, relying
party id, user present and verified, signature, and a counter that rises if the
authenticator has one. Attestation is not asked for: which make somebody's device is of
is nobody's business, and a mark of quality of it would lock people out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from mentalverse_signaling.errors import BadRequest, Unauthorised

RP_NAME = "MentalVerse"
TIMEOUT_MS = 5 * 60 * 1000
_REQUIRED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who asks: the id that passkeys are bound to, and the one origin they work at."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What is kept of a passkey."""

    id: bytes
    public_key: bytes = field(repr=False)
    """COSE (RFC 9052)."""
    sign_count: int


@dataclass(frozen=True, slots=True)
class Presented:
    """A credential of a browser, read but not yet believed."""

    id: bytes
    user_handle: bytes
    fields: dict[str, Any] = field(repr=False)


def creation_options(
    party_id: str, user: bytes, handle: str, challenge: bytes, known: list[bytes]
) -> str:
    """What `navigator.credentials.create` is asked for, as JSON."""
    options = webauthn.generate_registration_options(
        rp_id=party_id,
        rp_name=RP_NAME,
        user_id=user,
        user_name=handle,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=_REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
    )
    return webauthn.options_to_json(options)


def request_options(party_id: str, challenge: bytes) -> str:
    """What `navigator.credentials.get` is asked for, of any passkey, as JSON."""
    return webauthn.options_to_json(
        webauthn.generate_authentication_options(
            rp_id=party_id,
            challenge=challenge,
            timeout=TIMEOUT_MS,
            user_verification=_REQUIRED,
        )
    )


def read_credential(text: str) -> Presented:
    """A credential as `toJSON` writes it; `BadRequest` if it is none.

    It is also refused when it carries what must stay in the browser.
    """
    try:
        fields = msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise BadRequest("not a credential") from None
    refuse_secrets(fields.get("clientExtensionResults"))
    try:
        response = fields["response"]
        user_handle = base64url_to_bytes(response.get("userHandle") or "")
        return Presented(base64url_to_bytes(fields["id"]), user_handle, fields)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise BadRequest("not a credential") from None


def refuse_secrets(extensions: object) -> None:
    """`BadRequest` if extension results hold a secret of the authenticator.

    The PRF output opens the backup. A server that is sent it could read what it
    promises not to be able to.
    """
    if not isinstance(extensions, dict):
        return
    prf = extensions.get("prf")
    holds_output = not isinstance(prf, dict | None) or (prf or {}).get("results")
    if holds_output or extensions.get("hmacGetSecret") or extensions.get("largeBlob"):
        raise BadRequest("the output of an authenticator's PRF must not be sent")


def verify_new(
    presented: Presented, party: RelyingParty, challenge: bytes
) -> NewPasskey:
    """The passkey that was made for this challenge, else `Unauthorised`."""
    try:
        made = webauthn.verify_registration_response(
            credential=presented.fields,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception:  # whatever the library makes of a stranger's octets
        raise Unauthorised("the passkey was not made for this") from None
    return NewPasskey(made.credential_id, made.credential_public_key, made.sign_count)


def verify_use(
    presented: Presented,
    party: RelyingParty,
    challenge: bytes,
    public_key: bytes,
    sign_count: int,
) -> int:
    """The passkey's counter after it signed this challenge, else `Unauthorised`."""
    try:
        used = webauthn.verify_authentication_response(
            credential=presented.fields,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except Exception:  # whatever the library makes of a stranger's octets
        raise Unauthorised("the passkey did not sign this") from None
    return used.new_sign_count


def passkey_text(credential_id: bytes) -> str:
    """A credential id as browsers have it."""
    return bytes_to_base64url(credential_id)


def passkey_octets(text: str) -> bytes:
    """The credential id of such a text; `BadRequest` if it is none."""
    try:
        return base64url_to_bytes(text)
    except ValueError:
        raise BadRequest("not the id of a passkey") from None
