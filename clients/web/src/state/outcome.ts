/** What a person asked for, done or not: errors of the layers below become `Problem`s. */

import { ClientError } from "../account/errors"
import { ChatError } from "../chat/errors"
import { EngineError } from "../e2ee/engine"
import { FormatError } from "../e2ee/formats/errors"
import { BlobDamaged } from "../protocol/blobs"
import { NotConnected, Refused, SignedOut } from "../protocol/errors"
import { WrongSecret } from "../store/keyring"
import { StoreDamaged, StoreFull } from "../store/vault"
import type { Outcome, Problem } from "./models"

const FAULT_OF_REFUSAL = { caller: "yours", behind: "network", server: "ours" } as const

/** Runs what was asked for. A defect is thrown on: nothing is hidden behind "try again". */
export async function outcome(asked: () => Promise<unknown>): Promise<Outcome> {
  try {
    await asked()
    return { done: true }
  } catch (error) {
    const problem = problemOf(error)
    if (problem === undefined) throw error
    return { done: false, problem }
  }
}

/** The same with something to show for it. */
export async function outcomeWith<Name extends string, Value>(
  name: Name,
  asked: () => Promise<Value>,
): Promise<Outcome & { readonly [Key in Name]?: Value }> {
  let found: Value | undefined
  const result = await outcome(async () => {
    found = await asked()
  })
  return { ...result, [name]: found }
}

/** The same under codes that say more: of whoever knows what a code means for one command. */
export function called(result: Outcome, codes: Readonly<Record<string, string>>): Outcome {
  if (result.done) return result
  const { code, fault } = result.problem
  return { done: false, problem: { code: codes[code] ?? code, fault } }
}

/** What a person is told of an error; undefined for a defect. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof NotConnected) return { code: "offline", fault: "network" }
  if (error instanceof SignedOut) return { code: "signed_out", fault: "yours" }
  if (error instanceof Refused) return { code: error.code, fault: FAULT_OF_REFUSAL[error.fault] }
  if (error instanceof WrongSecret) return { code: "wrong_secret", fault: "yours" }
  if (error instanceof StoreFull) return { code: "store_full", fault: "yours" }
  if (error instanceof StoreDamaged) return { code: "store_damaged", fault: "yours" }
  if (error instanceof BlobDamaged) return { code: "file_damaged", fault: "ours" }
  if (error instanceof ClientError) return { code: error.code, fault: "theirs" }
  if (error instanceof ChatError) return { code: error.code, fault: "yours" }
  if (error instanceof FormatError) return { code: error.code, fault: "theirs" }
  if (error instanceof EngineError) return { code: error.code, fault: "theirs" }
  return undefined
}
