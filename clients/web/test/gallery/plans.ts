/** Fixed values for safety plans and screening answers. */

import { type PlanLine, type SafetyPlan, PLAN_PARTS, type Screening } from "../../src/state/plan-models"
import { NOW } from "./values"

const TEXTS = {
  signs: ["I stop answering messages", "I do not sleep before four"],
  alone: ["A walk by the river", "The album with the rain"],
  places: ["The library, second floor", "Café on the corner with Noor"],
  people: ["My sister, any time: 0170 1234567"],
  professionals: ["Dr. Brandt, Mondays and Thursdays", "Crisis line, day and night"],
  surroundings: ["Ines keeps the pills and gives me two days at a time"],
} as const

export const PLAN: SafetyPlan = {
  lines: PLAN_PARTS.flatMap((part) =>
    TEXTS[part].map(
      (text, index): PlanLine => ({ line: `${part}-${index}`, part, text, revision: 3, by: "maple", pending: false }),
    ),
  ),
  reviewedAt: NOW,
}

export const OWN_PLAN: SafetyPlan = { ...PLAN, lines: PLAN.lines.map((line) => ({ ...line, by: "" })) }

/** Lines that do not break, that are long, and as many as fit. */
export const PLAN_FULL: SafetyPlan = {
  reviewedAt: undefined,
  lines: Array.from({ length: 12 }, (_, index) => ({
    ...{ line: `l${index}`, part: "signs" as const, revision: 1, by: "maple", pending: index === 11 },
    text: index % 2 === 0 ? "w".repeat(200) : "أتوقف عن الرد على الرسائل ولا أنام قبل الرابعة ".repeat(4),
  })),
}

export const ANSWERS: Screening = {
  ...{ type: "screening", instrument: "self_triage", version: "1", language: "en", title: "In your own words" },
  asked: [
    { question: "How are you right now?", answer: "I am not doing well and want to talk" },
    { question: "Is there something else that you would like us to know?", answer: undefined },
  ],
  ...{ band: "A3", complete: false },
}
