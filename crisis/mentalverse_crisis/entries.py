"""Entries of the lists that an operator keeps; a mistake is named by entry and field.

Each entry is read by itself, so that it can be named by what it says of itself.
"""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from .errors import MalformedEntry

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
"""A tag of BCP 47."""
COUNTRY = re.compile(r"[A-Z]{2}")
"""ISO 3166-1 alpha-2."""
DIALLED = re.compile(r"\+?[0-9]+( [0-9]+)*", re.ASCII)
"""A number as one writes it down."""

_PLACE = re.compile(r"`\$\.?(?P<path>[^`]*)`$|field `(?P<field>[^`]*)`")

T = TypeVar("T")


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file holds; a field that nobody knows is a mistake in it."""


class _Key(msgspec.Struct):
    country: object = None
    name: object = None


def decoded(document: bytes, shape: type[T], entry: str) -> T:
    """What the octets say. Raises `MalformedEntry` of this entry."""
    try:
        return msgspec.json.decode(document, type=shape)
    except msgspec.ValidationError as error:
        found = _PLACE.search(str(error))
        place = (found["path"] or found["field"] or "") if found else ""
        raise MalformedEntry(entry, place, str(error).split(" - at ")[0]) from None
    except msgspec.DecodeError as error:
        raise MalformedEntry(entry, "", str(error)) from None


def label(raw: bytes, position: int) -> str:
    """How an entry that cannot be read is named."""
    try:
        key = msgspec.json.decode(raw, type=_Key)
    except msgspec.ValidationError:
        return f"entry {position}"
    known = " ".join(each for each in (key.country, key.name) if isinstance(each, str))
    return f"entry {position} ({known})" if known else f"entry {position}"
