"""Packs as documents: read, written, hashed, signed, and those that ship.

`read` takes a document only if `lint` finds nothing. A pack's hash is SHA-256 over its
canonical octets; its signature, Ed25519 by the installation's policy key, is over a
label and that hash.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from .canonical import canonical, parsed
from .errors import MalformedPack, UntrustedPack
from .lint import lint
from .packs import Pack

SHIPPED = ("peer", "professional")
"""The packs that ship. Mentors and mentees are of one budget, so of one pack."""
_LABEL = b"MentalVerse reward pack v1"


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pack as it is kept and handed on; key and signature in hex."""

    document: str
    """The canonical octets, as text."""
    key: str
    signature: str


def read(octets: bytes) -> Pack:
    """The pack that a document is.

    Raises:
        MalformedPack: what `lint` finds first.
    """
    for found in lint(octets):
        raise MalformedPack(found.code, found.where, found.what)
    return msgspec.convert(parsed(octets), Pack)


def written(pack: Pack) -> bytes:
    """The canonical octets of a pack; `read` gives the same pack."""
    return canonical(msgspec.json.decode(msgspec.json.encode(pack)))


@cache
def pack_hash(pack: Pack) -> str:
    """SHA-256 of the canonical octets: the name of exactly these rules."""
    return hashlib.sha256(written(pack)).hexdigest()


@cache
def shipped(name: str) -> Pack:
    """One of `SHIPPED`."""
    folder = files(__package__).joinpath("pack_files")
    return read(folder.joinpath(f"{name}.json").read_bytes())


def signed(pack: Pack, private_key: bytes) -> Signed:
    """A pack under the installation's policy key, an Ed25519 seed of 32 octets."""
    key = Ed25519PrivateKey.from_private_bytes(private_key)
    return Signed(
        written(pack).decode("ascii"),
        key.public_key().public_bytes_raw().hex(),
        key.sign(_message(pack)).hex(),
    )


def opened(envelope: Signed, public_key: bytes) -> Pack:
    """The pack of an envelope, if this policy key has signed it.

    Raises:
        MalformedPack: it holds no pack.
        UntrustedPack: another key, another document, or another form of it.
    """
    pack = read(envelope.document.encode())
    if envelope.document.encode() != written(pack):
        raise UntrustedPack("the document is not in its canonical form")
    try:
        signature = bytes.fromhex(envelope.signature)
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, _message(pack))
    except (InvalidSignature, ValueError):
        raise UntrustedPack("the policy key has not signed this") from None
    if envelope.key != public_key.hex():
        raise UntrustedPack("it names another key than it is signed with")
    return pack


def _message(pack: Pack) -> bytes:
    return _LABEL + bytes.fromhex(pack_hash(pack))
