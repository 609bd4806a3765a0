/** A message in one line, for lists, quotes and what is read out. */

import type { Message } from "../../state/models"
import { say } from "../words"

const NOTICES = ["created", "joined", "left", "removed", "device_added", "device_removed", "verified", "suite"] as const
const CAUSES = ["not_a_member_yet", "keys_gone", "damaged", "not_proven"] as const

type Shown = Pick<Message, "kind" | "text" | "sender" | "deleted"> & { readonly code?: string | undefined }

export function lineOf(message: Shown): string {
  if (message.deleted) return say("message.deleted")
  switch (message.kind) {
    case "text":
      return message.text
    case "file":
      return say("message.file", { name: message.text })
    case "voice":
      return say("message.voice")
    case "notice":
      return noticeOf(message)
    case "unknown":
      return message.text === "" ? say("message.unknown") : message.text
    case "unreadable":
      return unreadableOf(message)
  }
}

/** What happened, in words; `text` names whom it happened to. */
export function noticeOf({ code, sender, text }: Shown): string {
  const known = NOTICES.find((each) => each === code)
  return known === undefined ? text : say(`notice.${known}`, { name: sender, other: text })
}

/** Why a message cannot be read, and the one thing to do about it. */
export function unreadableOf({ code }: Shown): string {
  const known = CAUSES.find((each) => each === code)
  return say(`unreadable.${known ?? "other"}`)
}
