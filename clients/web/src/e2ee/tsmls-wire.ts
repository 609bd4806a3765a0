/** Between our types and those of ts-mls: messages, proposals, extensions, PSK ids. */

import {
  decodeMlsMessage,
  encodeMlsMessage,
  type Extension as LibraryExtension,
  type KeyPackage,
  type MLSMessage,
  type PreSharedKeyID,
  type Proposal as LibraryProposal,
  type Welcome,
} from "ts-mls"
import { encode } from "ts-mls/codec/tlsEncoder.js"
import { type CiphersuiteImpl, getCiphersuiteFromName } from "ts-mls/crypto/ciphersuite.js"
import { getCiphersuiteImpl } from "ts-mls/crypto/getCiphersuiteImpl.js"
import { makeKeyPackageRef } from "ts-mls/keyPackage.js"
import { defaultExtensionTypes } from "ts-mls/defaultExtensionType.js"
import { decodeRatchetTree, encodeRatchetTree, type RatchetTree } from "ts-mls/ratchetTree.js"
import { type Bytes, EngineError, type Extension, type Proposal, type PskId, type SuiteId } from "./engine"
import { suiteName } from "./suites"

export { encode, encodeRatchetTree }

/** What ts-mls and its primitives throw, as errors of ours. */
export async function guarded<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof EngineError) throw error
    const name = error instanceof Error ? error.name : "Error"
    const message = error instanceof Error ? error.message : String(error)
    throw new EngineError(name === "CodecError" ? "malformed" : name === "UsageError" ? "misuse" : "refused", message)
  }
}

/** An `MLSMessage` that fills the octets to the last. */
export function readMessage(octets: Bytes): MLSMessage {
  const decoded = decodeMlsMessage(octets, 0)
  if (decoded === undefined || decoded[1] !== octets.length) throw new EngineError("malformed", "not an MLSMessage")
  return decoded[0]
}

export function writeMessage(message: MLSMessage): Bytes {
  return encodeMlsMessage(message)
}

export function readKeyPackage(octets: Bytes): KeyPackage {
  const message = readMessage(octets)
  if (message.wireformat !== "mls_key_package") throw new EngineError("malformed", "not a KeyPackage")
  return message.keyPackage
}

export function readWelcome(octets: Bytes): Welcome {
  const message = readMessage(octets)
  if (message.wireformat !== "mls_welcome") throw new EngineError("malformed", "not a Welcome")
  return message.welcome
}

export function readTree(octets: Bytes | undefined): RatchetTree | undefined {
  if (octets === undefined) return undefined
  const decoded = decodeRatchetTree(octets, 0)
  if (decoded === undefined || decoded[1] !== octets.length) throw new EngineError("malformed", "not a ratchet tree")
  return decoded[0]
}

const implementations = new Map<SuiteId, Promise<CiphersuiteImpl>>()

/** The primitives of a suite that we speak. */
export function primitives(suite: SuiteId): Promise<CiphersuiteImpl> {
  const name = suiteName(suite)
  if (name === undefined) throw new EngineError("refused", "suite is not one of ours")
  const known = implementations.get(suite) ?? getCiphersuiteImpl(getCiphersuiteFromName(name))
  implementations.set(suite, known)
  return known
}

const extensionNames = new Map<number, keyof typeof defaultExtensionTypes>(
  Object.entries(defaultExtensionTypes).map(([name, type]) => [type, name as keyof typeof defaultExtensionTypes]),
)

export function toExtensions(extensions: readonly Extension[]): LibraryExtension[] {
  return extensions.map(({ type, data }) => ({
    extensionType: extensionNames.get(type) ?? type,
    extensionData: data,
  }))
}

export function fromExtensions(extensions: readonly LibraryExtension[]): Extension[] {
  return extensions.map(({ extensionType, extensionData }) => ({
    type: typeof extensionType === "number" ? extensionType : defaultExtensionTypes[extensionType],
    data: extensionData,
  }))
}

export function toPskId(psk: PskId, nonce: Bytes): PreSharedKeyID {
  if (psk.kind === "external") return { psktype: "external", pskId: psk.id, pskNonce: nonce }
  return {
    psktype: "resumption",
    usage: psk.usage,
    pskGroupId: psk.groupId,
    pskEpoch: psk.epoch,
    pskNonce: nonce,
  }
}

export function fromPskId(psk: PreSharedKeyID): PskId {
  if (psk.psktype === "external") return { kind: "external", id: psk.pskId }
  return { kind: "resumption", usage: psk.usage, groupId: psk.pskGroupId, epoch: psk.pskEpoch }
}

export function toProposal(proposal: Proposal, suite: CiphersuiteImpl): LibraryProposal {
  switch (proposal.kind) {
    case "add":
      return { proposalType: "add", add: { keyPackage: readKeyPackage(proposal.keyPackage) } }
    case "remove":
      return { proposalType: "remove", remove: { removed: proposal.leafIndex } }
    case "psk":
      return {
        proposalType: "psk",
        psk: { preSharedKeyId: toPskId(proposal.psk, suite.rng.randomBytes(suite.kdf.size)) },
      }
    case "extensions":
      return {
        proposalType: "group_context_extensions",
        groupContextExtensions: { extensions: toExtensions(proposal.extensions) },
      }
    case "reinit": {
      const name = suiteName(proposal.suite)
      if (name === undefined) throw new EngineError("refused", "suite is not one of ours")
      return {
        proposalType: "reinit",
        reinit: {
          groupId: proposal.groupId,
          version: "mls10",
          cipherSuite: name,
          extensions: toExtensions(proposal.extensions),
        },
      }
    }
  }
}

/** `KeyPackageRef` (RFC 9420 §5.2). */
export function keyPackageRef(keyPackage: KeyPackage, suite: CiphersuiteImpl): Promise<Bytes> {
  return makeKeyPackageRef(keyPackage, suite.hash)
}
