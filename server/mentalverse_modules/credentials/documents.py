"""Packs as documents: read, named, signed, and those that ship.

`peer` and `professional` ship; an operator may write others. A pack's name for one
content is the SHA-256 of its one spelling, so that a decision can be judged by the pack
that it was taken by; whoever runs the installation vouches for it by a signature.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

import msgspec

from . import jose
from .errors import MalformedPack
from .keys import IssuerKey
from .lint import lint
from .packs import Pack

SHIPPED = ("peer", "professional")
MEDIA_TYPE = "mentalverse-requirements+jws"
MAX_PACK_BYTES = 256 * 1024


def read(octets: bytes) -> Pack:
    """The pack that a document is.

    Raises:
        MalformedPack: what `lint` finds.
    """
    if len(octets) > MAX_PACK_BYTES:
        raise MalformedPack(("larger than 256 KiB",))
    try:
        pack = msgspec.json.decode(octets, type=Pack)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedPack((str(error),)) from None
    findings = lint(pack)
    if findings:
        raise MalformedPack(findings)
    return pack


def written(pack: Pack) -> bytes:
    """The one spelling of a pack."""
    return msgspec.json.encode(pack, order="sorted")


def pack_hash(pack: Pack) -> str:
    """Names exactly these requirements."""
    return hashlib.sha256(written(pack)).hexdigest()


def sign_pack(pack: Pack, key: IssuerKey) -> str:
    """The pack as whoever runs the installation vouches for it."""
    return jose.sign(written(pack), key, MEDIA_TYPE)


def verify_pack(token: str, key_of: jose.KeyOf) -> Pack:
    """A pack that somebody vouched for.

    Raises:
        CredentialError: altered, of somebody unknown, or no pack.
    """
    return read(jose.verify(token, key_of, MEDIA_TYPE)[0])


@cache
def shipped(name: str) -> Pack:
    """A pack that ships. Raises `KeyError`: there is none of that name."""
    if name not in SHIPPED:
        raise KeyError(name)
    return read((files(__package__) / "pack_files" / f"{name}.json").read_bytes())
