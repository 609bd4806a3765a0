/** The JSON of application messages: its octets, and the members of its objects. */

import * as base64url from "./base64url"
import { FormatError } from "./errors"
import { isArray, isObject, type Json, type JsonObject, parse as parseText } from "./json"

/** Longest plaintext: it still fits the largest padding bucket of 32 KiB. */
export const MAX_CONTENT_BYTES = 32_000

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The one JSON value that `data` holds. `content.too_large`, `content.malformed`. */
export function parse(data: Uint8Array): Json {
  if (data.length > MAX_CONTENT_BYTES) {
    throw new FormatError("content.too_large", `more than ${MAX_CONTENT_BYTES} bytes`)
  }
  return parseText(utf8(data))
}

/**
 * The members of one JSON object, taken by name; `rest` is what nobody took. Every method
 * throws `content.invalid` when the member is missing, of another type or out of bounds.
 */
export class Members {
  private readonly left: Map<string, Json>

  constructor(
    value: Json,
    private readonly where: string,
  ) {
    if (!isObject(value)) throw invalid(`${where} is not an object`)
    this.left = new Map(value)
  }

  /** A text of 1 to `limit` code points. */
  text(name: string, limit = MAX_CONTENT_BYTES): string {
    const value = this.take(name)
    if (typeof value !== "string" || value === "" || Array.from(value).length > limit) {
      throw invalid(`${name} is not a text of 1 to ${limit} characters`)
    }
    return value
  }

  /** The same, or undefined when the member is absent; `null` is not absent. */
  optionalText(name: string, limit = MAX_CONTENT_BYTES): string | undefined {
    return this.left.has(name) ? this.text(name, limit) : undefined
  }

  /** An array of at most `count` texts of 1 to `limit` code points. */
  texts(name: string, count: number, limit: number): string[] {
    const value = this.take(name)
    if (!isArray(value) || value.length > count) {
      throw invalid(`${name} is not an array of at most ${count} items`)
    }
    return value.map((item) => {
      if (typeof item !== "string" || item === "" || Array.from(item).length > limit) {
        throw invalid(`${name} holds no text of 1 to ${limit} characters`)
      }
      return item
    })
  }

  /** An integer from `least` to `most`, written without fraction or exponent. */
  integer(name: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
    const value = this.take(name)
    if (typeof value !== "number" || value < least || value > most) {
      throw invalid(`${name} is not an integer of ${least} to ${most}`)
    }
    return value
  }

  /** One from 0 to `most`, or undefined when the member is absent. */
  optionalInteger(name: string, most = Number.MAX_SAFE_INTEGER): number | undefined {
    return this.left.has(name) ? this.integer(name, 0, most) : undefined
  }

  flag(name: string): boolean {
    const value = this.take(name)
    if (typeof value !== "boolean") throw invalid(`${name} is neither true nor false`)
    return value
  }

  /** A UUID in its one canonical form: lower case, with hyphens. */
  uuid(name: string): string {
    const value = this.text(name)
    if (!UUID.test(value)) throw invalid(`${name} is not a UUID in its canonical form`)
    return value
  }

  /** The same, or undefined when the member is absent. */
  optionalUuid(name: string): string | undefined {
    return this.left.has(name) ? this.uuid(name) : undefined
  }

  /** Exactly `length` octets as base64url without padding (RFC 4648 §5). */
  octets(name: string, length: number): Uint8Array {
    const octets = fromBase64url(this.text(name))
    if (octets?.length !== length) throw invalid(`${name} is not ${length} octets of base64url`)
    return octets
  }

  /** An array of at most `count` integers from 0 to `most`. */
  integers(name: string, count: number, most: number): number[] {
    const value = this.take(name)
    if (!isArray(value) || value.length > count) {
      throw invalid(`${name} is not an array of at most ${count} items`)
    }
    return value.map((item) => {
      if (typeof item !== "number" || item < 0 || item > most) {
        throw invalid(`${name} holds something else than 0 to ${most}`)
      }
      return item
    })
  }

  object(name: string): Members {
    return new Members(this.take(name), name)
  }

  /** An array of at most `count` objects. */
  objects(name: string, count: number): Members[] {
    const value = this.take(name)
    if (!isArray(value) || value.length > count) {
      throw invalid(`${name} is not an array of at most ${count} items`)
    }
    return value.map((item) => new Members(item, name))
  }

  /** The members that were not taken. */
  rest(): JsonObject {
    return this.left
  }

  private take(name: string): Json {
    const value = this.left.get(name)
    if (value === undefined) throw invalid(`${this.where} lacks ${name}`)
    this.left.delete(name)
    return value
  }
}

function utf8(data: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data)
  } catch {
    throw new FormatError("content.malformed", "not UTF-8")
  }
}

function fromBase64url(text: string): Uint8Array | undefined {
  try {
    return base64url.decode(text)
  } catch {
    return undefined
  }
}

function invalid(message: string): FormatError {
  return new FormatError("content.invalid", message)
}
