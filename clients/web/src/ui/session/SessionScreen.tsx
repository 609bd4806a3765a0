import { useEffect, useRef, useState } from "preact/hooks"
import type { Conversation } from "../../state/models"
import { Screen } from "../parts/Screen"
import { say } from "../words"
import { type Editing, opener } from "./editing"
import { Goals } from "./Goals"
import { Meetings } from "./Meetings"
import { Notes } from "./Notes"

/** When to meet, what for, and what to remember: shared by all who are in the conversation. */
export function SessionScreen({ conversation }: { readonly conversation: Conversation }) {
  const [editing, edit] = useState<Editing>()
  useReturn(editing)
  const { standing } = conversation.encryption.value
  const canWrite = standing !== "left" && standing !== "broken"
  const part = { conversation, editing, edit, canWrite }
  return (
    <Screen title={say("session.title")} back={`#/c/${conversation.id}`}>
      <p>{say("session.lead")}</p>
      <p>
        <a href={`#/c/${conversation.id}/plan`}>{say("safety_plan.title")}</a>
      </p>
      <Meetings {...part} />
      <Goals {...part} />
      <Notes {...part} />
    </Screen>
  )
}

function useReturn(editing: Editing | undefined): void {
  const before = useRef<Editing | undefined>(undefined)
  useEffect(() => {
    const last = before.current
    before.current = editing
    if (editing !== undefined || last === undefined) return
    const find = (name: string) => document.querySelector<HTMLElement>(`[data-opens="${name}"] button`)
    const button = find(opener(last)) ?? find(opener({ kind: last.kind }))
    button?.focus()
  }, [editing])
}
