/** What became of what a person asked for. */

/** Why something a person asked for did not happen. */
export interface Problem {
  /** Stable, for the words; never shown as it is. */
  readonly code: string
  /** Whose turn it is: to change something, or just to try later. */
  readonly fault: "yours" | "theirs" | "ours" | "network"
}

export type Outcome = { readonly done: true } | { readonly done: false; readonly problem: Problem }
