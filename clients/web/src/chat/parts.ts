/**
 * Parts of bundles that are blobs: stored before, and fetched when they are needed.
 *
 * A commit that cannot be had is like one that cannot be applied, and a Welcome like one
 * that cannot be opened; but whether the server has the octets may change, so that is
 * found out again later. Octets with another hash are never used.
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { idText } from "../account/ids"
import * as detached from "../e2ee/formats/detached"
import { FormatError } from "../e2ee/formats/errors"
import { readHeader } from "../e2ee/formats/headers"
import { equal } from "../e2ee/octets"
import { BlobDamaged, type Blobs } from "../protocol/blobs"
import { NotConnected, Refused } from "../protocol/errors"
import type { Part } from "./records"

/** Longest part that is fetched, as the server keeps them. */
const MAX_PART_BYTES = 1024 * 1024
/** Octets that a disk or a line has damaged may be whole the second time. */
const FETCHES = 2

/** One large part of a change cannot be had now; everything else may be. */
export class PartUnavailable extends NotConnected {
  constructor() {
    super("a large part could not be fetched")
    this.name = "PartUnavailable"
  }
}

export class Parts {
  constructor(private readonly blobs: Blobs) {}

  /** Stores parts; those that are stored already are left as they are. */
  async store(parts: readonly Part[]): Promise<void> {
    for (const { blob, octets } of parts) {
      const announced = { blob: idText(blob), purpose: "group", size: octets.length, sha256: sha256(octets) } as const
      await this.blobs.upload(announced, (start, end) => Promise.resolve(new Uint8Array(octets.subarray(start, end))))
    }
  }

  /**
   * The message itself, which is fetched if another stands in for it. Throws
   * `BlobDamaged` when the server has other octets, or none, for it; `FormatError` when
   * it refers to nothing; `PartUnavailable` when the server does not give it now.
   */
  async whole(message: Uint8Array): Promise<Uint8Array> {
    const standIn = detached.decode(message)
    if (standIn === undefined) return message
    const octets = await this.fetch(standIn)
    if (standIn.head.length > 0 && !isAnnounced(message, octets)) throw new BlobDamaged()
    return octets
  }

  private async fetch(standIn: detached.Detached): Promise<Uint8Array> {
    const most = Math.min(standIn.size, MAX_PART_BYTES)
    for (let fetched = 0; fetched < FETCHES; fetched++) {
      try {
        const octets = await this.blobs.fetch(idText(standIn.blob), most)
        if (detached.isOf(standIn, octets)) return octets
      } catch (error) {
        if (error instanceof Refused && error.code === "not_found") throw new BlobDamaged()
        if (error instanceof NotConnected || error instanceof Refused) throw new PartUnavailable()
        throw error
      }
    }
    throw new BlobDamaged()
  }
}

/** Whether the header by which the server took a commit is the commit's own. */
function isAnnounced(standIn: Uint8Array, commit: Uint8Array): boolean {
  try {
    const [said, has] = [readHeader(standIn), readHeader(commit)]
    const same = said.wireFormat === has.wireFormat && said.contentType === has.contentType
    const there = equal(said.groupId, has.groupId) && said.epoch === has.epoch
    return same && there && equal(said.authenticatedData, has.authenticatedData)
  } catch (error) {
    if (error instanceof FormatError) return false
    throw error
  }
}
