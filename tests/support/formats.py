"""Values and verdicts of the byte formats, said alike by Python and JavaScript."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from enum import IntEnum
from typing import Any

from load_tests.js_peer import JsError, JsPeer

from mentalverse_crypto.errors import MlsError

Verdict = tuple[str, Any]
"""`("ok", value)` or `("refused", code)`."""


def describe(value: Any) -> Any:
    """A value as `clients/web/test/described.ts` puts it into JSON."""
    if isinstance(value, IntEnum):
        return value.name.lower()
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return {"integer": str(value)}
    if isinstance(value, bytes):
        return {"octets": base64.b64encode(value).decode()}
    if isinstance(value, Mapping):
        return {name: describe(each) for name, each in value.items()}
    members = _members(value)
    if members is not None:
        return {_camel(name): describe(each) for name, each in members.items()}
    return [describe(each) for each in value]


def _members(value: Any) -> dict[str, Any] | None:
    if is_dataclass(value):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    return value._asdict() if hasattr(value, "_asdict") else None


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


def ours(operation: Callable[[], Any]) -> Verdict:
    """What Python says."""
    try:
        return "ok", operation()
    except MlsError as error:
        return "refused", error.code


def theirs(
    formats: JsPeer, verb: str, requests: Iterable[Mapping[str, Any]]
) -> list[Verdict]:
    """What JavaScript says to each of many requests, sent without waiting."""
    asked = [formats.ask(verb, **request) for request in requests]
    return [_answer(formats) for _ in asked]


def _answer(formats: JsPeer) -> Verdict:
    try:
        return "ok", formats.answer()
    except JsError as error:
        return "refused", error.code


def assert_agreed(
    formats: JsPeer,
    verb: str,
    inputs: Iterable[bytes],
    read: Callable[[bytes], Any],
    **fixed: Any,
) -> list[Verdict]:
    """Both give the same verdict on every input; returned for the test to count."""
    given = list(inputs)
    said = theirs(formats, verb, ({"data": data} | fixed for data in given))
    verdicts = [ours(lambda data=data: read(data)) for data in given]  # type: ignore[misc]
    for data, mine, other in zip(given, verdicts, said, strict=True):
        assert other == mine, (verb, data.hex())
    return verdicts
