"""The one form of a document: sorted keys, integers, ASCII, no blanks.

What is signed and hashed is these octets, so that Python and a browser get the same
ones. There are no fractions: their text differs between languages. Amounts, which may
pass 2^53, are written as decimal digits in strings.
"""

from __future__ import annotations

import hashlib
import json
from typing import NoReturn

from .errors import MalformedPack

MAX_BYTES = 256 * 1024
MAX_INTEGER = (1 << 53) - 1
"""What every reader of JSON reads exactly."""


def canonical(value: object) -> bytes:
    """The octets of a value made of objects, lists, strings, integers and booleans.

    Raises:
        ValueError: a fraction, nothing at all, or what JSON does not have.
    """
    _require_plain(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return text.encode("ascii")


def digest(label: str, *parts: bytes) -> str:
    """SHA-256 in hex over a label and parts, each behind its length (4 octets)."""
    hashed = hashlib.sha256()
    for part in (label.encode("ascii"), *parts):
        hashed.update(len(part).to_bytes(4))
        hashed.update(part)
    return hashed.hexdigest()


def parsed(octets: bytes) -> object:
    """What a document says, with everything refused that has no canonical form.

    Raises:
        MalformedPack: `not_json`, `too_large`, `fraction`, `not_ascii`,
            `doubled_key` or `large_integer`.
    """
    if len(octets) > MAX_BYTES:
        raise MalformedPack("too_large", "", f"at most {MAX_BYTES} octets")
    if not octets.isascii():
        raise MalformedPack("not_ascii", "", "a document is ASCII")
    try:
        read: object = json.loads(
            octets,
            object_pairs_hook=_object,
            parse_float=_no_fraction,
            parse_constant=_no_fraction,
            parse_int=_integer,
        )
    except (json.JSONDecodeError, RecursionError):
        raise MalformedPack("not_json", "", "this is no JSON document") from None
    return read


def _require_plain(value: object) -> None:
    if isinstance(value, dict):
        for name, one in value.items():
            if not isinstance(name, str):
                raise ValueError("names are strings")
            _require_plain(one)
    elif isinstance(value, list):
        for one in value:
            _require_plain(one)
    elif not isinstance(value, str | int):
        raise ValueError(f"{type(value).__name__} has no canonical form")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedPack("doubled_key", "", "a name stands twice in one object")
    for name, value in pairs:
        texts = [name, value] if isinstance(value, str) else [name]
        if not all(text.isascii() for text in texts):
            raise MalformedPack("not_ascii", name, "a document is ASCII")
    return found


def _no_fraction(text: str) -> NoReturn:
    raise MalformedPack("fraction", "", f"{text}: amounts are whole numbers")


def _integer(text: str) -> int:
    if len(text) > len(str(MAX_INTEGER)) + 1 or abs(int(text)) > MAX_INTEGER:
        raise MalformedPack("large_integer", "", "integers are below 2^53")
    return int(text)
