import type { Stage } from "../../crisis/stage"
import type { Crisis } from "../../state/crisis-models"
import type { Conversation } from "../../state/models"
import { Notice } from "../parts/Notice"
import { useLoaded } from "../parts/useLoaded"
import { say } from "../words"
import { AskedAfter } from "./AskedAfter"
import css from "./Crisis.module.css"
import { Standing } from "./Going"
import { titleOf } from "./said"

export interface InTalkProps {
  readonly crisis: Crisis
  readonly conversation: Conversation
}

/** While any of these, a place can be locked in. */
const OPEN: ReadonlySet<Stage> = new Set<Stage>(["waiting", "coming", "here"])

/** How it stands, above the conversation of one's own case; nothing above any other. */
export function InTalk({ crisis, conversation }: InTalkProps) {
  if (crisis.conversation.value !== conversation.id) return null
  const stage = crisis.stage.value
  const isFirst = !conversation.messages.value.some(({ mine, kind }) => mine && kind !== "notice")
  return (
    <Notice look="plain" title={titleOf(stage, crisis.shown.value)}>
      <div class={css.going}>
        {crisis.shown.value?.isDrill === true && <p>{say("crisis.drill")}</p>}
        <AskedAfter crisis={crisis} />
        <Standing crisis={crisis} />
        {isFirst && <p>{say("crisis.confidential")}</p>}
        {stage === "waiting" && <p>{say("crisis.write.text")}</p>}
        {OPEN.has(stage) && <Where crisis={crisis} conversation={conversation} />}
      </div>
    </Notice>
  )
}

/** Where they are, if they would like to say. The app asks no device where it is: only the page of help may. */
function Where({ crisis, conversation }: InTalkProps) {
  const loaded = useLoaded(() => import("./WhereYouAre"))
  return loaded ? (
    <details class={css.where} data-where>
      <summary>{say("crisis.place")}</summary>
      <loaded.WhereYouAre crisis={crisis} conversation={conversation} mayFind={false} />
    </details>
  ) : null
}
