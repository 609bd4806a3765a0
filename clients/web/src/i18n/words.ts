/**
 * What the pages say, in the language of whoever reads.
 *
 * A locale is one flat file of keys. A value is a sentence with `{names}` in it, or one
 * sentence for each plural category (CLDR, through `Intl.PluralRules`) chosen by
 * `{count}`. Numbers, dates, lists and relative times come from `Intl`. The source
 * locale gives the type of the keys, so a key that does not exist does not compile.
 */

export type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { readonly other: string }
export type Catalogue<Key extends string> = Readonly<Record<Key, string | Plural>>
export type Values<Value = string | number> = Readonly<Record<string, Value>>

const NAMES = /\{(\w+)\}/

/** Languages that are written from right to left. */
const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur"])

export class Words<Key extends string> {
  readonly direction: "ltr" | "rtl"
  private readonly plurals: Intl.PluralRules
  private readonly numbers: Intl.NumberFormat
  private readonly dates = new Map<string, Intl.DateTimeFormat>()

  /** `fallback` says what `catalogue` does not, in the source language. */
  constructor(
    readonly language: string,
    private readonly catalogue: Partial<Catalogue<Key>>,
    private readonly fallback: Catalogue<Key>,
    readonly timeZone: string = Intl.DateTimeFormat().resolvedOptions().timeZone,
  ) {
    this.direction = RIGHT_TO_LEFT.has(language.split("-")[0] ?? "") ? "rtl" : "ltr"
    this.plurals = new Intl.PluralRules(language)
    this.numbers = new Intl.NumberFormat(language)
  }

  /** The sentence of a key with its values in place. */
  say(key: Key, values: Values = {}): string {
    return this.parts(key, values)
      .map((part) => (typeof part === "number" ? this.numbers.format(part) : part))
      .join("")
  }

  /** The same in pieces, for values that are more than text; numbers are numbers. */
  parts<Value>(key: Key, values: Values<Value>): (string | Value)[] {
    const pieces = this.sentence(key, values).split(NAMES)
    return pieces.flatMap((piece, index) => {
      if (index % 2 === 0) return piece === "" ? [] : [piece]
      const value = values[piece]
      return [value === undefined ? `{${piece}}` : value]
    })
  }

  number(value: number, options?: Intl.NumberFormatOptions): string {
    return options === undefined ? this.numbers.format(value) : value.toLocaleString(this.language, options)
  }

  date(at: Date, options: Intl.DateTimeFormatOptions): string {
    const name = JSON.stringify(options)
    // Making one takes longer than using it a hundred times, and a transcript has hundreds.
    const format =
      this.dates.get(name) ?? new Intl.DateTimeFormat(this.language, { timeZone: this.timeZone, ...options })
    this.dates.set(name, format)
    return format.format(at)
  }

  list(items: readonly string[]): string {
    return new Intl.ListFormat(this.language, { type: "conjunction" }).format(items)
  }

  /** "5 minutes ago", "yesterday". */
  relative(at: Date, now: Date): string {
    const seconds = (at.getTime() - now.getTime()) / 1000
    const units = [
      ["day", 86_400],
      ["hour", 3_600],
      ["minute", 60],
    ] as const
    const [unit, length] = units.find(([, size]) => Math.abs(seconds) >= size) ?? (["second", 1] as const)
    return new Intl.RelativeTimeFormat(this.language, { numeric: "auto" }).format(Math.trunc(seconds / length), unit)
  }

  private sentence(key: Key, values: Values<unknown>): string {
    const found = this.catalogue[key] ?? this.fallback[key]
    if (typeof found === "string") return found
    const count = values["count"]
    const category = typeof count === "number" ? this.plurals.select(count) : "other"
    return found[category] ?? found.other
  }
}

/** The best of `offered` for somebody who reads `wanted`, most liked first. */
export function choose(offered: readonly string[], wanted: readonly string[]): string {
  for (const language of wanted) {
    const exact = offered.find((each) => each.toLowerCase() === language.toLowerCase())
    const near = offered.find((each) => each.split("-")[0] === language.split("-")[0])
    if (exact ?? near) return exact ?? near ?? "en"
  }
  return offered[0] ?? "en"
}
