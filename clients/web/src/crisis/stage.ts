/**
 * Where somebody who asked for help stands, as a page shows it.
 *
 *     start ─tap─▶ asking ─kept─▶ waiting ─somebody takes it─▶ coming ─let in─▶ here
 *                                  ▲ │                            │              │
 *                                  │ └─leave─▶ left ─resume─┐     │              │
 *                                  └────────────────────────┴─────┴── lost ──────┤
 *                                                                     ended      ▼
 *                                                                              over
 *
 * | Stage     | The person knows                              | The device                     |
 * |-----------|-----------------------------------------------|--------------------------------|
 * | start     | numbers to call, one button                   | nothing                        |
 * | asking    | it is on its way; numbers                     | sends the tap: 1, 2, 4 … 30 s  |
 * | returning | the place is kept; numbers                    | asks how it stands             |
 * | waiting   | a person is asked; writes, if they like       | makes the conversation, asks every 5 s |
 * | coming    | who comes                                     | lets their devices in          |
 * | here      | who is here, and who is not at the moment     | is there: a beat every 15 s    |
 * | left      | lines; until when the place is kept, if it is | asks every 10 s                |
 * | over      | lines; who asks afterwards how they are       | lets in who does, every 30 s   |
 *
 * Who moves it: the person by a tap, by leaving and by resuming; the server, whose view of
 * the case is the truth, by everything else. Nothing here is kept: a page that is loaded
 * anew asks, and comes to the same stage. Leaving quickly is no event of this table.
 *
 * Invariants: there is never a place in a line; whoever is shown as here can read; while
 * nobody can, what is written waits on this device; no stage but `over` ends by itself.
 *
 * Why 5 s: a hint that is lost costs no more than a breath. 10 s once nothing urgent hangs
 * on it. 15 s is the desk's own measure of who is there (three missed are a gap).
 */

import type { CaseStatus, CaseView } from "../protocol/events"
import type { Tap } from "./tap"

export type Stage = "start" | "asking" | "returning" | "waiting" | "coming" | "here" | "left" | "over"

const STAGE_OF: Readonly<Record<CaseStatus, Stage>> = {
  waiting: "waiting",
  offered: "waiting",
  accepted: "coming",
  active: "coming",
  wrap_up: "over",
  follow_up_due: "over",
  following_up: "over",
  abandoned: "left",
  closed: "over",
  merged: "over",
  redirected: "over",
  void: "over",
}

/** What is known of a case: undefined before the server was asked, null if there is none. */
export type Known = CaseView | null | undefined

/**
 * The stage.
 *
 * @param tap what the server has not answered yet
 * @param begun whether this device has asked for help before, in this tab or account
 * @param inside accounts that can read what is written
 */
export function stageOf(tap: Tap | undefined, begun: boolean, known: Known, inside: ReadonlySet<string>): Stage {
  if (tap !== undefined) return "asking"
  if (known === undefined) return begun ? "returning" : "start"
  if (known === null) return "start"
  const stage = STAGE_OF[known.status]
  if (stage === "coming") return known.helpers.some(({ account }) => inside.has(account)) ? "here" : "coming"
  return stage
}

/** How often the server is asked how it stands, in milliseconds; undefined: not any more. */
export const ASK_EVERY_MS: Readonly<Record<Stage, number | undefined>> = {
  start: undefined,
  asking: undefined,
  returning: 5_000,
  waiting: 5_000,
  coming: 5_000,
  here: 10_000,
  left: 10_000,
  over: undefined,
}

/** How often the desk is told that the person's device is there, while somebody has the case. */
export const BEAT_EVERY_MS = 15_000

const FOLLOW_UP: ReadonlySet<CaseStatus> = new Set<CaseStatus>(["follow_up_due", "following_up"])

/** Whether somebody means to ask afterwards how the person is: they come into the conversation there was. */
export function isFollowedUp(known: Known): boolean {
  return !!known && FOLLOW_UP.has(known.status) && known.helpers.length > 0
}

/** How often the server is asked while somebody does. */
export const FOLLOW_UP_EVERY_MS = 30_000

/** Whether a conversation is made, and kept to those who are to be in it. */
export function isGathered(stage: Stage): boolean {
  return stage === "waiting" || stage === "coming" || stage === "here"
}
