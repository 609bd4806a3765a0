/** How a credential stands at a moment, by the device's own clock: also without a connection. */

import type { OwnCredential } from "./credential-models"

const DAY_MS = 86_400_000
/** How long before its end whoever holds a credential is told. */
export const NOTICE_DAYS = 30

export type Standing = "active" | "expiring" | "lapsed" | "suspended" | "revoked"

type Held = Pick<OwnCredential, "status" | "validUntil">

/** What was taken back stays so; what has ended cannot be suspended any more. */
export function standingOf({ status, validUntil }: Held, now: Date): Standing {
  if (status === "revoked") return "revoked"
  const leftMs = validUntil.getTime() - now.getTime()
  if (leftMs <= 0) return "lapsed"
  if (status === "suspended") return "suspended"
  return leftMs <= NOTICE_DAYS * DAY_MS ? "expiring" : "active"
}

/** Whole days until a moment; 0 on its last day and after it. */
export function daysUntil(at: Date, now: Date): number {
  return Math.max(Math.floor((at.getTime() - now.getTime()) / DAY_MS), 0)
}
