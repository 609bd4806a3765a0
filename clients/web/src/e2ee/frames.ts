/**
 * Sealed media frames: what encoders make, readable for the members of the call alone.
 *
 *     clear header ‖ AES-128-GCM ciphertext ‖ tag[16] ‖ conn_nonce[8] ‖ counter[4] ‖ kid
 *
 *     kid   = version 1 (high 4 bits) ‖ epoch mod 16 (low 4 bits)
 *     nonce = 0[8] ‖ counter
 *     aad   = clear header ‖ conn_nonce ‖ counter ‖ kid
 *
 * The clear header is what packetizers and a forwarding server have to see: 10 octets of a
 * VP8 key frame, 3 of any other VP8 frame (octet 0 says which: RFC 6386 §9.1; a browser's own
 * word for it is not asked), 1 of Opus (RFC 6716 §3.1).
 *
 * A key and a nonce may meet once, so a page has one `FrameSealer`, whatever number of peers,
 * layers or encoders it feeds: all transforms live in one worker and share it. Nothing of it
 * is stored or copied, and a new one draws a new `connNonce`. Epochs only go up.
 *
 * A `FrameOpener` serves one sender. When another epoch is installed the older ones end 10 s
 * later, or 2 s when somebody was removed. Another `connNonce` counts only once a frame under
 * it has opened; the one before lives 2 s more and is then refused for good, as is every
 * counter seen before or 1,024 behind the highest. What does not open is dropped and counted,
 * never passed on.
 *
 * Times are milliseconds of any clock that does not go back.
 */

import type { Bytes } from "./engine"
import { FormatError } from "./formats/errors"
import { isVideo, type Slot, SLOTS } from "./formats/media-slots"
import { require } from "./formats/requests"
import { BASE_BYTES, CONN_NONCE_BYTES, frameKey } from "./frame-keys"
import { equal, keyOf } from "./octets"

/** By so much a sealed frame is longer. */
export const TRAILER_BYTES = 29
/** Frames of one slot in one epoch; then only a new epoch lets the sender go on. */
export const MAX_FRAMES = 2 ** 32 - 1
/** How far behind the highest counter a frame is taken. */
export const REPLAY_WINDOW = 1_024
/** Times that a sender may start over within an epoch and slot. */
export const MAX_CONN_NONCES = 64
/** How long the `connNonce` before is taken after a frame under another one opened. */
export const RETIRED_MS = 2_000
/** How long an epoch's keys last after somebody came in or refreshed. */
export const RETAIN_MS = 10_000
/** How long they last after somebody was removed. */
export const RETAIN_AFTER_REMOVE_MS = 2_000

const VERSION = 1
const TAG_BITS = 128
const COUNTER_BYTES = 4
const META_BYTES = CONN_NONCE_BYTES + COUNTER_BYTES + 1
const NONCE_BYTES = 12

/**
 * Why a frame was not opened: shorter than its clear header and the trailer; not sealed at
 * all, or by another version; of an epoch whose keys are not here; seen before or too far
 * behind; of a start of the sender that another one has followed; of a sender that started
 * over too often; altered, or under another key.
 */
export type Drop = "too_short" | "version" | "epoch" | "replayed" | "retired" | "conn_nonces" | "unauthentic"

/** How many octets of a frame stay readable; sealing does not change the answer. */
export function clearHeaderBytes(slot: Slot, frame: Bytes): number {
  if (!isVideo(slot)) return 1
  return ((frame[0] ?? 0) & 1) === 1 ? 3 : 10
}

/** What one sender seals with, from the moment it starts. */
export class FrameSealer {
  #epoch = -1n
  #keys = new Map<Slot, Promise<CryptoKey>>()
  #next = new Map<Slot, number>()
  readonly #connNonce: Bytes

  /** 8 fresh random octets, of nobody else's choice; at most `MAX_FRAMES`. */
  constructor(
    connNonce: Bytes,
    readonly maxFrames = MAX_FRAMES,
  ) {
    require(connNonce.length === CONN_NONCE_BYTES, "a conn_nonce has 8 octets")
    require(maxFrames > 0 && maxFrames <= MAX_FRAMES, "a counter has 32 bits")
    this.#connNonce = connNonce.slice()
  }

  /** What is sent under; -1 before the first `switch`. */
  get epoch(): bigint {
    return this.#epoch
  }

  /** Send under another epoch from now on; `mls.state.invalid_request` for one that is not later. */
  switch(epoch: bigint, base: Bytes): void {
    require(epoch > this.#epoch, "a sender does not go back to an epoch")
    checkBase(base)
    this.#epoch = epoch
    this.#next = new Map()
    this.#keys = new Map(SLOTS.map((slot) => [slot, imported(base, slot, this.#connNonce)]))
  }

  /**
   * The frame for the wire. `frame.too_short` for what is shorter than its clear header;
   * `frame.key_spent` when the counter is used up: nothing leaves before a `switch`.
   */
  async seal(slot: Slot, frame: Bytes): Promise<Uint8Array<ArrayBuffer>> {
    const key = this.#keys.get(slot)
    if (key === undefined) throw new FormatError("mls.state.invalid_request", "there is no epoch to send under")
    const headerBytes = clearHeaderBytes(slot, frame)
    if (frame.length < headerBytes) {
      throw new FormatError("frame.too_short", "the frame is shorter than its clear header")
    }
    const counter = this.#next.get(slot) ?? 0
    if (counter >= this.maxFrames) {
      throw new FormatError("frame.key_spent", "every counter of this epoch and slot is used")
    }
    // Taken before anything is awaited: two frames at once never share one.
    this.#next.set(slot, counter + 1)
    const meta = this.#meta(counter)
    const aad = joined(frame.subarray(0, headerBytes), meta)
    const body = await crypto.subtle.encrypt(algorithm(counter, aad), await key, frame.slice(headerBytes))
    return joined(frame.subarray(0, headerBytes), new Uint8Array(body), meta)
  }

  #meta(counter: number): Uint8Array {
    const meta = new Uint8Array(META_BYTES)
    meta.set(this.#connNonce)
    new DataView(meta.buffer).setUint32(CONN_NONCE_BYTES, counter)
    meta[META_BYTES - 1] = (VERSION << 4) | Number(this.#epoch & 15n)
    return meta
  }
}

/** One start of a sender, as one receiver follows it. */
class Start {
  /** Undefined while it is the one that is followed. */
  endsAtMs: number | undefined
  private highest = -1
  private readonly seen = new Float64Array(REPLAY_WINDOW).fill(-1)

  constructor(readonly key: Promise<CryptoKey>) {}

  isFresh(counter: number): boolean {
    return counter + REPLAY_WINDOW > this.highest && this.seen[counter % REPLAY_WINDOW] !== counter
  }

  note(counter: number): void {
    this.seen[counter % REPLAY_WINDOW] = counter
    this.highest = Math.max(this.highest, counter)
  }
}

class Epoch {
  endsAtMs: number | undefined
  readonly starts = new Map<Slot, Map<string, Start>>(SLOTS.map((slot) => [slot, new Map()]))

  constructor(
    readonly number: bigint,
    readonly base: Bytes,
  ) {}
}

const isOver = (it: Start | Epoch, nowMs: number): boolean => it.endsAtMs !== undefined && it.endsAtMs <= nowMs

function end(it: Start | Epoch, atMs: number): void {
  it.endsAtMs = Math.min(it.endsAtMs ?? atMs, atMs)
}

/** What opens the frames of one sender. */
export class FrameOpener {
  /** What was not opened, by reason; it goes on over epochs. */
  readonly drops = new Map<Drop, number>()
  #epochs = new Map<bigint, Epoch>()

  /**
   * Open frames of another epoch as well, and let the older ones run out after `retainMs`
   * (`RETAIN_MS` or `RETAIN_AFTER_REMOVE_MS`). The same epoch again changes only their time;
   * `mls.state.invalid_request` for one before the latest, or another base for the latest.
   */
  install(epoch: bigint, base: Bytes, nowMs: number, retainMs: number): void {
    checkBase(base)
    const latest = this.#latest()
    require(latest === undefined || epoch >= latest.number, "an epoch before the latest")
    if (latest?.number === epoch) require(equal(base, latest.base), "another base for the same epoch")
    for (const older of this.#epochs.values()) if (older.number !== epoch) end(older, nowMs + retainMs)
    if (latest?.number !== epoch) this.#epochs.set(epoch & 15n, new Epoch(epoch, base.slice()))
    this.forget(nowMs)
  }

  /** Drops the keys of epochs whose time is over. */
  forget(nowMs: number): void {
    this.#epochs = new Map([...this.#epochs].filter(([, it]) => !isOver(it, nowMs)))
  }

  /** What the sender's encoder made, or why it is dropped. */
  async open(slot: Slot, sealed: Bytes, nowMs: number): Promise<Uint8Array<ArrayBuffer> | Drop> {
    const opened = await this.#open(slot, sealed, nowMs)
    if (typeof opened === "string") this.drops.set(opened, (this.drops.get(opened) ?? 0) + 1)
    return opened
  }

  async #open(slot: Slot, sealed: Bytes, nowMs: number): Promise<Uint8Array<ArrayBuffer> | Drop> {
    const headerBytes = clearHeaderBytes(slot, sealed)
    if (sealed.length < headerBytes + TRAILER_BYTES) return "too_short"
    const meta = sealed.subarray(sealed.length - META_BYTES)
    const kid = meta[META_BYTES - 1] ?? 0
    if (kid >> 4 !== VERSION) return "version"
    const epoch = this.#epochs.get(BigInt(kid & 15))
    const starts = epoch?.starts.get(slot)
    if (epoch === undefined || starts === undefined || isOver(epoch, nowMs)) return "epoch"
    const connNonce = meta.slice(0, CONN_NONCE_BYTES)
    const name = keyOf(connNonce)
    const counter = new DataView(meta.buffer, meta.byteOffset).getUint32(CONN_NONCE_BYTES)
    const before = refused(starts, name, counter, nowMs)
    if (before !== undefined) return before
    const start = starts.get(name) ?? new Start(imported(epoch.base, slot, connNonce))
    const header = sealed.subarray(0, headerBytes)
    const body = sealed.slice(headerBytes, sealed.length - META_BYTES)
    let opened: ArrayBuffer
    try {
      opened = await crypto.subtle.decrypt(algorithm(counter, joined(header, meta)), await start.key, body)
    } catch {
      return "unauthentic"
    }
    // The same frame, or the same new start, may have opened while this one was awaited.
    const since = refused(starts, name, counter, nowMs)
    if (since !== undefined) return since
    if (!starts.has(name)) {
      for (const older of starts.values()) end(older, nowMs + RETIRED_MS)
      starts.set(name, start)
    }
    starts.get(name)?.note(counter)
    return joined(header, new Uint8Array(opened))
  }

  #latest(): Epoch | undefined {
    return [...this.#epochs.values()].reduce<Epoch | undefined>(
      (latest, it) => (latest === undefined || it.number > latest.number ? it : latest),
      undefined,
    )
  }
}

function refused(starts: ReadonlyMap<string, Start>, name: string, counter: number, nowMs: number): Drop | undefined {
  const known = starts.get(name)
  if (known === undefined) return starts.size >= MAX_CONN_NONCES ? "conn_nonces" : undefined
  if (isOver(known, nowMs)) return "retired"
  return known.isFresh(counter) ? undefined : "replayed"
}

function imported(base: Bytes, slot: Slot, connNonce: Bytes): Promise<CryptoKey> {
  const key = new Uint8Array(frameKey(base, slot, connNonce))
  return crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"])
}

function algorithm(counter: number, additionalData: Uint8Array<ArrayBuffer>): AesGcmParams {
  const iv = new Uint8Array(NONCE_BYTES)
  new DataView(iv.buffer).setUint32(NONCE_BYTES - COUNTER_BYTES, counter)
  return { name: "AES-GCM", iv, additionalData, tagLength: TAG_BITS }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function checkBase(base: Bytes): void {
  require(base.length === BASE_BYTES, "a base has 32 octets")
}
