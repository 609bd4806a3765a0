/** What happened, as integers that the server can verify: `rewards.facts` in Python. */

import type { Plain } from "./canonical"
import { Fields } from "./fields"

export const NO_SHOW = "session.no_show"
export const AWARDED = "award.approved"
export const LEVELS: readonly string[] = ["basic", "advanced", "specialist", "master", "professional"]

/** A ratio of the quarter before. */
export interface Measured {
  readonly total: bigint
  readonly count: bigint
}

/** One event for one of its parties. */
export interface Fact {
  readonly event: string
  readonly type: string
  readonly occurredAtMs: bigint
  readonly beneficiary: string
  readonly role: string
  readonly kind: string
  readonly pair: string
  readonly item: string
  readonly minutes: bigint
  readonly plannedMinutes: bigint
  readonly lateSeconds: bigint
  readonly level: string
  readonly count: bigint
  readonly plannedCount: bigint
  readonly step: string
  readonly proofs: readonly string[]
  readonly isDrill: boolean
  readonly measures: ReadonlyMap<string, Measured>
  readonly amountMvt: bigint
}

export const readFact = (value: Plain | undefined): Fact => Fields.of(value, factOf)

function factOf(fields: Fields): Fact {
  return {
    event: fields.text("evt_id"),
    type: fields.text("type"),
    occurredAtMs: fields.integer("occurred_at_ms"),
    beneficiary: fields.text("beneficiary"),
    role: fields.text("role"),
    kind: fields.text("kind", ""),
    pair: fields.text("pair", ""),
    item: fields.text("item", ""),
    minutes: fields.integer("minutes", 0n),
    plannedMinutes: fields.integer("planned_minutes", 0n),
    lateSeconds: fields.integer("late_seconds", 0n),
    level: fields.text("level", ""),
    count: fields.integer("count", 0n),
    plannedCount: fields.integer("planned_count", 0n),
    step: fields.text("step", ""),
    proofs: fields.texts("proofs"),
    isDrill: fields.flag("is_drill"),
    measures: Fields.of(fields.take("measures") ?? {}, measuresOf),
    amountMvt: fields.integer("amount_mvt", 0n),
  }
}

function measuresOf(fields: Fields): ReadonlyMap<string, Measured> {
  const names = fields.names()
  return new Map(names.map((name) => [name, Fields.of(fields.take(name), measuredOf)]))
}

const measuredOf = (fields: Fields): Measured => ({ total: fields.integer("total"), count: fields.integer("count") })

/** As documents have it: what is as if nobody had said it is left out. */
export function plainFact(fact: Fact): Plain {
  const always = {
    evt_id: fact.event,
    type: fact.type,
    occurred_at_ms: fact.occurredAtMs,
    beneficiary: fact.beneficiary,
    role: fact.role,
  }
  const measures = Array.from(fact.measures, ([name, { total, count }]) => [name, { total, count }] as const)
  const some: Record<string, Plain> = {
    kind: fact.kind,
    pair: fact.pair,
    item: fact.item,
    minutes: fact.minutes,
    planned_minutes: fact.plannedMinutes,
    late_seconds: fact.lateSeconds,
    level: fact.level,
    count: fact.count,
    planned_count: fact.plannedCount,
    step: fact.step,
    proofs: fact.proofs,
    is_drill: fact.isDrill,
    measures: Object.fromEntries(measures),
    amount_mvt: fact.amountMvt,
  }
  return { ...always, ...withoutDefaults(some) }
}

/** Without what is empty, 0 or false. */
export function withoutDefaults(values: Readonly<Record<string, Plain>>): Record<string, Plain> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => !isDefault(value)))
}

function isDefault(value: Plain): boolean {
  return typeof value === "object" ? Object.keys(value).length === 0 : !value
}
