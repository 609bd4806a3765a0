/**
 * I-JSON (RFC 7493) within limits: no name twice in an object, no lone surrogates,
 * integers within ±(2^53 − 1), nesting of at most 8.
 *
 * `JSON.parse` takes the last of two equal names, rounds large integers and cannot tell
 * 1.0 from 1. Two readers that disagree on one of these could show two people different
 * messages under one signature, and so this one gives the verdicts of the Python core.
 */

import { FormatError } from "./errors"

/** Deepest nesting, the outermost value being 1. */
export const MAX_DEPTH = 8

/** A number written with a fraction or an exponent, in the spelling that it came in. */
export class Real {
  constructor(readonly literal: string) {
    if (!REAL.test(literal)) throw malformed("not a number with a fraction or an exponent")
    if (!Number.isFinite(Number(literal))) throw malformed("a number beyond the range of a double")
  }
}

const REAL = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)$/

export type JsonObject = ReadonlyMap<string, Json>
/** A JSON value: a `number` is an integer; an object is a `Map`, which keeps its order. */
export type Json = null | boolean | number | Real | string | readonly Json[] | JsonObject

/** The one JSON value of a text. `content.malformed`. */
export function parse(text: string): Json {
  return new Parser(text).whole()
}

/** The shortest text of a value, names in their order; `content.unsendable` if it has none. */
export function stringify(value: Json): string {
  if (value instanceof Real) return value.literal
  if (isObject(value)) {
    return `{${Array.from(value, ([name, each]) => `${JSON.stringify(name)}:${stringify(each)}`).join(",")}}`
  }
  if (isArray(value)) return `[${value.map(stringify).join(",")}]`
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new FormatError("content.unsendable", "a number has no JSON form of its own")
  }
  return JSON.stringify(value)
}

export function isObject(value: Json): value is JsonObject {
  return value instanceof Map
}

export function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

const SPACE = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const CONSTANT = /true|false|null/y

class Parser {
  private position = 0
  private depth = 0

  constructor(private readonly text: string) {}

  whole(): Json {
    const value = this.value()
    if (this.position < this.text.length) throw malformed("something follows the value")
    return value
  }

  /** A value with the white space around it. */
  private value(): Json {
    this.take(SPACE)
    const value = this.bare()
    this.take(SPACE)
    return value
  }

  private bare(): Json {
    switch (this.text[this.position]) {
      case "{":
        return this.nested(() => this.object())
      case "[":
        return this.nested(() => this.array())
      case '"':
        return this.string()
      case "t":
      case "f":
      case "n":
        return JSON.parse(this.need(CONSTANT)) as boolean | null
      default:
        return numberOf(this.need(NUMBER))
    }
  }

  private nested<T>(read: () => T): T {
    if (this.depth === MAX_DEPTH) throw malformed(`nested deeper than ${MAX_DEPTH}`)
    this.depth++
    this.position++
    const value = read()
    this.depth--
    return value
  }

  private object(): JsonObject {
    const members = new Map<string, Json>()
    this.take(SPACE)
    if (this.skip("}")) return members
    do {
      this.take(SPACE)
      const name = this.string()
      if (members.has(name)) throw malformed("a name stands twice in one object")
      this.take(SPACE)
      if (!this.skip(":")) throw malformed("a name without a value")
      members.set(name, this.value())
    } while (this.skip(","))
    if (!this.skip("}")) throw malformed("an object does not end")
    return members
  }

  private array(): Json[] {
    const items: Json[] = []
    this.take(SPACE)
    if (this.skip("]")) return items
    do items.push(this.value())
    while (this.skip(","))
    if (!this.skip("]")) throw malformed("an array does not end")
    return items
  }

  private string(): string {
    const value = JSON.parse(this.need(STRING)) as string
    if (/\p{Surrogate}/u.test(value)) throw malformed("a lone surrogate in a text")
    return value
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.position
    const found = pattern.exec(this.text)?.[0] ?? ""
    this.position += found.length
    return found
  }

  private need(pattern: RegExp): string {
    const found = this.take(pattern)
    if (found === "") throw malformed("not JSON")
    return found
  }

  private skip(character: string): boolean {
    if (this.text[this.position] !== character) return false
    this.position++
    return true
  }
}

function numberOf(literal: string): number | Real {
  if (/[.eE]/.test(literal)) return new Real(literal)
  const value = Number(literal)
  if (!Number.isSafeInteger(value)) throw malformed("an integer beyond 2^53 - 1")
  return value === 0 ? 0 : value
}

function malformed(message: string): FormatError {
  return new FormatError("content.malformed", message)
}
