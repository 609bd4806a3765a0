"""I-JSON (RFC 7493) with limits, for the plaintext of application messages.

No duplicate names, no lone surrogates, no NaN or infinity, integers within
±(2^53 − 1), nesting of at most 8, at most 32,000 bytes. Two readers that disagreed
on one of these could show two people different messages under one signature.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import field
from typing import TypeAlias
from uuid import UUID

from . import base64url
from .errors import ContentInvalid, ContentMalformed, ContentTooLarge, DecodeError

MAX_CONTENT_BYTES = 32_000
"""Longest plaintext: it still fits the largest padding bucket of 32 KiB."""
MAX_DEPTH = 8
"""Deepest nesting, the outermost value being 1."""
MAX_INTEGER = (1 << 53) - 1
"""Largest integer that every JSON reader holds exactly (RFC 7493 §2.2)."""

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"
"""A JSON value as the standard library reads it."""


def unknown_members() -> dict[str, Json]:
    """The field of a dataclass for members that nobody took, to be written back."""
    return field(default_factory=dict, hash=False, repr=False)


def parse(data: bytes) -> Json:
    """The one JSON value that `data` holds.

    Raises:
        ContentTooLarge: more than `MAX_CONTENT_BYTES`.
        ContentMalformed: not JSON, or outside the limits of this module.
    """
    if len(data) > MAX_CONTENT_BYTES:
        raise ContentTooLarge(f"more than {MAX_CONTENT_BYTES} bytes")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise ContentMalformed("not UTF-8") from None
    _check_depth(text)
    try:
        value: Json = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ContentMalformed(f"not JSON: {error.msg}") from None
    if "\\u" in text:
        _check_surrogates(value)
    return value


class Members:
    """The members of one JSON object, taken by name; `rest` is what nobody took.

    Every method raises `ContentInvalid` when the member is missing, of another type
    or out of bounds.
    """

    __slots__ = ("_left", "_where")

    def __init__(self, value: Json, where: str) -> None:
        if not isinstance(value, dict):
            raise ContentInvalid(f"{where} is not an object")
        self._left = dict(value)
        self._where = where

    def _take(self, name: str) -> Json:
        if name not in self._left:
            raise ContentInvalid(f"{self._where} lacks {name}")
        return self._left.pop(name)

    def text(self, name: str, limit: int = MAX_CONTENT_BYTES) -> str:
        """A text of 1 to `limit` code points."""
        value = self._take(name)
        if not isinstance(value, str) or not 1 <= len(value) <= limit:
            raise ContentInvalid(f"{name} is not a text of 1 to {limit} characters")
        return value

    def optional_text(self, name: str, limit: int = MAX_CONTENT_BYTES) -> str | None:
        """The same, or None when the member is absent; ``null`` is not absent."""
        return self.text(name, limit) if name in self._left else None

    def texts(self, name: str, count: int, limit: int) -> tuple[str, ...]:
        """An array of at most `count` texts of 1 to `limit` code points."""
        value = self._take(name)
        if not isinstance(value, list) or len(value) > count:
            raise ContentInvalid(f"{name} is not an array of at most {count} items")
        texts = tuple(item for item in value if isinstance(item, str))
        if len(texts) != len(value) or not all(1 <= len(t) <= limit for t in texts):
            raise ContentInvalid(f"{name} holds no text of 1 to {limit} characters")
        return texts

    def integer(self, name: str, least: int = 0, most: int = MAX_INTEGER) -> int:
        """An integer from `least` to `most`, without fraction or exponent."""
        value = self._take(name)
        if type(value) is not int or not least <= value <= most:
            raise ContentInvalid(f"{name} is not an integer of {least} to {most}")
        return value

    def optional_integer(self, name: str, *, most: int = MAX_INTEGER) -> int | None:
        """One from 0 to `most`, or None when the member is absent."""
        return self.integer(name, most=most) if name in self._left else None

    def flag(self, name: str) -> bool:
        """``true`` or ``false``."""
        value = self._take(name)
        if not isinstance(value, bool):
            raise ContentInvalid(f"{name} is neither true nor false")
        return value

    def uuid(self, name: str) -> UUID:
        """A UUID in its one canonical form: lower case, with hyphens."""
        value = self.text(name)
        try:
            parsed = UUID(value)
        except ValueError:
            raise ContentInvalid(f"{name} is not a UUID") from None
        if str(parsed) != value:
            raise ContentInvalid(f"{name} is not a UUID in its canonical form")
        return parsed

    def optional_uuid(self, name: str) -> UUID | None:
        """The same, or None when the member is absent."""
        return self.uuid(name) if name in self._left else None

    def octets(self, name: str, length: int) -> bytes:
        """Exactly `length` octets as base64url without padding (RFC 4648 §5)."""
        try:
            octets = base64url.decode(self.text(name))
        except DecodeError:
            octets = b""
        if len(octets) != length:
            raise ContentInvalid(f"{name} is not {length} octets of base64url")
        return octets

    def integers(self, name: str, count: int, most: int) -> tuple[int, ...]:
        """An array of at most `count` integers from 0 to `most`."""
        value = self._take(name)
        if not isinstance(value, list) or len(value) > count:
            raise ContentInvalid(f"{name} is not an array of at most {count} items")
        integers = tuple(item for item in value if type(item) is int)
        if len(integers) != len(value) or not all(0 <= n <= most for n in integers):
            raise ContentInvalid(f"{name} holds something else than 0 to {most}")
        return integers

    def object(self, name: str) -> Members:
        """An object."""
        return Members(self._take(name), name)

    def objects(self, name: str, count: int) -> tuple[Members, ...]:
        """An array of at most `count` objects."""
        value = self._take(name)
        if not isinstance(value, list) or len(value) > count:
            raise ContentInvalid(f"{name} is not an array of at most {count} items")
        return tuple(Members(item, name) for item in value)

    def rest(self) -> dict[str, Json]:
        """The members that were not taken."""
        return self._left


# The parser recurses, and how deep it may go depends on its caller's stack. So the
# depth is counted first, outside strings; a string that never ends is left to the
# parser, which stops there before it can see what was counted wrongly behind it.
_STRUCTURE = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[{]|[\]}]', re.DOTALL)
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}


def _check_depth(text: str) -> None:
    depth = 0
    for match in _STRUCTURE.finditer(text):
        depth += _STEPS.get(match[0], 0)
        if depth > MAX_DEPTH:
            raise ContentMalformed(f"nested deeper than {MAX_DEPTH}")


def _check_surrogates(value: Json) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ContentMalformed("a lone surrogate in a text") from None


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ContentMalformed("a name stands twice in one object")
    return members


def _integer(literal: str) -> int:
    # The length is looked at first: reading a long literal costs its square.
    if len(literal) > len(str(-MAX_INTEGER)) or abs(int(literal)) > MAX_INTEGER:
        raise ContentMalformed("an integer beyond 2^53 - 1")
    return int(literal)


def _real(literal: str) -> float:
    value = float(literal)
    if not math.isfinite(value):
        raise ContentMalformed("a number beyond the range of a double")
    return value


def _constant(literal: str) -> float:
    raise ContentMalformed(f"{literal} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_int=_integer,
    parse_float=_real,
    parse_constant=_constant,
)
