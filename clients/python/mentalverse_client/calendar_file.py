"""An appointment as a file that every calendar opens (RFC 5545).

Calendars are synchronised, shared and shown on locked screens: the file names nobody,
says "Appointment" and when, and nothing of what it is about.

A later file with the same id replaces the entry, since SEQUENCE is the row of the log
that said it and only rises (§3.8.7.4). The time is in UTC, so no table of time zones
goes with it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

SUMMARY = "Appointment"
"""What stands in the calendar."""
REMIND_MINUTES = 15
"""How long before it the calendar reminds."""
_MAX_LINE_OCTETS = 75


def calendar_file(
    identity: str,
    starts_at: datetime,
    minutes: int,
    *,
    sequence: int,
    cancelled: bool,
    now: datetime,
    summary: str = SUMMARY,
) -> bytes:
    """One VEVENT that reminds 15 minutes before; a cancelled one takes it out."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//MentalVerse//Session page//EN",
        "METHOD:CANCEL" if cancelled else "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{identity}",
        f"DTSTAMP:{_utc(now)}",
        f"SEQUENCE:{sequence}",
        f"DTSTART:{_utc(starts_at)}",
        f"DTEND:{_utc(starts_at + timedelta(minutes=minutes))}",
        f"SUMMARY:{_escaped(summary)}",
        "CLASS:PRIVATE",
        "STATUS:CANCELLED" if cancelled else "STATUS:CONFIRMED",
        *(() if cancelled else _reminder(summary)),
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return b"".join(_folded(line) for line in lines)


def _reminder(summary: str) -> tuple[str, ...]:
    return (
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped(summary)}",
        f"TRIGGER:-PT{REMIND_MINUTES}M",
        "END:VALARM",
    )


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    """A TEXT value (§3.3.11)."""
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def _folded(line: str) -> bytes:
    """A content line of at most 75 octets to the line, whole characters (§3.1)."""
    folded, room = b"", _MAX_LINE_OCTETS
    for letter in line:
        octets = letter.encode()
        if len(octets) > room:
            folded, room = folded + b"\r\n ", _MAX_LINE_OCTETS - 1
        folded, room = folded + octets, room - len(octets)
    return folded + b"\r\n"
