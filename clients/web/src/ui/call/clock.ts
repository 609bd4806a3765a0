/** Seconds, for the times of a call: what is left of a turn, or to answer. */

import { effect } from "@preact/signals"
import { useEffect, useState } from "preact/hooks"
import { now } from "../clock"

const SECOND_MS = 1_000
const MINUTE_MS = 60_000

let since = 0
// The page's clock moves each minute; in between, the time since then is added to it.
effect(() => {
  if (now.value.getTime() > 0) since = performance.now()
})

const moment = () => now.peek().getTime() + performance.now() - since

/** Now, in milliseconds; whoever uses it is drawn again each second while `runs`. */
export function useSeconds(runs: boolean): number {
  const [at, setAt] = useState(moment)
  useEffect(() => {
    if (!runs) return
    setAt(moment())
    const timer = setInterval(() => setAt(moment()), SECOND_MS)
    return () => clearInterval(timer)
  }, [runs])
  return at
}

/** Whole minutes until `at`, counted up: 0 when it is over. */
export function minutesUntil(at: Date): number {
  return Math.max(0, Math.ceil((at.getTime() - now.value.getTime()) / MINUTE_MS))
}

/** Whole minutes since `at`. */
export function minutesSince(at: Date): number {
  return Math.max(0, Math.floor((now.value.getTime() - at.getTime()) / MINUTE_MS))
}
