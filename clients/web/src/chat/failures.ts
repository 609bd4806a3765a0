/** What can fail for a reason that a person is told of, and what is a defect of ours. */

import { ClientError } from "../account/errors"
import { EngineError } from "../e2ee/engine"
import { FormatError } from "../e2ee/formats/errors"
import { NotConnected, Refused } from "../protocol/errors"
import { CommitRefused } from "./commit-rules"
import { ChatError } from "./errors"

export type Failure = Refused | ClientError | EngineError | FormatError | ChatError | CommitRefused

export function isFailure(error: unknown): error is Failure {
  return [Refused, ClientError, EngineError, FormatError, ChatError, CommitRefused].some(
    (kind) => error instanceof kind,
  )
}

/** Whether somebody's keys could not be proven: nothing may be sent to them. */
export function isUnproven(error: unknown): error is ClientError {
  return error instanceof ClientError && (error.code === "client.not_proven" || error.code === "client.peer_changed")
}

export function isCode(error: unknown, ...codes: Refused["code"][]): error is Refused {
  return error instanceof Refused && codes.includes(error.code)
}

/** Whether `work` was done; not if the line or the server failed, then it is done again later. */
export async function passes(work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    if (error instanceof NotConnected || error instanceof Refused) return false
    throw error
  }
}

/** Whether the same thing may be done later, as it is. */
export function isPutOff(error: unknown): boolean {
  return error instanceof Refused && (error.code === "frozen" || error.fault === "server")
}
