/** Amounts and names of what the screens about rewards show. */

import { decimalOf } from "../../rewards/amount"
import { MICRO, type Pack } from "../../rewards/packs"
import { words } from "../words"
import { isKey, nameOf, say } from "./words"

/** "67.5 MVT": exact, however large. */
export function amountWords(micro: bigint): string {
  const format = new Intl.NumberFormat(words().language, { maximumFractionDigits: 6 })
  return say("amount", { amount: format.format(decimalOf(micro)) })
}

/** Whole MVT, as awards name them. */
export const microOf = (mvt: number): bigint => BigInt(mvt) * MICRO

/** What a rule is for; a title of the installation's own where this client has no words. */
export function ruleName(rule: string, pack?: Pack): string {
  const key = `rule.${rule}`
  return isKey(key) ? say(key) : (pack?.rules.find(({ code }) => code === rule)?.title ?? rule)
}

/** What a bonus is for. */
export function bonusName(bonus: string, pack: Pack): string {
  const key = `bonus.${bonus}`
  return isKey(key) ? say(key) : (pack.bonuses.find(({ code }) => code === bonus)?.title ?? bonus)
}

/** What a line of a rubric counts. */
export function factorName(factor: string): string {
  const [name = ""] = factor.split(":")
  return nameOf(`factor.${name}`, name)
}

/** "85 %" of 8,500 of 10,000. */
export const shareWords = (value: bigint): string =>
  words().number(Number(value) / 10_000, { style: "percent", maximumFractionDigits: 2 })

export const dayWords = (at: Date): string => words().date(at, { dateStyle: "medium" })
