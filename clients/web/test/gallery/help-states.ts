/** The document of help in every state that somebody without an account can meet it in. */

import { signal } from "@preact/signals"
import type { Stage } from "../../src/crisis/stage"
import type { Room } from "../../src/state/call-models"
import type { CaseShown, Crisis, Desk, Told } from "../../src/state/crisis-models"
import type { GuestCrisis } from "../../src/state/guest-models"
import type { Conversation } from "../../src/state/models"
import { calls, own, room, TWO } from "./calls"
import { ADA, CRISIS_TALK, CRISIS_WRITTEN, crisis, place } from "./crisis"
import { conversation, DONE, member, never, NOW } from "./values"

const VOICE: Partial<Room> = {
  ...{ conversation: "crisis", media: "audio", kind: "crisis", plannedMinutes: signal(undefined) },
  own: own({ microphone: signal("on"), step: signal("audio") }),
}

function guest(stage: Stage, more: Partial<GuestCrisis> = {}, shown: Partial<CaseShown> = {}): GuestCrisis {
  return {
    ...(crisis(stage, shown) satisfies Crisis),
    elsewhere: signal(false),
    talk: signal(undefined),
    calls: signal(undefined),
    connected: signal(true),
    reached: signal(true),
    partMissing: () => undefined,
    words: signal(undefined),
    makeWords: () => Promise.resolve(DONE),
    comeBack: () => never(),
    startOver: () => undefined,
    ...more,
  }
}

const desk = (state: Desk) => ({ desk: signal(state) })
const talk = (messages: Conversation["messages"]["value"]) => ({
  talk: signal(
    conversation({
      id: "crisis",
      kind: "crisis",
      messages: signal(messages),
      members: signal([member("quiet-river"), member("ada")]),
    }),
  ),
})
const told = (...what: Told["what"][]) => ({
  news: signal(what.map((each, id): Told => ({ id, what: each, name: "ada", at: NOW }))),
})
const waiting = { ...talk(CRISIS_WRITTEN) }

export const HELP_STATES: Readonly<Record<string, () => GuestCrisis>> = {
  "help-page": () => guest("start"),
  "help-none": () => guest("start", desk("none")),
  "help-looking": () => guest("start", desk("unknown")),
  "help-demo": () => guest("start", desk("demo")),
  "help-asking": () => guest("asking"),
  "help-returning": () => guest("returning", desk("unknown")),
  "help-waiting": () => guest("waiting", waiting, { range: { from: 1, to: 4 } }),
  "help-waiting-empty": () => guest("waiting", { ...desk("demo"), ...talk([]) }),
  "help-waiting-slow": () => guest("waiting", waiting, { isSlow: true }),
  "help-waiting-words": () =>
    guest("waiting", { ...waiting, words: signal(["apple", "river", "candle", "orange", "window"]) }),
  "help-coming": () => guest("coming", { ...waiting, ...told("coming") }, { helpers: [{ ...ADA, isHere: false }] }),
  "help-here": () => guest("here", { ...talk(CRISIS_TALK), ...told("coming", "here") }, { helpers: [ADA] }),
  "help-reconnecting": () =>
    guest(
      "here",
      { ...talk(CRISIS_TALK), ...told("coming", "here", "reconnecting") },
      { helpers: [{ ...ADA, isReconnecting: true }] },
    ),
  "help-place": () => guest("here", { ...talk(CRISIS_TALK) }, { helpers: [ADA] }),
  "help-place-country": () => guest("waiting", waiting),
  "help-place-kept": () =>
    guest("here", { ...talk(CRISIS_TALK), place: place(new Date(NOW.getTime() + 86_400_000)) }, { helpers: [ADA] }),
  "help-voice": () =>
    guest(
      "here",
      { ...talk(CRISIS_TALK), calls: signal(calls(room({ ...VOICE, people: signal(TWO()) }))) },
      { helpers: [ADA] },
    ),
  "help-left": () => guest("left", told("left"), { keptUntil: new Date(NOW.getTime() + 900_000) }),
  "help-over": () => guest("over", told("ended")),
  "help-followed-up": () => guest("over", told("ended"), { isFollowedUp: true, helpers: [ADA] }),
  "help-elsewhere": () => guest("waiting", { elsewhere: signal(true) }),
}

const PLACE = "[data-where] summary"
/** Selectors of what is pressed in turn in some of them. */
export const HELP_PRESSED: Readonly<Record<string, readonly string[]>> = {
  "help-place": [PLACE, "[data-where] label:nth-child(3)"],
  "help-place-country": [PLACE, "[data-where] label:nth-child(2)"],
  "help-place-kept": [PLACE],
}
