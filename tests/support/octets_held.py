"""The octets that a value holds, found by looking into all of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator


def secrets_of(value: object, path: str = "") -> Iterator[tuple[str, bytes]]:
    """Every run of octets in a state that is long enough to be a key."""
    if isinstance(value, bytes):
        if len(value) >= 16:
            yield path, value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from secrets_of(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, dict):
        for item in value.values():
            yield from secrets_of(item, path)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from secrets_of(item, path)
