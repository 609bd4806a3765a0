"""How a device of an account is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mentalverse_client import OwnDevice

SHOWN_ID_CHARS = 8


def described(device: OwnDevice) -> str:
    """One line: how its id begins, and since when it is there."""
    mark = "  (this device)" if device.this else ""
    at = device.added_at.astimezone()
    return f"{short(device)}  added {at:%Y-%m-%d %H:%M}{mark}"


def as_object(device: OwnDevice) -> dict[str, object]:
    """For programs."""
    return {
        "id": device.id,
        "added_at": device.added_at.isoformat(),
        "this": device.this,
    }


def short(device: OwnDevice) -> str:
    """As much of its id as people type."""
    return device.id[:SHOWN_ID_CHARS]


def what_changes(others: Sequence[str]) -> Iterator[str]:
    """What a new account key means, to be read before it is made.

    Args:
        others: The short ids of the account's other devices.
    """
    yield "A new key for your account means:"
    if others:
        yield f"- Your other devices ({', '.join(others)}) are out. Add them again."
    yield "- Your recovery words open nothing any more. Make new ones."
    yield "- Your safety number changes. The people you write with are told, and those"
    yield "  who had compared it send you nothing before they have decided."
    yield "- What was read or copied before stays read."
