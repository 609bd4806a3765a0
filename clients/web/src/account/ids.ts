/** Ids: 128 random bits, as 32 hexadecimal digits outside structures and 16 octets within. */

import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js"
import { ID_BYTES, type Rng } from "../e2ee/formats/requests"

export function newId(random: Rng): string {
  return bytesToHex(random(ID_BYTES))
}

/** The 16 octets that structures carry. */
export function idBytes(id: string): Uint8Array {
  return hexToBytes(id)
}

export function idText(octets: Uint8Array): string {
  return bytesToHex(octets)
}
