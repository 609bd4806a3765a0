/** Signatures and lengths. */

import { decode } from "../src/e2ee/formats/codec"
import { sign, signatureKeyPair, verifies } from "../src/e2ee/formats/ed25519"
import { base64, octetsOf, type Verbs } from "./wire"

export const primitives: Verbs = {
  public: ({ seed }) => base64(signatureKeyPair(octetsOf(seed)).public),
  sign: ({ seed, message }) => base64(sign(signatureKeyPair(octetsOf(seed)), octetsOf(message))),
  verifies: (fields) => verifies(octetsOf(fields.public), octetsOf(fields.message), octetsOf(fields.signature)),
  readOpaque: ({ data }) => base64(decode((reader) => reader.opaque(), octetsOf(data))),
}
