import assert from "node:assert/strict"
import { test } from "node:test"
import { calendarFile } from "./calendar-file"

const NOW = new Date("2026-03-17T15:30:00Z")
const MEETING = {
  ...{ id: "00000000-0000-4000-8000-000000000007", startsAt: new Date("2026-12-01T17:00:00Z") },
  ...{ minutes: 90, revision: 7, cancelled: false },
}

/** Content lines as RFC 5545 §3.1 has them. */
function linesOf(file: string): string[] {
  assert.ok(file.endsWith("\r\n"))
  assert.ok(!file.replaceAll("\r\n", "").includes("\n"))
  for (const line of file.split("\r\n")) assert.ok(new TextEncoder().encode(line).length <= 75)
  return file.replaceAll("\r\n ", "").split("\r\n").slice(0, -1)
}

test("a calendar gets when, and nothing else", () => {
  assert.deepEqual(linesOf(calendarFile(MEETING, "Appointment", NOW)), [
    ...["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//MentalVerse//Session page//EN", "METHOD:PUBLISH"],
    ...["BEGIN:VEVENT", `UID:${MEETING.id}`, "DTSTAMP:20260317T153000Z", "SEQUENCE:7"],
    ...["DTSTART:20261201T170000Z", "DTEND:20261201T183000Z", "SUMMARY:Appointment"],
    ...["CLASS:PRIVATE", "STATUS:CONFIRMED"],
    ...["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Appointment", "TRIGGER:-PT15M", "END:VALARM"],
    ...["END:VEVENT", "END:VCALENDAR"],
  ])
})

test("a cancelled one leaves the calendar without a reminder", () => {
  const lines = linesOf(calendarFile({ ...MEETING, cancelled: true }, "Appointment", NOW))
  assert.ok(lines.includes("METHOD:CANCEL") && lines.includes("STATUS:CANCELLED"))
  assert.ok(!lines.includes("BEGIN:VALARM"))
})

test("any word for it is folded and escaped to be read back", () => {
  const word = `موعد, ${"ä;\\".repeat(40)}`
  const [summary = ""] = linesOf(calendarFile(MEETING, word, NOW)).filter((line) => line.startsWith("SUMMARY:"))
  assert.equal(summary.slice(8).replace(/\\(.)/g, "$1"), word)
})
