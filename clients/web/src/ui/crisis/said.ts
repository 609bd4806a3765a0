/** How a case stands, in words. */

import type { News } from "../../crisis/news"
import type { Stage } from "../../crisis/stage"
import type { CaseShown } from "../../state/crisis-models"
import { namesOf, sayHelp as say, words } from "../words"

/** The heading: what somebody has to know first. */
export function titleOf(stage: Stage, shown: CaseShown | undefined): string {
  switch (stage) {
    case "coming":
      return say("crisis.coming.title", { names: namesOf(shown?.helpers.map(({ name }) => name) ?? []) })
    case "here": {
      const here = shown?.helpers.filter(({ isHere }) => isHere).map(({ name }) => name) ?? []
      return say("crisis.here.title", { names: namesOf(here), count: here.length })
    }
    case "start":
      return say("help.title")
    default:
      return say(`crisis.${stage}.title`)
  }
}

/** How long people waited lately: a range, and never more than that. */
export function rangeOf(shown: CaseShown | undefined): string {
  const range = shown?.range
  if (range === undefined) return say("crisis.range.unknown")
  const { from, to } = range
  return from === to ? say("crisis.range.about", { count: to }) : say("crisis.range", { from, count: to })
}

/** One line of what happened. */
export function newsText({ what, name }: News): string {
  return say(`crisis.news.${what}`, { name })
}

/** "14:05", on this device. */
export function clockTime(at: Date): string {
  return words().date(at, { timeStyle: "short" })
}
