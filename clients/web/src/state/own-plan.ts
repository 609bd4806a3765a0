/**
 * The person's own safety plan: in the store of this device, and told to nobody.
 *
 * It is there without a network, and goes with the store: a guest's with the tab. Lines keep
 * their ids when they are put into a conversation or taken from one, so that doing so again
 * changes lines and doubles none.
 */

import { type ReadonlySignal, signal } from "@preact/signals"
import { getRecord, putRecord } from "../account/stored"
import { PLAN_PARTS } from "../e2ee/formats/safety-plan"
import * as s from "../protocol/shape"
import type { Vault } from "../store/vault"
import type { Outcome } from "./models"
import { outcome } from "./outcome"
import type { PlanBook, SafetyPlan, WrittenLine } from "./plan-models"

const SPACE = "own_plan"
/** Twelve for each part, and more than anybody reads in a crisis. */
export const MOST_OWN_LINES = 72

const Stored = s.struct({
  lines: s.list(s.struct({ line: s.text, part: s.oneOf(...PLAN_PARTS), text: s.text, revision: s.integer })),
  reviewedAt: s.nullable(s.integer),
})
type Stored = s.Of<typeof Stored>

const OPENED = new WeakMap<Vault, OwnPlan>()

export class OwnPlan implements PlanBook {
  private readonly shown = signal<SafetyPlan>({ lines: [], reviewedAt: undefined })
  private stored: Stored = { lines: [], reviewedAt: null }
  private last: Promise<unknown>

  private constructor(
    private readonly vault: Vault,
    private readonly now: () => number,
  ) {
    this.last = this.load()
  }

  /** The one of a store: every screen shows the same. */
  static of(vault: Vault, now: () => number): OwnPlan {
    const opened = OPENED.get(vault) ?? new OwnPlan(vault, now)
    OPENED.set(vault, opened)
    return opened
  }

  get plan(): ReadonlySignal<SafetyPlan> {
    return this.shown
  }

  write(lines: readonly WrittenLine[]): Promise<Outcome> {
    return this.change((stored) => ({ ...stored, lines: merged(stored.lines, lines) }))
  }

  review(): Promise<Outcome> {
    return this.change((stored) => ({ ...stored, reviewedAt: this.now() }))
  }

  /** One after the other: no change begins with what another is about to replace. */
  private change(make: (stored: Stored) => Stored): Promise<Outcome> {
    const next = this.last.then(() =>
      outcome(async () => {
        const stored = make(this.stored)
        await this.vault.write([putRecord(SPACE, stored)])
        this.show(stored)
      }),
    )
    this.last = next.catch(() => undefined)
    return next
  }

  private async load(): Promise<void> {
    this.show((await getRecord(this.vault, Stored, SPACE)) ?? this.stored)
  }

  private show(stored: Stored): void {
    this.stored = stored
    const lines = stored.lines.map((each) => ({ ...each, by: "", pending: false }))
    this.shown.value = { lines, reviewedAt: stored.reviewedAt === null ? undefined : new Date(stored.reviewedAt) }
  }
}

/** What was there keeps its place; without text it goes. What there is no room for is left out. */
export function merged(before: Stored["lines"], changes: readonly WrittenLine[]): Stored["lines"] {
  const found = new Map(before.map((each) => [each.line, each]))
  for (const { line, part, text } of changes) {
    const revision = (found.get(line)?.revision ?? 0) + 1
    if (text === "") found.delete(line)
    else if (found.has(line) || found.size < MOST_OWN_LINES) found.set(line, { line, part, text, revision })
  }
  return [...found.values()]
}
