/**
 * Shapes of what the server sends: each checks a value and gives it its type.
 *
 * Fields that a shape does not name are a newer server's and are left out. Octets are
 * a Uint8Array in MessagePack and base64 (RFC 4648 §4) in JSON; a shape reads both.
 */

/** The server sent something that its own protocol does not allow. */
export class ShapeError extends Error {
  constructor(path: string, wanted: string) {
    super(`${path || "the value"} should be ${wanted}`)
    this.name = "ShapeError"
  }
}

export interface Shape<T> {
  /** The value, checked; throws `ShapeError`. `path` says where it stands. */
  read(value: unknown, path: string): T
}

export type Of<S> = S extends Shape<infer T> ? T : never

/** A field that may be missing. */
interface Absent<T> extends Shape<T> {
  readonly otherwise: T
}

/* @__NO_SIDE_EFFECTS__ */
const shape = <T>(wanted: string, test: (value: unknown) => T | undefined): Shape<T> => ({
  read(value, path) {
    const found = test(value)
    if (found === undefined) throw new ShapeError(path, wanted)
    return found
  },
})

export const text = shape("text", (value) => (typeof value === "string" ? value : undefined))

export const integer = shape("an integer", (value) => (Number.isSafeInteger(value) ? (value as number) : undefined))

export const flag = shape("true or false", (value) => (typeof value === "boolean" ? value : undefined))

export const octets = shape("octets", (value) => {
  if (value instanceof Uint8Array) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  return typeof value === "string" ? fromBase64(value) : undefined
})

/* @__NO_SIDE_EFFECTS__ */
export const oneOf = <const T extends readonly string[]>(...values: T): Shape<T[number]> =>
  shape(`one of ${values.join(", ")}`, (value) => values.find((known) => known === value))

/* @__NO_SIDE_EFFECTS__ */
export const nullable = <T>(inner: Shape<T>): Shape<T | null> => ({
  read: (value, path) => (value === null || value === undefined ? null : inner.read(value, path)),
})

/** `otherwise` where the field is missing. */
/* @__NO_SIDE_EFFECTS__ */
export const absent = <T>(inner: Shape<T>, otherwise: NoInfer<T>): Absent<T> => ({ ...inner, otherwise })

/* @__NO_SIDE_EFFECTS__ */
export const list = <T>(inner: Shape<T>): Shape<readonly T[]> => ({
  read(value, path) {
    if (!Array.isArray(value)) throw new ShapeError(path, "a list")
    return value.map((item, index) => inner.read(item, `${path}[${index}]`))
  },
})

/* @__NO_SIDE_EFFECTS__ */
export const map = <T>(inner: Shape<T>): Shape<ReadonlyMap<string, T>> => ({
  read(value, path) {
    const entries = Object.entries(asRecord(value, path))
    return new Map(entries.map(([key, item]) => [key, inner.read(item, `${path}.${key}`)]))
  },
})

/* @__NO_SIDE_EFFECTS__ */
export const struct = <const F extends Record<string, Shape<unknown>>>(
  fields: F,
): Shape<{ readonly [K in keyof F]: Of<F[K]> }> => ({
  read(value, path) {
    const record = asRecord(value, path)
    const read = Object.entries(fields).map(([name, field]) => {
      const item = Object.hasOwn(record, name) ? record[name] : undefined
      if (item === undefined && "otherwise" in field) return [name, field.otherwise]
      return [name, field.read(item, path ? `${path}.${name}` : name)]
    })
    return Object.fromEntries(read) as { readonly [K in keyof F]: Of<F[K]> }
  },
})

function asRecord(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new ShapeError(path, "an object")
  return value as Record<string, unknown>
}

function fromBase64(value: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(value), (character) => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

/** JSON in which octets are base64 and maps are objects, as shapes and the server's HTTP endpoints read it. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (item instanceof Uint8Array) return toBase64(item)
    return item instanceof Map ? Object.fromEntries<unknown>(item) : item
  })
}

/**
 * What the MessagePack encoder can write: in a browser it knows octets only as an
 * ArrayBuffer of their own, and a view would go out as an object with a field per octet.
 */
export function toMessagePack(value: unknown): unknown {
  if (value instanceof Uint8Array) return value.slice().buffer
  if (Array.isArray(value)) return value.map(toMessagePack)
  if (typeof value !== "object" || value === null) return value
  const named = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(named.map(([name, item]) => [name, toMessagePack(item)]))
}

function toBase64(value: Uint8Array): string {
  let binary = ""
  for (const octet of value) binary += String.fromCharCode(octet)
  return btoa(binary)
}
