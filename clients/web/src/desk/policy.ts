/**
 * A policy as a document that is read, changed and compared: pure.
 *
 * It is JSON with every field (`mentalverse_crisis.policy.Policy`), and whatever this page
 * does not know of it stays as it is. What is unwise or cannot be followed is the server's
 * to say; here is only what a form needs.
 */

export type Value = null | boolean | number | string | readonly Value[] | Node
export interface Node {
  readonly [name: string]: Value
}
/** Where something stands in a document: `["bands", "A0", "accept_seconds"]`. */
export type Path = readonly (string | number)[]

export interface Stage extends Node {
  readonly at_seconds: number
  /** Null: everybody who may take it. */
  readonly pending: number | null
}

export interface Rung extends Node {
  /** Of the time to accept. */
  readonly at_percent: number
  readonly pages: readonly string[]
  readonly widens: boolean
  readonly offers_outside: boolean
}

/** A field that was emptied while somebody writes; such a document goes nowhere. */
export const EMPTY = Number.NaN

/** The document of a text; undefined if it is none that a form can show. */
export function readDocument(text: string): Node | undefined {
  let document: Value
  try {
    document = JSON.parse(text) as Value
  } catch {
    return undefined
  }
  if (!isNode(document) || !isNode(document["bands"]) || !Array.isArray(document["ladder"])) return undefined
  return document
}

export const textOf = (document: Node): string => JSON.stringify(document, null, 2)

export function isNode(value: Value | undefined): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** What stands at a place. */
export function at(document: Node, path: Path): Value | undefined {
  let here: Value | undefined = document
  for (const step of path) {
    if (Array.isArray(here)) here = (here as readonly Value[])[Number(step)]
    else here = isNode(here) ? here[step] : undefined
  }
  return here
}

/** The document with another value at a place that it has. */
export function changed(document: Node, path: Path, value: Value): Node {
  return replaced(document, path, value) as Node
}

function replaced(here: Value | undefined, path: Path, value: Value): Value {
  const [step, ...rest] = path
  if (step === undefined) return value
  if (Array.isArray(here)) {
    return (here as readonly Value[]).map((each, index) => (index === step ? replaced(each, rest, value) : each))
  }
  return isNode(here) ? { ...here, [step]: replaced(here[step], rest, value) } : { [step]: replaced({}, rest, value) }
}

/** Whether a number is missing somewhere. */
export function isIncomplete(value: Value): boolean {
  if (typeof value === "number") return Number.isNaN(value)
  if (Array.isArray(value)) return (value as readonly Value[]).some(isIncomplete)
  return isNode(value) && Object.values(value).some(isIncomplete)
}

/** One thing that is otherwise in another document; undefined where it is not named. */
export interface Change {
  readonly path: Path
  readonly before: Value | undefined
  readonly after: Value | undefined
}

/**
 * Everything that differs, in the order of the document. Rungs of the ladder are compared
 * one by one, other lists as a whole, as they are read. The name of the revision is no
 * promise and is left out.
 */
export function changes(before: Node, after: Node): readonly Change[] {
  return differing(before, after, []).filter(({ path }) => path[0] !== "revision")
}

function differing(before: Value | undefined, after: Value | undefined, path: Path): Change[] {
  if (isNode(before) && isNode(after) && !isRung(path)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return names.flatMap((name) => differing(before[name], after[name], [...path, name]))
  }
  if (Array.isArray(before) && Array.isArray(after) && path[0] === "ladder" && path.length === 1) {
    const rungs = Array.from({ length: Math.max(before.length, after.length) }, (_, index) => index)
    return rungs.flatMap((index) =>
      differing((before as readonly Value[])[index], (after as readonly Value[])[index], [...path, index]),
    )
  }
  return isSame(before, after) ? [] : [{ path, before, after }]
}

const isRung = (path: Path): boolean => path[0] === "ladder" && path.length === 2

/** Whatever the order of the names. */
function isSame(one: Value | undefined, other: Value | undefined): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    const others = other as readonly Value[]
    return one.length === others.length && (one as readonly Value[]).every((each, index) => isSame(each, others[index]))
  }
  if (isNode(one) && isNode(other)) {
    const names = new Set([...Object.keys(one), ...Object.keys(other)])
    return [...names].every((name) => isSame(one[name], other[name]))
  }
  return Object.is(one, other)
}

/** Every tier that a document names, and those that ship. */
export function tiersOf(document: Node): readonly string[] {
  const named = [
    ...(at(document, ["ladder"]) as readonly Rung[]).map(({ pages }) => pages),
    at(document, ["standby_tiers"]),
  ]
  return [...new Set(["tier_1", "tier_2", "supervisor", "clinical_lead", ...(named.flat() as string[])])]
}

/** A name for a revision that nobody has used: the day, and a number if need be. */
export function freshRevision(day: string, used: readonly string[]): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? day : `${day}-${number}`
    if (!used.includes(name)) return name
  }
}
