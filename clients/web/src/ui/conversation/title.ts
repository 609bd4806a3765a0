import type { Conversation } from "../../state/models"
import { namesOf, say } from "../words"

/** Handles of everybody else in a conversation. */
export function othersIn(conversation: Conversation): readonly string[] {
  return conversation.members.value.filter((member) => !member.me).map(({ handle }) => handle)
}

/** Whom it is with. */
export function titleOf(conversation: Conversation): string {
  const others = othersIn(conversation)
  return others.length === 0 ? say("talk.alone") : namesOf(others)
}
