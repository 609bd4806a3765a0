/** What this tab saw of the call it is in, or was in last: a page that is loaded anew counts on. */

import type { Kept } from "../call/tally"
import { CallRole } from "../protocol/events"
import * as s from "../protocol/shape"

const NAME = "mv-seen"
const Seen = s.struct({ call: s.text, lastedMs: s.integer, role: s.nullable(CallRole), marks: s.list(s.text) })

/** Of one call: what there was, and how to keep what there is. */
export function seen(call: string): { readonly before: Kept | undefined; readonly keep: (kept: Kept) => void } {
  return { before: seenBefore(call), keep: (kept) => keepSeen(call, kept) }
}

function seenBefore(call: string): Kept | undefined {
  const item = sessionStorage.getItem(NAME)
  if (item === null) return undefined
  try {
    const seen = Seen.read(JSON.parse(item), NAME)
    return seen.call === call ? seen : undefined
  } catch {
    return undefined
  }
}

function keepSeen(call: string, { lastedMs, role, marks }: Kept): void {
  sessionStorage.setItem(NAME, JSON.stringify({ call, lastedMs: Math.round(lastedMs), role, marks }))
}
