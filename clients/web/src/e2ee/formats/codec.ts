/**
 * The TLS presentation language as RFC 9420 §2.1 uses it: `Writer` makes octets,
 * `Reader` takes them apart and refuses anything loose.
 *
 * 64-bit integers are `bigint`, so that both sides judge every value alike; they
 * compare with numbers by `<` and `>`, and never by `===`.
 */

import { FormatError } from "./errors"

/** Longest input that `decode` accepts: 16 MiB. */
export const MAX_STRUCTURE_BYTES = 1 << 24
/** Most items in one vector. */
export const MAX_VECTOR_ITEMS = 1 << 16
/** Largest variable-size length (§2.1.2). */
export const MAX_VARINT = (1 << 30) - 1

export const MAX_U64 = (1n << 64n) - 1n

/** Puts one structure together; a value out of its range is `mls.state.invalid_request`. */
export class Writer {
  private readonly parts: Uint8Array[] = []
  private length = 0

  u8(value: number): this {
    return this.unsigned(value, 1)
  }

  u16(value: number): this {
    return this.unsigned(value, 2)
  }

  u32(value: number): this {
    return this.unsigned(value, 4)
  }

  u64(value: bigint): this {
    if (value < 0n || value > MAX_U64) throw outOfRange()
    const octets = new Uint8Array(8)
    new DataView(octets.buffer).setBigUint64(0, value)
    return this.raw(octets)
  }

  /** A length in its shortest form (§2.1.2). */
  varint(value: number): this {
    if (value < 0x40) return this.u8(value)
    if (value < 0x4000) return this.u16(value + 0x4000)
    if (value > MAX_VARINT) throw outOfRange()
    return this.u32(value + 0x8000_0000)
  }

  raw(octets: Uint8Array): this {
    this.parts.push(octets)
    this.length += octets.length
    return this
  }

  /** `opaque data<V>` */
  opaque(octets: Uint8Array): this {
    return this.varint(octets.length).raw(octets)
  }

  /** `T items<V>` */
  vector<T>(items: Iterable<T>, write: (writer: Writer, item: T) => void): this {
    const inner = new Writer()
    for (const item of items) write(inner, item)
    return this.opaque(inner.octets())
  }

  /** `optional<T>` (§2.1.1) */
  optional<T>(value: T | undefined, write: (writer: Writer, value: T) => void): this {
    if (value === undefined) return this.u8(0)
    write(this.u8(1), value)
    return this
  }

  /** Everything that was written, in octets of its own. */
  octets(): Uint8Array {
    const whole = new Uint8Array(this.length)
    let position = 0
    for (const part of this.parts) {
      whole.set(part, position)
      position += part.length
    }
    return whole
  }

  private unsigned(value: number, length: number): this {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * length)) throw outOfRange()
    const octets = new Uint8Array(length)
    for (let place = length - 1, rest = value; place >= 0; place--, rest = Math.floor(rest / 256)) octets[place] = rest
    return this.raw(octets)
  }
}

/** Reads one field after another; input that is too short or malformed is `mls.decode`. */
export class Reader {
  private position = 0
  private limit: number

  constructor(private readonly data: Uint8Array) {
    this.limit = data.length
  }

  /** Octets not read so far. */
  get remaining(): number {
    return this.limit - this.position
  }

  u8(): number {
    return this.unsigned(1)
  }

  u16(): number {
    return this.unsigned(2)
  }

  u32(): number {
    return this.unsigned(4)
  }

  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32())
  }

  /** A length in its shortest form (§2.1.2). */
  varint(): number {
    const first = this.u8()
    const prefix = first >> 6
    if (prefix === 0) return first
    if (prefix === 3) throw new FormatError("mls.decode", "length prefix 3 is reserved")
    const more = prefix === 1 ? 1 : 3
    const value = (first & 0x3f) * 2 ** (8 * more) + this.unsigned(more)
    if (value < (prefix === 1 ? 0x40 : 0x4000)) {
      throw new FormatError("mls.decode", "length is not in its shortest form")
    }
    return value
  }

  /** Exactly `length` octets, copied. */
  raw(length: number): Uint8Array {
    const start = this.position
    if (length > this.remaining) throw new FormatError("mls.decode", "input ends inside a field")
    this.position = start + length
    return this.data.slice(start, this.position)
  }

  /** `opaque data<V>` */
  opaque(): Uint8Array {
    return this.raw(this.varint())
  }

  /** `T items<V>`; the last item ends where the vector does. */
  vector<T>(read: (reader: Reader) => T): T[] {
    const length = this.varint()
    if (length > this.remaining) throw new FormatError("mls.decode", "input ends inside a vector")
    const outer = this.limit
    this.limit = this.position + length
    const items: T[] = []
    while (this.remaining > 0) {
      if (items.length === MAX_VECTOR_ITEMS) throw new FormatError("mls.decode", "too many items in a vector")
      items.push(read(this))
    }
    this.limit = outer
    return items
  }

  /** `optional<T>` (§2.1.1) */
  optional<T>(read: (reader: Reader) => T): T | undefined {
    switch (this.u8()) {
      case 0:
        return undefined
      case 1:
        return read(this)
      default:
        throw new FormatError("mls.decode", "presence octet is neither 0 nor 1")
    }
  }

  /** Check that what is left is zeros, any number of them. */
  endPadding(): void {
    if (this.raw(this.remaining).some((octet) => octet !== 0)) {
      throw new FormatError("mls.decode", "padding is not zero")
    }
  }

  /** Check that nothing is left. */
  end(): void {
    if (this.remaining > 0) throw new FormatError("mls.decode", "octets left after the structure")
  }

  private unsigned(length: number): number {
    if (length > this.remaining) throw new FormatError("mls.decode", "input ends inside an integer")
    let value = 0
    for (let place = 0; place < length; place++) value = value * 256 + (this.data[this.position++] ?? 0)
    return value
  }
}

/** The one structure that `data` holds, from its first to its last octet. */
export function decode<T>(read: (reader: Reader) => T, data: Uint8Array): T {
  if (data.length > MAX_STRUCTURE_BYTES) throw new FormatError("mls.decode", "structure is too long")
  const reader = new Reader(data)
  const value = read(reader)
  reader.end()
  return value
}

function outOfRange(): FormatError {
  return new FormatError("mls.state.invalid_request", "a value is out of its range")
}
