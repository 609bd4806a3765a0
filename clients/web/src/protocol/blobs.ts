/**
 * Blobs: encrypted octets on their way to the server and back. Whoever calls has
 * encrypted them. Both directions go on where they broke off: the server says how much of
 * an upload it has, and a download asks for what is missing.
 */

import { retryDelayMs } from "./backoff"
import { NotConnected, Refused } from "./errors"
import { type BlobPurpose, BlobStatus, UPLOAD_OFFSET } from "./events"
import { ask, request } from "./http"

type Octets = Uint8Array<ArrayBuffer>

/** Octets of one request. */
const PIECE_BYTES = 512 * 1024
/** The server gives a piece sixty seconds. */
const PIECE_TIMEOUT_MS = 75_000
/** Attempts in a row that get no further. */
const MAX_ATTEMPTS = 5

export interface Announced {
  readonly blob: string
  readonly purpose: BlobPurpose
  readonly size: number
  readonly sha256: Uint8Array
}

/** Octets from one place up to another; they must not change meanwhile. */
export type Source = (start: number, end: number) => Promise<Octets>
export type Progress = (across: number) => void

/** The server gave other octets than it should, or too many. */
export class BlobDamaged extends Error {
  constructor() {
    super("the server gave other octets than were stored")
    this.name = "BlobDamaged"
  }
}

export class Blobs {
  constructor(
    private readonly origin: string,
    private readonly token: (fresh: boolean) => Promise<string>,
    private readonly pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  ) {}

  /**
   * Stores a blob; repeated, at any time, it goes on or gives the same answer. Throws
   * `NotConnected`, and `Refused`: `conflict` when the id is used for another blob.
   */
  async upload(announced: Announced, source: Source, progress: Progress = () => undefined): Promise<void> {
    let furthest = -1
    await this.persist(async (token) => {
      let status = await ask(this.origin, BlobStatus, { method: "POST", path: "/blobs", token, json: announced })
      while (!status.complete) {
        progress(status.offset)
        const moved = status.offset > furthest
        furthest = Math.max(furthest, status.offset)
        status = await this.send(announced, source, status.offset, token).catch((error: unknown) => {
          throw moved && isWorthRepeating(error) ? new Further() : error
        })
      }
      progress(announced.size)
    })
  }

  /** A blob of at most `most` octets. Throws `BlobDamaged`, `NotConnected`, `Refused`. */
  fetch(blob: string, most: number, progress: Progress = () => undefined): Promise<Octets> {
    const parts: Octets[] = []
    let length = 0
    const take = (part: Octets): void => {
      length += part.length
      if (length > most) throw new BlobDamaged()
      parts.push(part)
      progress(length)
    }
    return this.persist(async (token) => {
      const headers: Record<string, string> = length > 0 ? { Range: `bytes=${length}-` } : {}
      const before = length
      const answer = await request(this.origin, {
        ...{ method: "GET", path: `/blobs/${blob}`, token, headers, timeoutMs: PIECE_TIMEOUT_MS },
      })
      if (answer.status === 200 && length > 0) {
        parts.length = 0
        length = 0
      }
      try {
        const reader = answer.body?.getReader()
        for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) take(read.value)
      } catch (error) {
        if (error instanceof BlobDamaged) throw error
        throw length > before ? new Further() : new NotConnected("the connection broke")
      }
      return joined(parts, length)
    })
  }

  /** Deletes a blob of this account; one that is gone is fine. */
  async delete(blob: string): Promise<void> {
    await this.persist((token) => request(this.origin, { method: "DELETE", path: `/blobs/${blob}`, token }))
  }

  private async send(announced: Announced, source: Source, offset: number, token: string): Promise<BlobStatus> {
    const octets = await source(offset, Math.min(offset + PIECE_BYTES, announced.size))
    const headers = { [UPLOAD_OFFSET]: String(offset) }
    const path = `/blobs/${announced.blob}`
    return ask(this.origin, BlobStatus, {
      ...{ method: "PATCH", path, token, octets, headers, timeoutMs: PIECE_TIMEOUT_MS },
    })
  }

  /** Tries again what may succeed, as often as it takes while it gets further. */
  private async persist<T>(work: (token: string) => Promise<T>): Promise<T> {
    let refused = false
    for (let attempt = 0; ; ) {
      try {
        return await work(await this.token(refused))
      } catch (error) {
        if (error instanceof Further) {
          attempt = 0
        } else if (error instanceof Refused && error.code === "unauthorised" && !refused) {
          refused = true
          continue
        } else if (!isWorthRepeating(error) || ++attempt >= MAX_ATTEMPTS) throw error
        await this.pause(retryDelayMs(attempt, error instanceof Refused ? error.retryAfterMs : 0))
      }
    }
  }
}

/** An attempt broke off, and brought something across. */
class Further extends Error {}

function isWorthRepeating(error: unknown): boolean {
  if (error instanceof NotConnected) return true
  // `conflict` of a piece: what a lost connection still had on the way has arrived.
  return error instanceof Refused && error.fault === "server"
}

function joined(parts: readonly Octets[], length: number): Octets {
  const whole = new Uint8Array(length)
  let position = 0
  for (const part of parts) {
    whole.set(part, position)
    position += part.length
  }
  return whole
}
