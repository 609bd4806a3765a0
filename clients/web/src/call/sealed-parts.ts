/**
 * A recording while it is made: sealed at once, and kept as a list of blobs, which a browser
 * may hold outside of the page's own memory. Nothing of it is ever anywhere in the clear.
 */

import type { RecordingSealer } from "../e2ee/formats/recording-file"

/** As much as is made, sealed: nearly two hours of picture and sound. */
export const MAX_RECORDING_BYTES = 512 * 1024 * 1024
/** What is held as octets before it becomes a blob. */
const PART_BYTES = 1024 * 1024

export class SealedParts {
  private blobs: Blob[] = []
  private fresh: Uint8Array<ArrayBuffer>[] = []
  private freshBytes = 0
  private bytes = 0
  private isDropped = false

  constructor(
    private readonly sealer: RecordingSealer,
    private readonly maxBytes = MAX_RECORDING_BYTES,
  ) {}

  /** Nothing more should be added: there is room for what is on its way, and little else. */
  get isFull(): boolean {
    return this.bytes >= this.maxBytes
  }

  add(octets: Uint8Array): void {
    if (!this.isDropped) this.keep(this.sealer.push(octets))
  }

  /** The whole file; nothing if it was dropped. */
  finish(): Blob | undefined {
    if (this.isDropped) return undefined
    this.keep(this.sealer.finish())
    this.fold()
    const whole = new Blob(this.blobs, { type: "application/octet-stream" })
    this.drop()
    return whole
  }

  drop(): void {
    this.isDropped = true
    this.blobs = []
    this.fresh = []
  }

  private keep(sealed: Uint8Array): void {
    this.fresh.push(sealed as Uint8Array<ArrayBuffer>)
    this.freshBytes += sealed.length
    this.bytes += sealed.length
    if (this.freshBytes >= PART_BYTES) this.fold()
  }

  private fold(): void {
    this.blobs.push(new Blob(this.fresh))
    this.fresh = []
    this.freshBytes = 0
  }
}
