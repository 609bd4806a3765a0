import type { Conversation } from "../../state/models"
import { namesOf, say } from "../words"

/** Handles of everybody else in a conversation. */
export function othersIn(conversation: Conversation): readonly string[] {
  return conversation.members.value.filter((member) => !member.me).map(({ handle }) => handle)
}

/** Whom it is with. */
export function titleOf(conversation: Conversation): string {
  const others = othersIn(conversation)
  if (others.length > 0) return namesOf(others)
  return say(conversation.kind === "crisis" ? "crisis.talk.title" : "talk.alone")
}
