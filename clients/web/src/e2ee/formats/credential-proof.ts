/**
 * A licence shown inside an encrypted conversation, by whoever holds it: what the key that
 * the credential was issued to signs, as a compact JWS (RFC 7515).
 *
 *     "MentalVerse credential proof v1\0" ‖ SHA-256(credential) ‖ nonce[32] ‖
 *     account[16] ‖ device[16] ‖ MLS-Exporter("MentalVerse credential v1", nonce, 32)
 *
 * Account and device are those of the leaf that shows it, and only members of the epoch can
 * make the export. So a proof that another member repeats, or that comes from another
 * conversation or epoch, fits nowhere. Whether the credential itself holds is another matter.
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { base58 } from "@scure/base"
import * as base64url from "./base64url"
import { type SignatureKeyPair, sign, verifies } from "./ed25519"
import { FormatError } from "./errors"
import { type JsonObject, parse } from "./json"
import { EXPORTED_BYTES, NONCE_BYTES } from "./shown-credential"

const ID_BYTES = 16
const LABEL = utf8ToBytes("MentalVerse credential proof v1\0")
const MEDIA_TYPE = "mentalverse-proof+jws"
/** Ed25519 as a multikey. */
const MULTICODEC = Uint8Array.of(0xed, 0x01)

/** Where a credential is shown, and by which member. */
export interface ShownPlace {
  /** 32 octets. */
  readonly nonce: Uint8Array
  /** 16 octets. */
  readonly account: Uint8Array
  /** 16 octets. */
  readonly device: Uint8Array
  /** 32 octets, of the epoch that it is sent in. */
  readonly exported: Uint8Array
}

/** The name of a holder's key: the `sub` of what is issued to it. */
export function didKey(holder: Uint8Array): string {
  return `did:key:z${base58.encode(concatBytes(MULTICODEC, holder))}`
}

/** What the holder signs; `mls.decode` for a part of another length. */
export function proofOctets(credential: string, place: ShownPlace): Uint8Array {
  const { nonce, account, device, exported } = place
  const lengths = [nonce.length - NONCE_BYTES, account.length - ID_BYTES, device.length - ID_BYTES]
  if ([...lengths, exported.length - EXPORTED_BYTES].some((excess) => excess !== 0)) {
    throw new FormatError("mls.decode", "a part of a proof has another length")
  }
  const digest = sha256(utf8ToBytes(credential))
  return concatBytes(LABEL, digest, nonce, account, device, exported)
}

/** The `sig` of a `credential.shown`. */
export function prove(credential: string, place: ShownPlace, holder: SignatureKeyPair): string {
  const header = { alg: "EdDSA", typ: MEDIA_TYPE, kid: keyId(holder.public) }
  const signed = `${textOf(JSON.stringify(header))}.${base64url.encode(proofOctets(credential, place))}`
  return `${signed}.${base64url.encode(sign(holder, utf8ToBytes(signed)))}`
}

/** Whether a `sig` is the word of this holder, of this credential, here and now. */
export function proves(sig: string, credential: string, place: ShownPlace, holder: Uint8Array): boolean {
  const [head = "", body = "", tail = "", ...rest] = sig.split(".")
  if (rest.length > 0 || body !== base64url.encode(proofOctets(credential, place))) return false
  try {
    const header = headerOf(base64url.decode(head))
    const isSigned = verifies(holder, utf8ToBytes(`${head}.${body}`), base64url.decode(tail))
    return isSigned && header.get("typ") === MEDIA_TYPE && header.get("kid") === keyId(holder) && isKnown(header)
  } catch (error) {
    if (error instanceof FormatError) return false
    throw error
  }
}

/** RFC 9864 calls `EdDSA` by the name of its curve; no header asks for more (`crit`). */
function isKnown(header: JsonObject): boolean {
  const alg = header.get("alg")
  return (alg === "EdDSA" || alg === "Ed25519") && !header.has("crit")
}

function headerOf(octets: Uint8Array): JsonObject {
  let text
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(octets)
  } catch {
    throw new FormatError("mls.decode", "a header that is no text")
  }
  const header = parse(text)
  if (!(header instanceof Map)) throw new FormatError("mls.decode", "a header that is no object")
  return header
}

function keyId(holder: Uint8Array): string {
  const did = didKey(holder)
  return `${did}#${did.slice("did:key:".length)}`
}

function textOf(text: string): string {
  return base64url.encode(utf8ToBytes(text))
}
