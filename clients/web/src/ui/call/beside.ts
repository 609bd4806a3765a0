/** Calls that are shown beside what is written, where somebody writes: nothing else has to lead there. */

import { signal } from "@preact/signals"

export const shownBeside = signal<ReadonlySet<string>>(new Set())

/** The call of a conversation stands on the screen, until the function that this gives is called. */
export function beside(conversation: string): () => void {
  shownBeside.value = new Set(shownBeside.peek()).add(conversation)
  return () => {
    shownBeside.value = new Set([...shownBeside.peek()].filter((each) => each !== conversation))
  }
}
