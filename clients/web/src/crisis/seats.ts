/**
 * Who is let into the conversation of a case, and who is taken out. Only the person's
 * device does either: the server names those whom the desk has given the case, and adds
 * nobody.
 */

import type { CaseHelper } from "../protocol/events"

/** After a hand-over somebody has the time of a good-bye before they are taken out. */
export const LINGER_MS = 20_000

export interface SeatChange {
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

/**
 * The change that is due now.
 *
 * @param inside accounts in the group, the person's own among them
 * @param unlisted since when somebody inside is not to be there any more (`since`)
 */
export function seatsDue(
  inside: ReadonlySet<string>,
  own: string,
  helpers: readonly CaseHelper[],
  unlisted: ReadonlyMap<string, number>,
  nowMs: number,
): SeatChange {
  const add = helpers.map(({ account }) => account).filter((account) => !inside.has(account))
  const remove = [...unlisted].filter(([account, since]) => inside.has(account) && nowMs - since >= LINGER_MS)
  return { add: add.filter((account) => account !== own), remove: remove.map(([account]) => account) }
}

/** Since when each of those inside is not listed: as before, or from now on. */
export function since(
  before: ReadonlyMap<string, number>,
  inside: ReadonlySet<string>,
  own: string,
  helpers: readonly CaseHelper[],
  nowMs: number,
): ReadonlyMap<string, number> {
  const listed = new Set(helpers.map(({ account }) => account))
  const strangers = [...inside].filter((account) => account !== own && !listed.has(account))
  return new Map(strangers.map((account) => [account, before.get(account) ?? nowMs]))
}
