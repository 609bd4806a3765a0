/**
 * libsodium's secretstream: a stream of messages that can be neither reordered, left
 * out nor, after its last, continued (crypto_secretstream_xchacha20poly1305).
 *
 *     header[24]   16 octets for HChaCha20, which makes the first key; 8 begin the nonce
 *     message      tag[1] ‖ ciphertext ‖ mac[16], 17 octets longer than its plaintext
 *
 * Each message is ChaCha20-Poly1305 (RFC 8439) under the key and nonce of its place:
 * block 0 of the key stream is the key of Poly1305, block 1 hides the tag, the rest the
 * plaintext. The nonce is a counter of 4 octets from 1 on and 8 octets to which the MAC
 * of every message is added, so that each depends on all before it. TAG_REKEY,
 * TAG_FINAL and a counter that has run through replace the key.
 *
 * Written out over primitives that the client has anyway: it comes else only with a build or
 * port of all of libsodium, and the page's policy runs no WebAssembly.
 */

import { poly1305 } from "@noble/ciphers/_poly1305.js"
import { chacha20, hchacha } from "@noble/ciphers/chacha.js"
import { equalBytes, u32, u8 } from "@noble/ciphers/utils.js"

export const STREAM_KEY_BYTES = 32
export const STREAM_HEADER_BYTES = 24
/** By how much a message is longer than its plaintext. */
export const STREAM_OVERHEAD_BYTES = 17

export const TAG_MESSAGE = 0
export const TAG_PUSH = 1
export const TAG_REKEY = 2
export const TAG_FINAL = 3

const MAC_BYTES = 16
const BLOCK_BYTES = 64
const COUNTER_BYTES = 4
const CHAINED_BYTES = 8
const NOTHING = new Uint8Array()
/** "expand 32-byte k" (RFC 8439 §2.3). */
const SIGMA = Uint32Array.of(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574)

/** One direction of a stream: `push` all of its messages, or `pull` them, in order. */
export class SecretStream {
  private key: Uint8Array
  private readonly nonce = new Uint8Array(COUNTER_BYTES + CHAINED_BYTES)

  /** @param header 24 random octets, sent before the first message */
  constructor(key: Uint8Array, header: Uint8Array) {
    if (key.length !== STREAM_KEY_BYTES || header.length !== STREAM_HEADER_BYTES) {
      throw new RangeError("a stream has a key of 32 and a header of 24 octets")
    }
    const first = new Uint32Array(8)
    hchacha(SIGMA, u32(key.slice()), u32(header.slice(0, 16)), first)
    this.key = u8(first)
    this.nonce.set(header.subarray(16), COUNTER_BYTES)
    this.restartCounter()
  }

  /** The next message. */
  push(plaintext: Uint8Array, tag: number, additional: Uint8Array = NOTHING): Uint8Array {
    const tagBlock = new Uint8Array(BLOCK_BYTES)
    tagBlock[0] = tag
    const hiddenTag = this.crypt(tagBlock, 1)
    const ciphertext = this.crypt(plaintext, 2)
    const mac = this.mac(hiddenTag, ciphertext, additional)
    const message = new Uint8Array(plaintext.length + STREAM_OVERHEAD_BYTES)
    message.set(hiddenTag.subarray(0, 1))
    message.set(ciphertext, 1)
    message.set(mac, 1 + ciphertext.length)
    this.advance(tag, mac)
    return message
  }

  /** The next message opened, or undefined when it is not the one; then nothing moved. */
  pull(message: Uint8Array, additional: Uint8Array = NOTHING): { plaintext: Uint8Array; tag: number } | undefined {
    if (message.length < STREAM_OVERHEAD_BYTES) return undefined
    const tagBlock = new Uint8Array(BLOCK_BYTES)
    tagBlock.set(message.subarray(0, 1))
    const opened = this.crypt(tagBlock, 1)
    const tag = opened[0] ?? 0
    // What is authenticated is the hidden block: the octet received, then key stream.
    opened.set(message.subarray(0, 1))
    const ciphertext = message.slice(1, -MAC_BYTES)
    const mac = this.mac(opened, ciphertext, additional)
    if (!equalBytes(mac, message.subarray(-MAC_BYTES))) return undefined
    const plaintext = this.crypt(ciphertext, 2)
    this.advance(tag, mac)
    return { plaintext, tag }
  }

  private crypt(octets: Uint8Array, block: number): Uint8Array {
    return chacha20(this.key, this.nonce, octets, undefined, block)
  }

  private mac(hiddenTag: Uint8Array, ciphertext: Uint8Array, additional: Uint8Array): Uint8Array {
    const key = this.crypt(new Uint8Array(BLOCK_BYTES), 0).subarray(0, 32)
    const lengths = new DataView(new ArrayBuffer(16))
    lengths.setBigUint64(0, BigInt(additional.length), true)
    lengths.setBigUint64(8, BigInt(BLOCK_BYTES + ciphertext.length), true)
    return (
      poly1305
        .create(key)
        .update(additional)
        .update(new Uint8Array(-additional.length & 15))
        .update(hiddenTag)
        .update(ciphertext)
        // libsodium pads here by the length itself and not by what lacks to 16.
        .update(new Uint8Array(ciphertext.length & 15))
        .update(new Uint8Array(lengths.buffer))
        .digest()
    )
  }

  private advance(tag: number, mac: Uint8Array): void {
    const { nonce } = this
    for (let at = 0; at < CHAINED_BYTES; at++) {
      nonce[COUNTER_BYTES + at] = (nonce[COUNTER_BYTES + at] ?? 0) ^ (mac[at] ?? 0)
    }
    const counter = new DataView(nonce.buffer)
    counter.setUint32(0, (counter.getUint32(0, true) + 1) >>> 0, true)
    if ((tag & TAG_REKEY) !== 0 || counter.getUint32(0, true) === 0) this.replaceKey()
  }

  private replaceKey(): void {
    const old = new Uint8Array(STREAM_KEY_BYTES + CHAINED_BYTES)
    old.set(this.key)
    old.set(this.nonce.subarray(COUNTER_BYTES), STREAM_KEY_BYTES)
    const fresh = this.crypt(old, 0)
    this.key = fresh.slice(0, STREAM_KEY_BYTES)
    this.nonce.set(fresh.subarray(STREAM_KEY_BYTES), COUNTER_BYTES)
    this.restartCounter()
  }

  private restartCounter(): void {
    new DataView(this.nonce.buffer).setUint32(0, 1, true)
  }
}
