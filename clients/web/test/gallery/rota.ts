/** A fixed week of the rota. */

import { signal } from "@preact/signals"
import type { HourCover, Planning, Rota, RotaMember, ShiftView } from "../../src/state/rota-models"
import { DONE, NOW } from "./values"

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const now = NOW.getTime()
/** Monday of the week of `NOW`. */
const MONDAY = new Date("2026-03-16T00:00:00").getTime()
const done = () => Promise.resolve(DONE)

const MEMBERS: readonly RotaMember[] = [
  { account: "a-wren", handle: "wren", languages: ["en", "es"], takes_urgent: true },
  { account: "a-maple", handle: "maple", languages: ["en"], takes_urgent: true },
  { account: "a-fern", handle: "fern", languages: ["ar"], takes_urgent: false },
  { account: "a-heron", handle: "heron", languages: [], takes_urgent: true },
]

function shift(handle: string, day: number, from: number, hours: number, isMine = false): ShiftView {
  const starts = MONDAY + day * DAY_MS + from * HOUR_MS
  return {
    ...{ shift: `${handle}-${day}-${from}`, account: `a-${handle}`, handle, is_mine: isMine },
    ...{ starts_at: starts, ends_at: starts + hours * HOUR_MS },
  }
}

const SHIFTS: readonly ShiftView[] = [
  ...[0, 1, 2, 3, 4].map((day) => shift("wren", day, 8, 8)),
  ...[0, 1, 3, 5, 6].map((day) => shift("maple", day, 14, 8)),
  ...[-1, 0, 1, 2, 3, 4, 5, 6].map((day) => shift("heron", day, 22, 10, true)),
  ...[1, 2, 4].map((day) => shift("fern", day, 9, 6)),
]

/** How the server counts: the fewest at any moment of each hour. */
function cover(shifts: readonly ShiftView[], language: string): readonly HourCover[] {
  return Array.from({ length: 7 * 24 }, (_, index) => {
    const at = MONDAY + index * HOUR_MS
    const there = MEMBERS.filter(
      ({ account, languages }) =>
        (languages.length === 0 || languages.includes(language)) &&
        shifts.some((each) => each.account === account && each.starts_at <= at && at < each.ends_at),
    )
    return {
      ...{ starts_at: at, language, people: there.length },
      urgent_people: there.filter((each) => each.takes_urgent).length,
    }
  })
}

export function rota(shifts: readonly ShiftView[] = SHIFTS, more: Partial<Rota> = {}): Rota {
  return {
    ...{ now, starts_at: MONDAY, ends_at: MONDAY + 7 * DAY_MS, may_change: true, shifts, is_whole: true },
    hours: ["en", "es", "ar", ""].flatMap((language) => cover(shifts, language)),
    members: MEMBERS,
    ...more,
  }
}

export function planning(shown: Rota | undefined = rota(), more: Partial<Planning> = {}): Planning {
  return {
    week: signal(MONDAY),
    isThisWeek: signal(true),
    rota: signal(shown),
    done: signal(undefined),
    watch: () => () => undefined,
    turn: () => undefined,
    add: done,
    change: done,
    remove: done,
    copyLastWeek: done,
    undo: done,
    ...more,
  }
}
