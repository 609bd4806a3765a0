"""How a device of an account is shown."""

from __future__ import annotations

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
