/** Argon2id beside the page: it computes for seconds, and the page stays awake. */

import { type Argon2Cost, argon2id } from "../e2ee/formats/argon2"
import { FormatError } from "../e2ee/formats/errors"

export interface Question {
  readonly secret: Uint8Array
  readonly salt: Uint8Array
  readonly cost: Argon2Cost
}

export type Answer = { readonly key: Uint8Array } | { readonly refused: string }

addEventListener("message", ({ data }: MessageEvent<Question>) => {
  postMessage(answer(data))
})

function answer({ secret, salt, cost }: Question): Answer {
  try {
    return { key: argon2id(secret, salt, cost) }
  } catch (error) {
    return { refused: error instanceof FormatError ? error.code : String(error) }
  }
}
