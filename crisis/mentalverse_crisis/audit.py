"""The log of the desk as a chain: whoever changes a row breaks every row after it.

    hash = SHA-256(label ‖ previous hash ‖ number ‖ canonical(entry))

The first row's previous hash is `GENESIS`. The whole log of a server is one chain, over
all cases, so that not even a whole case can be taken out of it. What a chain alone
cannot show is that its end is missing: that takes a head known from elsewhere, which
the server signs and sends off its host.

Who acted and what could tell whom it was about (`PERSONAL`) is in the chain as a salted
commitment only: HMAC-SHA-256 under 32 random octets of its own. Erasing a field drops
its salt and its value; the commitment stays, says nothing any more, and the chain still
holds. Every field of `PERSONAL` has a commitment, also an empty one, so that after an
erasure nobody can tell which there were.

Canonical form: for each field in the order of its name, its name and its value, each as
a length of 4 octets and the octets, the value behind one octet for its kind. Plain
fields at their default are left out, so a field that a later version adds changes no
hash of a row without it. It can be read back in one way only.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Annotated

import msgspec

from .record import Entry

PERSONAL = ("actor", "language", "reason", "region", "responder")
"""Fields that can be erased."""
SALT_BYTES = 32
GENESIS = hashlib.sha256(b"MentalVerse crisis log v1").hexdigest()
"""What stands before the first row."""

_ROW = b"MentalVerse crisis row v1"
_FIELD = b"MentalVerse crisis field v1"

Hex = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
"""32 octets. Lower case only: one value has one form."""


class Row(
    Entry, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """One entry in its place in the chain."""

    seq: Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]
    """Of the chain, from 0."""
    prev_hash: Hex
    hash: Hex
    commitments: Mapping[str, Hex]
    """By the names of `PERSONAL`."""
    salts: Mapping[str, Hex] = msgspec.field(default_factory=dict)
    """Of the fields that have not been erased."""


class Flaw(Enum):
    """How a row shows that it is not what was written."""

    NUMBER = "number"
    """Not the next one: a row is missing, doubled or in another's place."""
    LINK = "link"
    """It follows another row than the one before it."""
    COMMITMENT = "commitment"
    """A personal field without one, or with one for a field that is not personal."""
    VALUE = "value"
    """A personal field that is not what was committed to."""
    HASH = "hash"
    """Something else of the row."""
    HEAD = "head"
    """The log never had the head that is known of it: its end is missing."""


class Broken(msgspec.Struct, frozen=True):
    """The first place where a chain does not hold."""

    place: int
    """Index of the row, from 0; the number of rows if the end is missing."""
    flaw: Flaw


def chained(entry: Entry, prev: Row | None, salts: Mapping[str, bytes]) -> Row:
    """The row of an entry, after the last one of the chain.

    Args:
        entry: what happened.
        prev: the last row, if there is one.
        salts: 32 fresh random octets for each name of `PERSONAL`.
    """
    if set(salts) != set(PERSONAL) or {len(one) for one in salts.values()} != {
        SALT_BYTES
    }:
        raise ValueError("each personal field needs a salt of 32 octets")
    commitments = {
        name: _commitment(salt, name, getattr(entry, name))
        for name, salt in salts.items()
    }
    seq, prev_hash = (0, GENESIS) if prev is None else (prev.seq + 1, prev.hash)
    return Row(
        **{name: getattr(entry, name) for name in Entry.__struct_fields__},
        seq=seq,
        prev_hash=prev_hash,
        hash=_hash(entry, seq, prev_hash, commitments),
        commitments=commitments,
        salts={name: salt.hex() for name, salt in salts.items()},
    )


def erased(row: Row, names: Iterable[str] = PERSONAL) -> Row:
    """The row without these fields; the chain holds as before."""
    gone = set(names) & set(PERSONAL)
    kept = {name: salt for name, salt in row.salts.items() if name not in gone}
    return msgspec.structs.replace(row, salts=kept, **dict.fromkeys(gone, ""))


def verify(rows: Iterable[Row], head: str | None = None) -> Broken | None:
    """The first place where the chain does not hold, or none.

    Args:
        rows: the whole log, in its order.
        head: the hash of a last row, known from elsewhere; the log may have grown.
    """
    hashed, place = GENESIS, 0
    is_known = head in (None, GENESIS)
    for place, row in enumerate(rows, 1):
        flaw = _flaw(row, place - 1, hashed)
        if flaw is not None:
            return Broken(place - 1, flaw)
        hashed = row.hash
        is_known = is_known or hashed == head
    return None if is_known else Broken(place, Flaw.HEAD)


def canonical(entry: Entry, commitments: Mapping[str, str]) -> bytes:
    """The octets that a row's hash is over; a field with a commitment is that alone."""
    parts = []
    for name in sorted(Entry.__struct_fields__):
        if name in commitments:
            parts.append(_framed(name.encode()))
            parts.append(_framed(b"c" + bytes.fromhex(commitments[name])))
            continue
        value = getattr(entry, name)
        if value == _DEFAULTS.get(name, _REQUIRED):
            continue
        parts.append(_framed(name.encode()))
        parts.append(_framed(_octets(value)))
    return b"".join(parts)


_REQUIRED = object()
_DEFAULTS = {
    field.name: field.default
    for field in msgspec.structs.fields(Entry)
    if not field.required
}


def _octets(value: object) -> bytes:
    if isinstance(value, Enum) and isinstance(value.value, str):
        return b"e" + value.value.encode()
    if isinstance(value, int):
        return b"i%d" % value
    return b"s" + str(value).encode()


def _framed(octets: bytes) -> bytes:
    return len(octets).to_bytes(4) + octets


def _commitment(salt: bytes, name: str, value: str) -> str:
    message = _FIELD + _framed(name.encode()) + _framed(value.encode())
    return hmac.digest(salt, message, hashlib.sha256).hex()


def _hash(entry: Entry, seq: int, prev: str, commitments: Mapping[str, str]) -> str:
    written = seq.to_bytes(8) + canonical(entry, commitments)
    return hashlib.sha256(_ROW + bytes.fromhex(prev) + written).hexdigest()


def _flaw(row: Row, place: int, prev_hash: str) -> Flaw | None:
    if row.seq != place:
        return Flaw.NUMBER
    if row.prev_hash != prev_hash:
        return Flaw.LINK
    if set(row.commitments) != set(PERSONAL) or not set(row.salts) <= set(PERSONAL):
        return Flaw.COMMITMENT
    for name in PERSONAL:
        value, salt = getattr(row, name), row.salts.get(name)
        if salt is None:
            holds = value == ""
        else:
            made = _commitment(bytes.fromhex(salt), name, value)
            holds = made == row.commitments[name]
        if not holds:
            return Flaw.VALUE
    if _hash(row, row.seq, row.prev_hash, row.commitments) != row.hash:
        return Flaw.HASH
    return None
