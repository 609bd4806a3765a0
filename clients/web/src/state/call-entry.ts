/** How this tab came into a call: kept while it is in one, so that a page that is loaded anew is in it again. */

import type { Entry } from "../call/room"
import * as s from "../protocol/shape"

const Kept = s.struct({ agreementHash: s.nullable(s.text), alone: s.flag })

/** Into a call that nothing has to be agreed to for. */
export const NOTHING_ASKED: Entry = { agreementHash: null, alone: false }

const nameOf = (call: string) => `mv-in-${call}`

export function entryBefore(call: string): Entry | undefined {
  const item = sessionStorage.getItem(nameOf(call))
  if (item === null) return undefined
  try {
    return Kept.read(JSON.parse(item), nameOf(call))
  } catch {
    return undefined
  }
}

/** `undefined`: one is not in it any more, and does not want to be. */
export function keepEntry(call: string, entry: Entry | undefined): void {
  if (entry === undefined) sessionStorage.removeItem(nameOf(call))
  else sessionStorage.setItem(nameOf(call), JSON.stringify(entry))
}
