/**
 * A receipt of a reward, and whether it comes out the same when it is computed again.
 *
 * `rewards.receipt` in Python: the same octets, the same hash, the same verdicts. What
 * is needed is the receipt and the pack that it names, and nothing of the server.
 */

import { hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { mayBe, type Terms } from "./budget"
import { canonical, digest, parsed, type Plain } from "./canonical"
import { Malformed } from "./errors"
import { type Fact, plainFact, readFact, withoutDefaults } from "./facts"
import { Fields } from "./fields"
import type { Pack } from "./packs"
import { evaluate, type Scored } from "./rules"

/** Why nothing is paid for a fact that passed every gate. */
export const CAPPED = "cap"
const LABEL = "MentalVerse reward receipt v1"
const SUBJECT = "MentalVerse reward subject v1"

/** What one fact gave one person, and why. */
export interface Receipt {
  readonly pack: string
  readonly rev: bigint
  readonly packHash: string
  readonly rule: string
  readonly exportAs: string
  readonly epoch: string
  /** Without its ids. */
  readonly fact: Fact
  readonly scored: Scored | undefined
  /** Why nothing is paid: a gate, or `CAPPED`; empty where something is. */
  readonly reason: string
  readonly terms: Terms | undefined
  readonly paidMicro: bigint
  readonly owedMicro: bigint
  readonly subject: string
  readonly salt: string
}

/** A field that does not come out the same. */
export type Flaw =
  | "pack_hash"
  | "rule"
  | "pack"
  | "rev"
  | "export_as"
  | "reason"
  | "scored"
  | "terms"
  | "paid_micro"
  | "subject"

/** The receipt of a document. `Malformed`. */
export function readReceipt(document: string): Receipt {
  return Fields.of(parsed(document), receiptOf)
}

/** The canonical text; `readReceipt` gives the same receipt. */
export function receiptText(receipt: Receipt): string {
  const { scored, terms } = receipt
  return canonical({
    v: 1n,
    pack: receipt.pack,
    rev: receipt.rev,
    pack_hash: receipt.packHash,
    rule: receipt.rule,
    export_as: receipt.exportAs,
    epoch: receipt.epoch,
    fact: plainFact(receipt.fact),
    subject: receipt.subject,
    salt: receipt.salt,
    ...(scored && { scored: plainScored(scored) }),
    ...(terms && { terms: plainTerms(terms) }),
    ...withoutDefaults({ reason: receipt.reason }),
    ...(receipt.paidMicro === 0n ? {} : { paid_micro: String(receipt.paidMicro) }),
    ...(receipt.owedMicro === 0n ? {} : { owed_micro: String(receipt.owedMicro) }),
  })
}

/** What the ledger names it by. */
export const receiptHash = (receipt: Receipt): string => digest(LABEL, utf8ToBytes(receiptText(receipt)))

/** The commitment to whose receipt it is, and of which event; the salt is hex. */
export function subjectOf(salt: string, event: string, beneficiary: string): string {
  return digest(SUBJECT, hexToBytes(salt), utf8ToBytes(event), utf8ToBytes(beneficiary))
}

/** What does not come out the same when it is computed again, by field. */
export function flaws(receipt: Receipt, pack: Pack): readonly Flaw[] {
  if (receipt.packHash !== pack.hash) return ["pack_hash"]
  const rule = pack.rules.find(({ code }) => code === receipt.rule)
  if (rule === undefined) return ["rule"]
  const found: Flaw[] = []
  if (receipt.pack !== pack.name) found.push("pack")
  if (receipt.rev !== pack.rev) found.push("rev")
  if (receipt.exportAs !== rule.exportAs) found.push("export_as")
  const judged = evaluate(pack, rule, receipt.fact)
  if ("reason" in judged) {
    if (receipt.scored !== undefined || receipt.reason !== judged.reason) found.push("reason")
  } else if (!receipt.scored || canonical(plainScored(receipt.scored)) !== canonical(plainScored(judged))) {
    found.push("scored")
  }
  return [...found, ...amountFlaws(receipt)]
}

function amountFlaws({ scored, reason, terms, paidMicro, owedMicro }: Receipt): readonly Flaw[] {
  if (scored === undefined || reason !== "") {
    if (scored !== undefined && reason !== CAPPED) return ["reason"]
    return paidMicro === 0n && owedMicro === 0n && terms === undefined ? [] : ["paid_micro"]
  }
  if (terms === undefined) return ["terms"]
  const claim = { floorMicro: scored.floorMicro, micro: scored.baseMicro + scored.bonusMicro }
  return mayBe(claim, terms, { paidMicro, owedMicro }) ? [] : ["paid_micro"]
}

function receiptOf(fields: Fields): Receipt {
  if (fields.integer("v") !== 1n) throw new Malformed("v")
  const [scored, terms] = [fields.take("scored"), fields.take("terms")]
  return {
    pack: fields.text("pack"),
    rev: fields.integer("rev"),
    packHash: fields.text("pack_hash"),
    rule: fields.text("rule"),
    exportAs: fields.text("export_as"),
    epoch: fields.text("epoch"),
    fact: readFact(fields.take("fact")),
    scored: scored === undefined ? undefined : Fields.of(scored, scoredOf),
    reason: fields.text("reason", ""),
    terms: terms === undefined ? undefined : Fields.of(terms, termsOf),
    paidMicro: fields.amount("paid_micro", 0n),
    owedMicro: fields.amount("owed_micro", 0n),
    subject: fields.text("subject"),
    salt: fields.text("salt"),
  }
}

function scoredOf(fields: Fields): Scored {
  return {
    rule: fields.text("rule"),
    points: fields.list("points", (one) =>
      Fields.of(one, (line) => ({
        factor: line.text("factor"),
        weight: line.integer("weight"),
        value: line.integer("value"),
      })),
    ),
    factor: fields.integer("factor"),
    floorMicro: fields.amount("floor_micro"),
    baseMicro: fields.amount("base_micro"),
    bonuses: fields.list("bonuses", (one) =>
      Fields.of(one, (line) => ({
        code: line.text("code"),
        category: line.text("category"),
        pct: line.integer("pct"),
      })),
    ),
    bonusMicro: fields.amount("bonus_micro"),
  }
}

const termsOf = (fields: Fields): Terms => ({
  leftMicro: fields.amount("left_micro"),
  floorsMicro: fields.amount("floors_micro"),
  extrasMicro: fields.amount("extras_micro"),
})

function plainScored(scored: Scored): Plain {
  return {
    rule: scored.rule,
    points: scored.points.map(({ factor, weight, value }) => ({ factor, weight, value })),
    factor: scored.factor,
    floor_micro: String(scored.floorMicro),
    base_micro: String(scored.baseMicro),
    bonuses: scored.bonuses.map(({ code, category, pct }) => ({ code, category, pct })),
    bonus_micro: String(scored.bonusMicro),
  }
}

const plainTerms = (terms: Terms): Plain => ({
  left_micro: String(terms.leftMicro),
  floors_micro: String(terms.floorsMicro),
  extras_micro: String(terms.extrasMicro),
})
