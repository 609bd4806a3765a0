"""Bodies by which a credential is asked for and shown, between members alone.

| ``t``            | ``b``                                                       |
|------------------|-------------------------------------------------------------|
| credential.ask   | ``nonce``: 32 octets that were never used before            |
| credential.shown | ``nonce``, ``jwt`` (the credential), ``sig`` (of its holder) |

``sig`` is a JWS over what only this member can say in this epoch, with the nonce; what
it holds and how it is verified is said in `mentalverse_modules.credentials.proof`. Here
both are text that fits a message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from .ijson import Json, Members, unknown_members

NONCE_BYTES = 32
MAX_JWT_CHARACTERS = 16_384
MAX_SIG_CHARACTERS = 1_024


@dataclass(frozen=True, slots=True)
class CredentialAsk:
    """Somebody wants to see a credential, here and now."""

    type: ClassVar[str] = "credential.ask"
    nonce: bytes
    """`NONCE_BYTES` octets."""
    extra: Mapping[str, Json] = unknown_members()


@dataclass(frozen=True, slots=True)
class CredentialShown:
    """The answer to a `CredentialAsk`."""

    type: ClassVar[str] = "credential.shown"
    nonce: bytes
    jwt: str = field(repr=False)
    sig: str = field(repr=False)
    extra: Mapping[str, Json] = unknown_members()


def read_credential_ask(body: Members) -> CredentialAsk:
    """The body of type ``credential.ask``."""
    return CredentialAsk(body.octets("nonce", NONCE_BYTES), body.rest())


def read_credential_shown(body: Members) -> CredentialShown:
    """The body of type ``credential.shown``; nothing in it is verified here."""
    return CredentialShown(
        body.octets("nonce", NONCE_BYTES),
        body.text("jwt", MAX_JWT_CHARACTERS),
        body.text("sig", MAX_SIG_CHARACTERS),
        body.rest(),
    )
