/** What somebody is doing in an open conversation: answering, changing, taking back. */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals"
import { onLeave } from "../../exit/exit"
import type { Conversation, Message, Problem } from "../../state/models"

/** How long a deletion can be undone: long enough to read the button and reach it. */
export const UNDO_MS = 10_000

export interface Talk {
  readonly conversation: Conversation
  /** Of text alone, on a page without the other screens of a conversation. */
  readonly isPlain: boolean
  readonly replyingTo: Signal<Message | undefined>
  readonly editing: Signal<Message | undefined>
  /** The message that is to be brought into view next. */
  readonly wanted: Signal<string | undefined>
  /** The message whose actions are shown. */
  readonly acting: Signal<Message | undefined>
  /** Those about to be taken back, by id. */
  readonly leaving: ReadonlySignal<ReadonlySet<string>>
  readonly problem: Signal<Problem | undefined>
  /** Goes to a message, or says that it is not here. */
  jump(message: string): void
  /** Takes a message back, unless somebody undoes it in time. */
  remove(message: string): void
  keep(message: string): void
  /** Does now what still could be undone. */
  end(): void
}

export function talkOf(conversation: Conversation, isPlain = false): Talk {
  const wanted = signal(conversation.firstUnread.peek())
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  const leaving = signal<ReadonlySet<string>>(new Set())
  const problem = signal<Problem | undefined>(undefined)
  const forget = (message: string) => {
    clearTimeout(timers.get(message))
    timers.delete(message)
    leaving.value = new Set(timers.keys())
  }
  const removeNow = (message: string) => {
    void conversation.remove(message).then((outcome) => {
      forget(message)
      if (!outcome.done) problem.value = outcome.problem
    })
  }
  // Whoever leaves in a hurry has decided nothing more.
  const stop = onLeave(() => {
    for (const timer of timers.values()) clearTimeout(timer)
  })
  return {
    conversation,
    isPlain,
    replyingTo: signal(undefined),
    editing: signal(undefined),
    wanted,
    acting: signal(undefined),
    leaving,
    problem,
    jump: (message) => {
      void conversation.show(message).then((isHere) => {
        if (isHere) wanted.value = message
        else problem.value = { code: "client.unknown_message", fault: "yours" }
      })
    },
    remove: (message) => {
      timers.set(
        message,
        setTimeout(() => removeNow(message), UNDO_MS),
      )
      leaving.value = new Set(timers.keys())
    },
    keep: forget,
    end: () => {
      stop()
      for (const [message, timer] of timers) {
        clearTimeout(timer)
        removeNow(message)
      }
    },
  }
}
