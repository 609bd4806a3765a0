"""A credential that somebody shows, checked without a network.

Whoever issued it is named by it: a `did:key` is the key itself, a `did:web` has a
document at its host (`https://HOST/.well-known/did.json`), which the caller brings, as
well as the status lists that the credential names. Whether an issuer is one to believe
is the caller's to say; all that is checked here is that it was this issuer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from mentalverse_modules.credentials import proof, vc
from mentalverse_modules.credentials.errors import MalformedCredential
from mentalverse_modules.credentials.keys import (
    PublicKey,
    key_id,
    key_of_did,
    keys_of_document,
)
from mentalverse_modules.credentials.status_list import verify_list

KeyOf = Callable[[str], PublicKey | None]


def verify(
    jwt: str,
    now_s: int,
    *,
    issuer: str | None = None,
    document: bytes | None = None,
    lists: Iterable[str] = (),
) -> vc.Credential:
    """A credential that its issuer signed and that holds now.

    Args:
        jwt: The credential as it is carried.
        now_s: Unix seconds.
        issuer: Whose it has to be; None: whoever it names.
        document: DID document of a `did:web`.
        lists: The status lists that it names, as they were published; each is good for
            ten minutes.

    Raises:
        CredentialError: of `mentalverse_modules.credentials.errors`. Its `code` says
            why not: `wrong_signature`, `unknown_key`, `expired`, `revoked`,
            `suspended`, `status_unknown` (a list is missing), …
    """
    key_of = _keys(document)
    published = [verify_list(each, key_of, now_s) for each in lists]
    found = vc.verify(jwt, key_of, published, now_s)
    if issuer is not None and found.issuer != issuer:
        raise MalformedCredential("it is of another issuer")
    return found


def verify_shown(
    shown: proof.LiveProof,
    place: proof.Place,
    now_s: int,
    *,
    issuer: str,
    document: bytes | None = None,
    lists: Iterable[str] = (),
) -> vc.Credential:
    """As `verify`, of what a member shows in a conversation.

    Raises:
        CredentialError: and `shown_elsewhere`, `wrong_signature` for what is shown by
            somebody else, or somewhere else.
    """
    key_of = _keys(document)
    published = [verify_list(each, key_of, now_s) for each in lists]
    found = proof.verify(shown, place, key_of, published, now_s)
    if found.issuer != issuer:
        raise MalformedCredential("it is of another issuer")
    return found


def lists_of(jwt: str, document: bytes | None) -> tuple[str, ...]:
    """The status lists that a credential names. Raises `CredentialError`."""
    return vc.lists_of(jwt, _keys(document))


def issuer_of(document: bytes) -> str:
    """Whose DID document this is. Raises `MalformedCredential`."""
    try:
        return msgspec.json.decode(document, type=_Named).id
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise MalformedCredential("not a DID document") from None


class _Named(msgspec.Struct, frozen=True):
    id: str


def _keys(document: bytes | None) -> KeyOf:
    def key_of(kid: str) -> PublicKey | None:
        did = kid.partition("#")[0]
        if not did.startswith("did:key:"):
            return (
                None if document is None else keys_of_document(did, document).get(kid)
            )
        key = key_of_did(did)
        return key if key_id(did, key) == kid else None

    return key_of
