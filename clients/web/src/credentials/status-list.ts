/**
 * Which credentials are revoked or suspended (Bitstring Status List 1.0). A list is fetched
 * whole, so that nobody learns whose credential is looked up, and counts for minutes: an old
 * copy would give back what was taken since.
 */

import * as base64url from "../e2ee/formats/base64url"
import { concatBytes } from "@noble/hashes/utils.js"
import * as s from "../protocol/shape"
import { CredentialFlaw } from "./errors"
import { type KeyOf, verifyToken } from "./jose"
import { seconds } from "./times"

const MIN_BYTES = 131_072 / 8
/** A few octets of gzip can become any number: no more than these are inflated. */
const MAX_BYTES = 4 * 1024 * 1024
/** A list is made when it is asked for, and the clock of a device may be behind: that gives nothing back. */
const CLOCKS_DIFFER_SECONDS = 300
const LIST_TYPE = "BitstringStatusListCredential"

export const Purpose = s.oneOf("revocation", "suspension")
export type Purpose = s.Of<typeof Purpose>

const Body = s.struct({
  id: s.text,
  issuer: s.text,
  type: s.list(s.text),
  validFrom: s.text,
  validUntil: s.text,
  credentialSubject: s.struct({ statusPurpose: Purpose, encodedList: s.text }),
})

export interface StatusList {
  readonly url: string
  readonly issuer: string
  readonly purpose: Purpose
  /** The first bit is the highest one of the first octet. */
  readonly bits: Uint8Array
}

/** A list that its issuer signed and that counts at `nowSeconds`. Throws `CredentialFlaw`. */
export async function verifyList(token: string, keyOf: KeyOf, nowSeconds: number): Promise<StatusList> {
  const { body, keyId } = verifyToken(token, keyOf, Body)
  const { id: url, issuer, type, credentialSubject: subject } = body
  if (!type.includes(LIST_TYPE) || keyId.split("#")[0] !== issuer) throw malformed("not a status list of its issuer")
  const isToCome = nowSeconds + CLOCKS_DIFFER_SECONDS < seconds(body.validFrom)
  if (isToCome || nowSeconds >= seconds(body.validUntil)) {
    throw malformed("a status list of another time")
  }
  return { url, issuer, purpose: subject.statusPurpose, bits: await inflated(subject.encodedList) }
}

/** Whether the bit at a place is set; undefined if the list has no such place. */
export function isSet({ bits }: StatusList, index: number): boolean | undefined {
  const octet = bits[Math.floor(index / 8)]
  return octet === undefined ? undefined : (octet & (0x80 >> (index % 8))) !== 0
}

/** gzip in base64url, behind `u`. */
async function inflated(text: string): Promise<Uint8Array> {
  if (!text.startsWith("u")) throw malformed("not base64url behind `u`")
  const parts: Uint8Array[] = []
  let length = 0
  try {
    const packed = new Blob([Uint8Array.from(base64url.decode(text.slice(1)))])
    const reader = packed.stream().pipeThrough(new DecompressionStream("gzip")).getReader()
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      parts.push(read.value)
      length += read.value.length
      if (length > MAX_BYTES) {
        await reader.cancel()
        break
      }
    }
  } catch {
    throw malformed("not gzip in base64url")
  }
  if (length < MIN_BYTES || length > MAX_BYTES) throw malformed("a list has 131,072 entries to 4 MiB")
  return concatBytes(...parts)
}

/** What is no list says of nobody whether their credential holds. */
function malformed(message: string): CredentialFlaw {
  return new CredentialFlaw("status_unknown", message)
}
