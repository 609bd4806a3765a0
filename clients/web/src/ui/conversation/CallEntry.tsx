import type { Calls } from "../../state/call-models"
import type { Conversation } from "../../state/models"
import { Icon } from "../parts/Icon"
import { Notice } from "../parts/Notice"
import { say } from "../words"

export interface CallToolProps {
  readonly conversation: Conversation
  readonly className: string | undefined
}

/** Leads to where a call begins; nobody is called by going there. */
export function CallTool({ conversation, className }: CallToolProps) {
  const { standing } = conversation.encryption.value
  if (standing !== "active" || conversation.members.value.length < 2) return null
  return (
    <a class={className} href={`#/c/${conversation.id}/call`} aria-label={say("call.title")} title={say("call.title")}>
      <Icon name="phone" />
    </a>
  )
}

export interface CallRunningProps {
  readonly calls: Calls
  readonly conversation: Conversation
}

/** That a call of this conversation goes on, and the way into it. */
export function CallRunning({ calls, conversation }: CallRunningProps) {
  const running = calls.running.value.find((each) => each.conversation === conversation.id)
  if (running === undefined) return null
  return (
    <Notice
      look="plain"
      live
      actions={<a href={`#/c/${conversation.id}/call`}>{say(running.isHere ? "call.back" : "call.join")}</a>}
    >
      <p>{running.isHere ? say("call.here") : say("call.running", { name: running.by })}</p>
    </Notice>
  )
}
