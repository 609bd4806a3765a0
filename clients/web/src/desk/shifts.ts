/** Shifts of a week: in their days, taken over from the week before, and taken back. */

import type { RotaMember, ShiftPlan, ShiftView } from "../protocol/events"
import type { Gap } from "./cover"
import { daysLater } from "./weeks"

/** What is planned and taken back together, all or nothing. */
export interface Change {
  readonly plan: readonly ShiftPlan[]
  /** Ids of shifts. */
  readonly remove: readonly string[]
}

/** A shift that has no id yet. */
export type Wanted = Omit<ShiftPlan, "shift">

/** The shifts of each day, by their start; what began before the first day stands on it. */
export function byDay(shifts: readonly ShiftView[], days: readonly number[]): readonly (readonly ShiftView[])[] {
  const last = days.length - 2
  const dayOf = ({ starts_at: at }: ShiftView): number =>
    Math.max(
      0,
      days.findLastIndex((each) => each <= at),
    )
  const sorted = shifts.toSorted((one, other) => one.starts_at - other.starts_at || one.ends_at - other.ends_at)
  return Array.from({ length: last + 1 }, (_, day) => sorted.filter((each) => Math.min(dayOf(each), last) === day))
}

/** The other shifts of the same person that are on at some moment of this one. */
export function overlapping(shifts: readonly ShiftView[], wanted: Wanted, except?: string): readonly ShiftView[] {
  return shifts.filter(
    (each) =>
      each.account === wanted.account &&
      each.shift !== except &&
      each.starts_at < wanted.ends_at &&
      wanted.starts_at < each.ends_at,
  )
}

/** Who could fill a gap: the first who may take what is missing and is not planned meanwhile. */
export function suited(members: readonly RotaMember[], shifts: readonly ShiftView[], gap: Gap): RotaMember | undefined {
  const { startsAt, endsAt } = gap
  return members.find(
    ({ account, languages, takes_urgent: takesUrgent }) =>
      (languages.length === 0 || gap.languages.some((each) => languages.includes(each))) &&
      (takesUrgent || !gap.isUrgent) &&
      overlapping(shifts, { account, starts_at: startsAt, ends_at: endsAt }).length === 0,
  )
}

/**
 * The shifts that begin in a week, for the one after it: at the same times by the clock.
 * Without what stands there already, what would be over at `now`, and who has left.
 */
export function copied(
  last: readonly ShiftView[],
  [from, until]: readonly [number, number],
  standing: readonly ShiftView[],
  members: readonly RotaMember[],
  now: number,
): readonly Wanted[] {
  return last
    .filter((each) => from <= each.starts_at && each.starts_at < until)
    .map(({ account, starts_at: starts, ends_at: ends }) => ({
      ...{ account, starts_at: daysLater(starts, 7), ends_at: daysLater(ends, 7) },
    }))
    .filter((each) => now < each.ends_at && each.starts_at < each.ends_at)
    .filter((each) => members.some(({ account }) => account === each.account))
    .filter((each) => !standing.some((other) => isSame(each, other)))
}

/** What brings back how it was `before` a change. What was removed comes under ids of its own. */
export function inverse(change: Change, before: readonly ShiftView[], newId: () => string): Change {
  const was = (shift: string): ShiftPlan | undefined => {
    const found = before.find((each) => each.shift === shift)
    return found && { shift, account: found.account, starts_at: found.starts_at, ends_at: found.ends_at }
  }
  const removed = change.remove.flatMap((shift) => was(shift) ?? []).map((each) => ({ ...each, shift: newId() }))
  const replaced = change.plan.flatMap(({ shift }) => was(shift) ?? [])
  const added = change.plan.map(({ shift }) => shift).filter((shift) => was(shift) === undefined)
  return { plan: [...replaced, ...removed], remove: added }
}

function isSame(one: Wanted, other: Wanted): boolean {
  return one.account === other.account && one.starts_at === other.starts_at && one.ends_at === other.ends_at
}
