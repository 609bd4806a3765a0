/**
 * What has happened between two looks at a case, for the person to read or hear. Told from
 * the views alone: a hint of the server that is lost leaves no line out, and one that
 * comes twice makes none twice.
 */

import type { CaseHelper, CaseView } from "../protocol/events"
import type { Stage } from "./stage"

export type What =
  /** Took the case, and is about to come in. */
  | "coming"
  /** Can read, and write. */
  | "here"
  | "reconnecting"
  | "back"
  /** Is about to take over from whoever is here. */
  | "taking_over"
  | "gone"
  /** Nobody has it at the moment: somebody else is asked. */
  | "asked_again"
  /** It takes long: lines outside are there, too. */
  | "slow"
  | "left"
  | "resumed"
  | "ended"

export interface News {
  readonly what: What
  /** A handle, or empty. */
  readonly name: string
}

export interface Seen {
  readonly stage: Stage
  readonly view: CaseView
  /** Accounts that can read. */
  readonly inside: ReadonlySet<string>
}

const WITH_SOMEBODY: ReadonlySet<Stage> = new Set<Stage>(["coming", "here"])

/** In the order in which it is told. */
export function newsOf(before: Seen | undefined, after: Seen): readonly News[] {
  if (before?.view.case !== after.view.case) return firstNews(after)
  if (before.stage !== after.stage && !isWith(after.stage) && after.stage !== "waiting") return ending(after.stage)
  const found: News[] = []
  for (const helper of after.view.helpers) {
    const was = before.view.helpers.find(({ account }) => account === helper.account)
    found.push(...of(helper, was, before.inside, after.inside))
  }
  for (const helper of before.view.helpers) {
    const isListed = after.view.helpers.some(({ account }) => account === helper.account)
    if (!isListed && before.inside.has(helper.account)) found.push(news("gone", helper))
  }
  if (isWith(before.stage) && after.stage === "waiting") found.push({ what: "asked_again", name: "" })
  if (before.stage === "left") found.push({ what: "resumed", name: "" })
  if (!before.view.outside_lines && after.view.outside_lines) found.push({ what: "slow", name: "" })
  return found
}

/** To somebody who has just come, or come back. */
function firstNews({ view, inside }: Seen): readonly News[] {
  return view.helpers.map((helper) => news(inside.has(helper.account) ? "here" : "coming", helper))
}

function of(
  helper: CaseHelper,
  was: CaseHelper | undefined,
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
): readonly News[] {
  const { account } = helper
  const cameIn = after.has(account) && (!before.has(account) || was === undefined)
  if (cameIn) return [news("here", helper)]
  if (was === undefined) return [news(helper.role === "successor" ? "taking_over" : "coming", helper)]
  if (was.is_reconnecting !== helper.is_reconnecting)
    return [news(helper.is_reconnecting ? "reconnecting" : "back", helper)]
  return []
}

function ending(stage: Stage): readonly News[] {
  if (stage === "left") return [{ what: "left", name: "" }]
  return stage === "over" ? [{ what: "ended", name: "" }] : []
}

function isWith(stage: Stage): boolean {
  return WITH_SOMEBODY.has(stage)
}

function news(what: What, { handle }: CaseHelper): News {
  return { what, name: handle }
}
