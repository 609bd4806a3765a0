/** Times as they stand in our structures. */

import { require } from "./requests"

/** Whole seconds or milliseconds since 1970, as a clock gave them. */
export function whole(sinceEpoch: number): bigint {
  require(Number.isFinite(sinceEpoch) && sinceEpoch >= 0, "a time before 1970")
  return BigInt(Math.floor(sinceEpoch))
}
