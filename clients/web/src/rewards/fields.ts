/** Reads the fields of an object of a document by name; what is left over is refused. */

import { isList, type Plain } from "./canonical"
import { Malformed } from "./errors"

export class Fields {
  private readonly values: Map<string, Plain>

  constructor(value: Plain | undefined) {
    if (typeof value !== "object" || isList(value)) throw new Malformed("not_an_object")
    this.values = new Map(Object.entries(value))
  }

  /** All of it, read by `each` with nothing left over. */
  static of<Value>(value: Plain | undefined, each: (fields: Fields) => Value): Value {
    const fields = new Fields(value)
    const read = each(fields)
    if (fields.values.size > 0) throw new Malformed("unknown_field")
    return read
  }

  take(name: string): Plain | undefined {
    const value = this.values.get(name)
    this.values.delete(name)
    return value
  }

  names(): readonly string[] {
    return [...this.values.keys()]
  }

  text(name: string, otherwise?: string): string {
    const value = this.take(name) ?? otherwise
    if (typeof value !== "string") throw new Malformed(name)
    return value
  }

  integer(name: string, otherwise?: bigint): bigint {
    const value = this.take(name) ?? otherwise
    if (typeof value !== "bigint") throw new Malformed(name)
    return value
  }

  flag(name: string): boolean {
    const value = this.take(name) ?? false
    if (typeof value !== "boolean") throw new Malformed(name)
    return value
  }

  /** An amount: decimal digits in a string, with no zeros before it. */
  amount(name: string, otherwise?: bigint): bigint {
    const value = this.take(name)
    if (value === undefined && otherwise !== undefined) return otherwise
    if (typeof value !== "string" || !/^(?:0|[1-9][0-9]{0,29})$/.test(value)) throw new Malformed(name)
    return BigInt(value)
  }

  list<Value>(name: string, each: (value: Plain) => Value): readonly Value[] {
    const value = this.take(name) ?? []
    if (!isList(value)) throw new Malformed(name)
    return value.map(each)
  }

  texts(name: string): readonly string[] {
    return this.list(name, asText)
  }
}

export function asText(value: Plain | undefined): string {
  if (typeof value !== "string") throw new Malformed("not_a_text")
  return value
}

/** A name and a number, as shares and rubrics write them. */
export function asPair(value: Plain): readonly [string, bigint] {
  if (!isList(value) || value.length !== 2) throw new Malformed("not_a_pair")
  const [name, number] = value
  if (typeof number !== "bigint") throw new Malformed("not_a_pair")
  return [asText(name), number]
}
