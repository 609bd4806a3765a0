/**
 * An appointment as a file that every calendar opens (RFC 5545).
 *
 * Calendars are synchronised, shared and shown on locked screens: the file names nobody,
 * says "Appointment" and when, and nothing of what it is about. A later file with the same
 * id replaces the entry, since SEQUENCE only rises (§3.8.7.4). The time is in UTC, so no
 * table of time zones goes with it.
 */

import type { Meeting } from "../../state/models"

/** How long before it the calendar reminds. */
const REMIND_MINUTES = 15
const MAX_LINE_OCTETS = 75

/** One VEVENT that reminds 15 minutes before; a cancelled one takes it out. */
export function calendarFile(meeting: Omit<Meeting, "zone" | "items" | "by" | "pending">, summary: string, now: Date) {
  const { id, startsAt, minutes, revision, cancelled } = meeting
  const endsAt = new Date(startsAt.getTime() + minutes * 60_000)
  const lines = [
    ...["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//MentalVerse//Session page//EN"],
    cancelled ? "METHOD:CANCEL" : "METHOD:PUBLISH",
    ...["BEGIN:VEVENT", `UID:${id}`, `DTSTAMP:${utc(now)}`, `SEQUENCE:${revision}`],
    ...[`DTSTART:${utc(startsAt)}`, `DTEND:${utc(endsAt)}`, `SUMMARY:${escaped(summary)}`],
    ...["CLASS:PRIVATE", cancelled ? "STATUS:CANCELLED" : "STATUS:CONFIRMED"],
    ...(cancelled ? [] : reminder(summary)),
    ...["END:VEVENT", "END:VCALENDAR"],
  ]
  return lines.map(folded).join("")
}

function reminder(summary: string): readonly string[] {
  const trigger = `TRIGGER:-PT${REMIND_MINUTES}M`
  return ["BEGIN:VALARM", "ACTION:DISPLAY", `DESCRIPTION:${escaped(summary)}`, trigger, "END:VALARM"]
}

function utc(at: Date): string {
  return at.toISOString().replace(/\.\d+/, "").replace(/[-:]/g, "")
}

/** A TEXT value (§3.3.11). */
function escaped(text: string): string {
  return text.replace(/[\\;,]/g, (letter) => `\\${letter}`).replaceAll("\n", "\\n")
}

/** A content line of at most 75 octets to the line, whole characters (§3.1). */
function folded(line: string): string {
  let text = ""
  let room = MAX_LINE_OCTETS
  for (const letter of line) {
    const length = new TextEncoder().encode(letter).length
    if (length > room) {
      text += "\r\n "
      room = MAX_LINE_OCTETS - 1
    }
    text += letter
    room -= length
  }
  return `${text}\r\n`
}
