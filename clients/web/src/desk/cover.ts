/**
 * Who is planned in each hour of a week, and which hours have nobody.
 *
 * The server counts by whole hours of UTC. A row of the table is an hour as the clock of
 * this device begins it: at half past where the zone is half an hour off. Where the clock
 * is moved, an hour of a day is not there at all, or there twice and then as well covered
 * as the worse of the two.
 */

import type { BoardUncovered, HourCover } from "../protocol/events"

const HOUR_MS = 3_600_000

/** An hour of a day. */
export interface Cell {
  /** The fewest at any moment; undefined where the clock leaves the hour out. */
  readonly people: number | undefined
  /** When it begins: twice where the clock goes through it twice. */
  readonly starts: readonly number[]
}

export interface HeatRow {
  /** A moment whose time of day names the row. */
  readonly at: number
  /** One for each day. */
  readonly cells: readonly Cell[]
}

/** What nobody is planned for, from the start until before the end. */
export interface Gap {
  readonly startsAt: number
  readonly endsAt: number
  /** Tags; empty: any that nobody named. */
  readonly languages: readonly string[]
  /** Whether only the skill for A0 and A1 is missing. */
  readonly isUrgent: boolean
}

/**
 * The hours of a week, by the time of day and the day. `days`: the first moments of its
 * days and the first one after them.
 */
export function heat(
  cover: readonly HourCover[],
  days: readonly number[],
  language: string,
  isUrgent: boolean,
): readonly HeatRow[] {
  const rows = Array.from({ length: 24 }, () => days.slice(1).map((): HourCover[] => []))
  for (const hour of cover) {
    const day = days.findLastIndex((each) => each <= hour.starts_at)
    if (hour.language === language) rows[new Date(hour.starts_at).getHours()]?.[day]?.push(hour)
  }
  return rows.flatMap((row) => {
    const [named] = row.flat()
    return named === undefined ? [] : [{ at: named.starts_at, cells: row.map((each) => cellOf(each, isUrgent)) }]
  })
}

function cellOf(hours: readonly HourCover[], isUrgent: boolean): Cell {
  const people = hours.map((each) => (isUrgent ? each.urgent_people : each.people))
  return {
    people: people.length === 0 ? undefined : Math.min(...people),
    starts: hours.map((each) => each.starts_at),
  }
}

/** The hours that are not over at `now` and have nobody, or nobody for A0 and A1. */
export function uncovered(cover: readonly HourCover[], now: number): readonly BoardUncovered[] {
  return cover
    .filter((each) => each.starts_at + HOUR_MS > now && each.urgent_people === 0)
    .map((each) => ({ starts_at: each.starts_at, language: each.language, is_urgent: each.people > 0 }))
}

/** Tags by the alphabet; what nobody named comes last. */
export function inOrder(languages: Iterable<string>): readonly string[] {
  return [...languages].sort((one, other) => Number(one === "") - Number(other === "") || (one < other ? -1 : 1))
}

/** Hours in a row as one gap, and the languages that miss the same hours together. */
export function gapsOf(missing: readonly BoardUncovered[]): readonly Gap[] {
  const found = new Map<string, Gap>()
  for (const run of runsOf(missing)) {
    const name = `${run.startsAt} ${run.endsAt} ${run.isUrgent}`
    const same = found.get(name)
    found.set(name, same === undefined ? run : { ...same, languages: inOrder([...same.languages, ...run.languages]) })
  }
  return [...found.values()].sort((one, other) => one.startsAt - other.startsAt || one.endsAt - other.endsAt)
}

/** Of one language and one kind each. */
function runsOf(missing: readonly BoardUncovered[]): readonly Gap[] {
  const runs: Gap[] = []
  const open = new Map<string, number>()
  for (const { starts_at: startsAt, language, is_urgent: isUrgent } of missing.toSorted(
    (one, other) => one.starts_at - other.starts_at,
  )) {
    const name = `${language} ${isUrgent}`
    const place = open.get(name)
    const run = place === undefined ? undefined : runs[place]
    // Of the hour that has begun, what is left is told.
    const endsAt = Math.floor(startsAt / HOUR_MS) * HOUR_MS + HOUR_MS
    if (place !== undefined && run?.endsAt === startsAt) runs[place] = { ...run, endsAt }
    else {
      open.set(name, runs.length)
      runs.push({ startsAt, endsAt, languages: [language], isUrgent })
    }
  }
  return runs
}
