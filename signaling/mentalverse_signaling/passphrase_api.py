"""A passphrase as the way to one's backup: JSON over HTTPS, as in `account_api`.

    PUT    /api/v1/passphrase          PassphraseSet (bearer token) → Empty
    DELETE /api/v1/passphrase          (bearer token)               → Empty
    POST   /api/v1/passphrase/begin    PassphraseBegin              → PassphraseParams
    POST   /api/v1/passphrase/backup   PassphraseProof              → octets

The server never sees the passphrase. The client stretches it (NFC, UTF-8) by Argon2id
(RFC 9106, one lane) with the salt and cost of `PassphraseParams` to 32 octets, and
expands these by HKDF-SHA256 (RFC 5869 §2.3) with two labels to two keys: `auth` is
sent and proves the passphrase, `wrap` stays and opens the backup's slot. Neither gives
the other. The server keeps a slow hash of `auth`.

As a passkey (`passkey_api`), it signs nobody in: it gives the account's backup.

`begin` answers for every handle, for one without a passphrase always the same salt, so
that nobody learns from it who is here. There is one cost, for the same reason. Wrong
proofs are `unauthorised`, whatever is wrong; attempts are limited by handle and by
address, and a limit always ends by itself.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .fields import Fact, Handle, Payload, Seq

PASSPHRASE_PASSES = 3
PASSPHRASE_MEMORY_KIBIBYTES = 256 * 1024
"""As a backup's passphrase slot: were it cheaper, a thief of the database would guess
at `auth` instead."""
AUTH_KEY_LABEL = "MentalVerse passphrase auth v1"
WRAP_KEY_LABEL = "MentalVerse passphrase wrap v1"

Salt = Annotated[bytes, Meta(min_length=16, max_length=16)]
AuthKey = Annotated[bytes, Meta(min_length=32, max_length=32)]


class PassphraseSet(Payload, frozen=True):
    """From now on this proves the account's passphrase, instead of any before."""

    salt: Salt
    auth: AuthKey


class PassphraseBegin(Payload, frozen=True):
    """Ask how the passphrase of a handle is stretched."""

    handle: Handle


class PassphraseParams(Fact, frozen=True):
    """Given for any handle."""

    salt: Salt
    passes: Seq
    memory_kibibytes: Seq


class PassphraseProof(Payload, frozen=True):
    """Ask for the backup of the account with this handle."""

    handle: Handle
    auth: AuthKey
