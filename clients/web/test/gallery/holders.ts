/** Fixed credentials of somebody else. */

import { signal } from "@preact/signals"
import type { Holder, Standings } from "../../src/state/standing-models"
import { done } from "./values"

export function standings(holder: Holder | undefined, more: Partial<Standings> = {}): Standings {
  return { holder: signal(holder), look: done("look"), change: done("change"), ...more }
}
