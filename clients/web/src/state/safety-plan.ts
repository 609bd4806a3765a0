/** The safety plan of a conversation, and the answers to screening questions in it. */

import { type ReadonlySignal, signal } from "@preact/signals"
import type { Conversation as Talking } from "../chat/conversation"
import type { Held } from "../chat/session-page"
import { MAX_PLAN_LINES, type PlanChange } from "../e2ee/formats/safety-plan"
import type { Screening } from "../e2ee/formats/screening"
import { isSeen } from "./blocks"
import type { Outcome } from "./models"
import type { Hidden } from "./notes"
import { outcome } from "./outcome"
import type { PlanBook, PlanLine, SafetyPlan, WrittenLine } from "./plan-models"

export const NO_PLAN: SafetyPlan = { lines: [], reviewedAt: undefined }

/** What is shown; not what was changed last by somebody whose messages are hidden. */
export function planOf(all: readonly Held[], hidden: Hidden | null, nameOf: (account: string) => string): SafetyPlan {
  const lines: PlanLine[] = []
  let reviewedAt: Date | undefined
  for (const held of all.filter((each) => isSeen(each, hidden))) {
    const { body, revision, account, pending } = held
    if (body.type !== "safety.plan") continue
    if (body.reviewedAt !== undefined) reviewedAt = new Date(body.reviewedAt)
    for (const { line, part, text } of body.lines) {
      if (text !== undefined) lines.push({ line, part, text, revision, by: nameOf(account), pending })
    }
  }
  return { lines, reviewedAt }
}

export function screeningsOf(all: readonly Held[], hidden: Hidden | null): Screening[] {
  return all.filter((each) => isSeen(each, hidden)).flatMap(({ body }) => (body.type === "screening" ? [body] : []))
}

/** The plan of a conversation that is open. */
export class SharedPlan implements PlanBook {
  private readonly shown = signal(NO_PLAN)
  private readonly answered = signal<readonly Screening[]>([])

  constructor(
    private readonly talking: Talking,
    private readonly now: () => number,
  ) {}

  get plan(): ReadonlySignal<SafetyPlan> {
    return this.shown
  }

  get screenings(): ReadonlySignal<readonly Screening[]> {
    return this.answered
  }

  show(all: readonly Held[], hidden: Hidden | null, nameOf: (account: string) => string): void {
    this.shown.value = planOf(all, hidden, nameOf)
    this.answered.value = screeningsOf(all, hidden)
  }

  /** What a newer version added to a line stays. */
  write(lines: readonly WrittenLine[], said: string): Promise<Outcome> {
    return outcome(async () => {
      const kept = new Map((await this.talking.sessionPage()).flatMap(({ body }) => keptIn(body)))
      const all = lines.map(({ line, part, text }) => ({
        ...{ line, part, text: text === "" ? undefined : text },
        ...kept.get(line),
      }))
      for (const change of changesOf(all)) await this.talking.plan(change, said)
    })
  }

  review(said: string): Promise<Outcome> {
    return outcome(() => this.talking.plan({ type: "safety.plan", lines: [], reviewedAt: this.now() }, said))
  }
}

function keptIn(body: Held["body"]) {
  if (body.type !== "safety.plan") return []
  return body.lines.map(({ line, extra }) => [line, extra === undefined ? {} : { extra }] as const)
}

/** As many changes as it takes: one holds so many lines. */
function changesOf(lines: PlanChange["lines"]): PlanChange[] {
  const changes: PlanChange[] = []
  for (let at = 0; at < lines.length; at += MAX_PLAN_LINES) {
    changes.push({ type: "safety.plan", lines: lines.slice(at, at + MAX_PLAN_LINES) })
  }
  return changes
}
