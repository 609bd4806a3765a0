"""A licence shown inside an encrypted conversation, by whoever holds it.

The mentor sends the credential into the conversation, with a fresh nonce and a
signature of the holder's key over

    label ‖ SHA-256(credential) ‖ nonce ‖ account ‖ device ‖
    MLS-Exporter("MentalVerse credential v1", nonce, 32)

Only a member of this epoch can compute the last part (RFC 9420 §8.5), and each does so
by itself. Account and device are those of the leaf that shows it. So who verifies knows
that this member of this very conversation is licensed, and has nobody's word for it,
the server's included. A proof that another member repeats, or that is carried to
another conversation or a later epoch, fits nowhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from . import jose, vc
from .errors import MalformedCredential, ShownElsewhere
from .keys import IssuerKey, PublicKey, key_id, key_of_did
from .status_list import PublishedList

NONCE_BYTES = 32
EXPORTED_BYTES = 32
LEAF_BYTES = 32
MEDIA_TYPE = "mentalverse-proof+jws"
_LABEL = b"MentalVerse credential proof v1\x00"


@dataclass(frozen=True, slots=True)
class LiveProof:
    """What is sent into the conversation."""

    credential: str
    """A token of `vc.sign`."""
    nonce: bytes
    signature: str
    """A token of the holder's key."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a credential is shown, and by which member.

    Raises:
        MalformedCredential: not of these lengths.
    """

    leaf: bytes
    """Account and device, 16 octets each."""
    exported: bytes = field(repr=False)
    """Of the exporter, with the nonce as context."""

    def __post_init__(self) -> None:
        if len(self.leaf) != LEAF_BYTES or len(self.exported) != EXPORTED_BYTES:
            raise MalformedCredential("a leaf and an export of 32 octets each")


def signed_bytes(credential: str, nonce: bytes, place: Place) -> bytes:
    """What the holder signs.

    Raises:
        MalformedCredential: a nonce of another length.
    """
    if len(nonce) != NONCE_BYTES:
        raise MalformedCredential("a nonce has 32 octets")
    digest = hashlib.sha256(credential.encode()).digest()
    return _LABEL + digest + nonce + place.leaf + place.exported


def prove(credential: str, nonce: bytes, place: Place, holder: IssuerKey) -> LiveProof:
    """The proof that its holder makes."""
    message = signed_bytes(credential, nonce, place)
    return LiveProof(credential, nonce, jose.sign(message, holder, MEDIA_TYPE))


def verify(
    proof: LiveProof,
    place: Place,
    key_of: jose.KeyOf,
    lists: Iterable[PublishedList],
    now_s: int,
) -> vc.Credential:
    """The credential of somebody who takes part here and now.

    Raises:
        CredentialError: it does not hold, or it is shown by somebody else, or
            somewhere else.
    """
    credential = vc.verify(proof.credential, key_of, lists, now_s)
    holder = key_of_did(credential.subject)
    name = key_id(credential.subject, holder)

    def of_holder(kid: str) -> PublicKey | None:
        return holder if kid == name else None

    message, _ = jose.verify(proof.signature, of_holder, MEDIA_TYPE)
    if message != signed_bytes(proof.credential, proof.nonce, place):
        raise ShownElsewhere("this proof is not of this member, here and now")
    return credential
