/**
 * Argon2id (RFC 9106), one lane: what a guess at a secret that people remember costs.
 *
 * In JavaScript alone, since the page's policy runs no WebAssembly. It computes for seconds
 * without a break: call it in a worker only. `Stretch` is how everything else asks for it.
 */

import { argon2id as compute } from "@noble/hashes/argon2.js"
import { FormatError } from "./errors"
import { require } from "./requests"

/** Length of a salt. */
export const SALT_BYTES = 16

const KEY_BYTES = 32
const MAX_PASSES = 16
/** 1 GiB: a container must not make whoever opens it allocate more. */
const MAX_MEMORY_KIBIBYTES = 1 << 20

/** How much work one guess takes: 1 to 16 passes, 8 KiB to 1 GiB. */
export interface Argon2Cost {
  readonly passes: number
  readonly memoryKibibytes: number
}

/** 64 MiB: for what is opened at every start, and for secrets that cannot be guessed. */
export const INTERACTIVE: Argon2Cost = { passes: 2, memoryKibibytes: 64 * 1024 }

/** The 32 octets that Argon2id makes of a secret; `keystore.out_of_memory`. */
export type Stretch = (secret: Uint8Array, salt: Uint8Array, cost: Argon2Cost) => Promise<Uint8Array>

/** The cost, unless it is absurd: `mls.state.invalid_request`. */
export function checkCost(cost: Argon2Cost): Argon2Cost {
  const { passes, memoryKibibytes } = cost
  require(passes >= 1 && passes <= MAX_PASSES, "Argon2id takes 1 to 16 passes here")
  require(memoryKibibytes >= 8 && memoryKibibytes <= MAX_MEMORY_KIBIBYTES, "Argon2id takes 8 KiB to 1 GiB here")
  return cost
}

/**
 * What `Stretch` promises, at once: the caller stands still for seconds.
 * @param onProgress is told the share done, 0 to 1
 */
export function argon2id(
  secret: Uint8Array,
  salt: Uint8Array,
  cost: Argon2Cost,
  onProgress?: (share: number) => void,
): Uint8Array {
  const { passes, memoryKibibytes } = checkCost(cost)
  const options = { t: passes, m: memoryKibibytes, p: 1, dkLen: KEY_BYTES }
  try {
    return compute(secret, salt, onProgress === undefined ? options : { ...options, onProgress })
  } catch (error) {
    // The one thing that can be out of range with a checked cost is the buffer.
    if (error instanceof RangeError) throw new FormatError("keystore.out_of_memory", "Argon2id found too little memory")
    throw error
  }
}
