"""An appointment as a file that every calendar opens (RFC 5545).

Calendars are synchronised, shared and shown on locked screens: the file names nobody,
says "Appointment" and when, and nothing of what it is about.

A later file with the same id replaces the entry, since SEQUENCE is the row of the log
that said it and only rises (§3.8.7.4). The time is in UTC, so no table of time zones
goes with it. Every value is short and plain: no line needs folding (§3.1) or escaping
(§3.3.11).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

SUMMARY = "Appointment"
"""What stands in the calendar."""
REMIND_MINUTES = 15
"""How long before it the calendar reminds."""
_REMINDER = (
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    f"DESCRIPTION:{SUMMARY}",
    f"TRIGGER:-PT{REMIND_MINUTES}M",
    "END:VALARM",
)


def calendar_file(
    identity: str,
    starts_at: datetime,
    minutes: int,
    *,
    sequence: int,
    cancelled: bool,
    now: datetime,
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
        f"SUMMARY:{SUMMARY}",
        "CLASS:PRIVATE",
        "STATUS:CANCELLED" if cancelled else "STATUS:CONFIRMED",
        *(() if cancelled else _REMINDER),
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{line}\r\n" for line in lines).encode()


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
