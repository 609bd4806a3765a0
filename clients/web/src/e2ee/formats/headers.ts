/**
 * What anybody can read of a message from outside (RFC 9420 §6); nothing of it is verified.
 *
 * A PrivateMessage and a Welcome are checked from the first to the last octet. A
 * PublicMessage is read as far as its content type: what it contains is the engine's to
 * decode. What stands in for a commit (`detached.ts`) has the header of that commit.
 */

import { suiteName } from "../suites"
import { decode as decodeStructure, Reader, Writer } from "./codec"
import { decode as readDetached, detach, type Detached } from "./detached"
import { FormatError } from "./errors"

const VERSION_MLS10 = 1
const PUBLIC_MESSAGE = 1
const PRIVATE_MESSAGE = 2
const WELCOME = 3
const MAX_WIRE_FORMAT = 5
const CONTENT_TYPES = ["application", "proposal", "commit"] as const
const SENDER_TYPES = ["member", "external", "new_member_proposal", "new_member_commit"] as const

export interface FramingHeader {
  readonly wireFormat: "public_message" | "private_message"
  readonly groupId: Uint8Array
  readonly epoch: bigint
  readonly contentType: (typeof CONTENT_TYPES)[number]
  readonly authenticatedData: Uint8Array
  /** Undefined for a PrivateMessage, which hides its sender. */
  readonly senderType: (typeof SENDER_TYPES)[number] | undefined
}

export interface WelcomeHeader {
  readonly suite: number
  /** `KeyPackageRef` of each device that it lets in, 32 octets each. */
  readonly refs: readonly Uint8Array[]
}

/** The header of an `MLSMessage` that is framed. `mls.decode`, `mls.unsupported`. */
export function readHeader(message: Uint8Array): FramingHeader {
  const standsFor = readDetached(message)
  if (standsFor !== undefined) return detachedHeader(standsFor)
  const reader = new Reader(message)
  switch (readWireFormat(reader)) {
    case PRIVATE_MESSAGE:
      return privateHeader(reader)
    case PUBLIC_MESSAGE:
      return publicHeader(reader)
    default:
      throw new FormatError("mls.unsupported", "not a framed message")
  }
}

/** Whom a Welcome is for (RFC 9420 §12.4.3.1). `mls.decode`, `mls.unsupported`. */
export function readWelcome(message: Uint8Array): WelcomeHeader {
  return decodeStructure((reader) => {
    if (readWireFormat(reader) !== WELCOME) throw new FormatError("mls.unsupported", "not a Welcome")
    const suite = reader.u16()
    if (suiteName(suite) === undefined) throw new FormatError("mls.unsupported", "cipher suite is not supported")
    const refs = reader.vector((inner) => {
      const ref = inner.opaque()
      inner.opaque()
      inner.opaque()
      return ref
    })
    reader.opaque()
    return { suite, refs }
  }, message)
}

/** What stands in for a commit, a PrivateMessage, that is stored as this blob. */
export function detachCommit(commit: Uint8Array, blob: Uint8Array): Detached {
  const header = readHeader(commit)
  if (header.wireFormat !== "private_message") throw new FormatError("mls.unsupported", "not a PrivateMessage")
  const head = new Writer()
    .opaque(header.groupId)
    .u64(header.epoch)
    .u8(CONTENT_TYPES.indexOf(header.contentType) + 1)
    .opaque(header.authenticatedData)
    .octets()
  return detach(commit, blob, head)
}

function readWireFormat(reader: Reader): number {
  if (reader.u16() !== VERSION_MLS10) throw new FormatError("mls.unsupported", "protocol version is not supported")
  const wireFormat = reader.u16()
  if (wireFormat < 1 || wireFormat > MAX_WIRE_FORMAT) throw new FormatError("mls.decode", "unknown wire format")
  return wireFormat
}

function privateHeader(reader: Reader): FramingHeader {
  const header = readPrivate(reader)
  reader.opaque()
  if (reader.varint() !== reader.remaining) {
    throw new FormatError("mls.decode", "ciphertext does not end with the message")
  }
  return header
}

function readPrivate(reader: Reader): FramingHeader {
  return {
    wireFormat: "private_message",
    groupId: reader.opaque(),
    epoch: reader.u64(),
    contentType: oneOf(CONTENT_TYPES, reader.u8()),
    authenticatedData: reader.opaque(),
    senderType: undefined,
  }
}

function publicHeader(reader: Reader): FramingHeader {
  const groupId = reader.opaque()
  const epoch = reader.u64()
  const senderType = oneOf(SENDER_TYPES, reader.u8())
  if (senderType === "member" || senderType === "external") reader.u32()
  const authenticatedData = reader.opaque()
  const contentType = oneOf(CONTENT_TYPES, reader.u8())
  return { wireFormat: "public_message", groupId, epoch, contentType, authenticatedData, senderType }
}

function detachedHeader(standsFor: Detached): FramingHeader {
  const header = decodeStructure(readPrivate, standsFor.head)
  if (header.contentType !== "commit") throw new FormatError("mls.decode", "only a commit may stand elsewhere")
  return header
}

function oneOf<T>(types: readonly T[], number: number): T {
  const type = types[number - 1]
  if (type === undefined) throw new FormatError("mls.decode", "unknown content or sender type")
  return type
}
