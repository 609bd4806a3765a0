/** What can go wrong between this page and the server, and whose turn it is to act. */

import { type ErrorCode, FAULTS } from "./events"

export type Fault = (typeof FAULTS)[ErrorCode]

/** The server refused; `fault` says whether the same call can ever succeed. */
export class Refused extends Error {
  readonly fault: Fault

  constructor(
    readonly code: ErrorCode,
    readonly retryAfterMs: number | undefined,
  ) {
    super(code)
    this.name = "Refused"
    this.fault = FAULTS[code]
  }
}

/** There is no connection, or it ended before the answer: the call may have landed. */
export class NotConnected extends Error {
  constructor(message: string) {
    super(message)
    this.name = "NotConnected"
  }
}

/** The server has ended this device's sign-in. */
export class SignedOut extends Error {
  constructor() {
    super("the server has ended this sign-in")
    this.name = "SignedOut"
  }
}

/** The `Refused` in an error of the server; a code that is unknown is `internal`. */
export function refusal(error: unknown): Refused {
  const said = typeof error === "object" && error !== null ? (error as Record<string, unknown>) : {}
  const code = String(said["code"])
  const retry = said["retry_after_ms"]
  return new Refused(
    Object.hasOwn(FAULTS, code) ? (code as ErrorCode) : "internal",
    typeof retry === "number" ? retry : undefined,
  )
}
