/** A state of the gallery: what is shown, and what is done there first. */

import type { VNode } from "preact"
import type { App, Outcome, Session } from "../../src/state/models"
import { app, session } from "./app"

export interface State {
  readonly app: () => App
  readonly hash?: string
  /** Instead of the app: one part of a screen. */
  readonly part?: () => VNode
  /** Selectors of what is pressed in turn, once each is there. */
  readonly press?: readonly string[]
  /** What is typed into the first field. */
  readonly type?: string
  /** The name of a file that is chosen, before anything is pressed. */
  readonly file?: string
}

/** Somebody who has come in, at a screen. */
export const open = (hash: string, more: Partial<Session> = {}, state: Omit<State, "app" | "hash"> = {}): State => ({
  app: () => app({ kind: "open", session: session(more) }),
  hash,
  ...state,
})

/** What comes of a call that the server refuses. */
export const refused = (code: string): Promise<Outcome> =>
  Promise.resolve({ done: false, problem: { code, fault: "yours" } })
