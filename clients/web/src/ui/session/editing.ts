/** Which part of the session page somebody is changing. */

import type { Conversation } from "../../state/models"

/** What is being changed: one thing at a time. Without an id it is new. */
export interface Editing {
  readonly kind: "meeting" | "goal" | "note"
  readonly id?: string | undefined
}

/** What a part of the page needs. */
export interface PartProps {
  readonly conversation: Conversation
  readonly editing: Editing | undefined
  readonly edit: (editing: Editing | undefined) => void
  /** Whether anything can be sent. */
  readonly canWrite: boolean
}

/** Names the button that opens a form: the focus goes back there. */
export function opener({ kind, id = "new" }: Editing): string {
  return `${kind}-${id}`
}
