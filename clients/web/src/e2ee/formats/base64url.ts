/** Octets as text: base64url without padding (RFC 4648 §5), in the one spelling. */

import { base64urlnopad } from "@scure/base"
import { FormatError } from "./errors"

/** The text of octets. */
export function encode(octets: Uint8Array): string {
  return base64urlnopad.encode(octets)
}

/** The octets of a text; `mls.decode` unless `encode` writes it for some octets. */
export function decode(text: string): Uint8Array {
  try {
    const octets = base64urlnopad.decode(text)
    if (encode(octets) === text) return octets
  } catch {
    // Below: what is wrong with it is no matter.
  }
  throw new FormatError("mls.decode", "not base64url in its one spelling")
}
