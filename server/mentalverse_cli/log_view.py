"""What the `log` commands print, as lines; pure functions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from mentalverse_client import Alarm
from mentalverse_client.log.log_watch import Audit
from mentalverse_crypto.log_view import LogView
from mentalverse_crypto.transparency import SignedHead, log_id_of

from .printable import one_line

_HOW_TO_CHECK = (
    "Both heads are signed by log_public (Ed25519, over 'MentalVerse log head v1' "
    "followed by the first 81 octets of the head). A log that only grows has one root "
    "for each size, and can prove that a larger one continues a smaller (RFC 9162)."
)


def status_lines(view: LogView, people: tuple[int, int]) -> list[str]:
    """How this device stands with the log."""
    found, met = people
    lines = [f"  log          {log_id_of(view.log_public).hex()[:16]}"]
    if view.head is None:
        lines.append("  newest head  none seen yet")
    else:
        lines.append(f"  newest head  {_head(view.head)}")
    lines.append(f"  people       {found} of {met} found in it")
    if view.awaited:
        waiting = f"{len(view.awaited)} heads from others, not yet proven"
        lines.append(f"  waiting      {waiting}")
    if view.split is not None:
        lines.append("  split view   yes; mentalverse log evidence shows the proof")
    return lines


def status_json(
    view: LogView, people: tuple[int, int], told: Sequence[tuple[Alarm, str]]
) -> str:
    """The same for a program, with the alarms."""
    found, met = people
    status = {
        "log": log_id_of(view.log_public).hex(),
        "head": None if view.head is None else _as_json(view.head),
        "people_found": found,
        "people_met": met,
        "heads_awaited": len(view.awaited),
        "is_split": view.split is not None,
        "alarms": [
            {
                "id": alarm.id,
                "kind": alarm.kind.value,
                "at_ms": alarm.at_ms,
                "subject": alarm.subject,
                "is_notice": alarm.is_notice,
                "text": text,
            }
            for alarm, text in told
        ],
    }
    return json.dumps(status, indent=2)


def alarm_line(alarm: Alarm, text: str) -> str:
    """One finding, with the name that acknowledges it."""
    at = datetime.fromtimestamp(alarm.at_ms / 1000, UTC)
    sign = "-" if alarm.is_notice else "!"
    return f"{sign} {alarm.id}  {at:%Y-%m-%d %H:%M} UTC  {one_line(text)}"


def audit_lines(audit: Audit) -> list[str]:
    """What a reading of the whole log showed."""
    lines = [
        f"{_head(audit.head)}: every entry was read, and they give the signed root.",
        f"{audit.accounts} entries are about accounts, {audit.own} about yours.",
    ]
    if audit.own_unknown:
        lines.append(
            f"{audit.own_unknown} about your account record keys that are not yours."
        )
    if audit.foreign_as_keys:
        keys = audit.foreign_as_keys
        lines.append(
            f"{keys} keys of the server are unknown here: nothing accepts them."
        )
    return lines


def evidence_json(view: LogView) -> str:
    """Two heads that cannot both be true, for anybody to check; "" without any."""
    if view.split is None:
        return ""
    evidence = {
        "kind": view.split.kind.name.lower(),
        "log_public": view.log_public.hex(),
        "heads": [_as_json(head) for head in (view.split.held, view.split.other)],
        "how_to_check": _HOW_TO_CHECK,
    }
    return json.dumps(evidence, indent=2)


def _head(head: SignedHead) -> str:
    at = datetime.fromtimestamp(head.time_ms / 1000, UTC)
    return f"{head.size} entries, signed {at:%Y-%m-%d %H:%M} UTC"


def _as_json(head: SignedHead) -> dict[str, object]:
    return {
        "size": head.size,
        "root": head.root.hex(),
        "time_ms": head.time_ms,
        "head": head.encode().hex(),
    }
