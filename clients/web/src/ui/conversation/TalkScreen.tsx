import type { ComponentChildren } from "preact"
import { useEffect, useMemo } from "preact/hooks"
import type { Calls } from "../../state/call-models"
import type { Conversation } from "../../state/models"
import { Face } from "../parts/Face"
import { Icon } from "../parts/Icon"
import { Notice } from "../parts/Notice"
import { Back, Heading } from "../parts/Screen"
import { isWide } from "../wide"
import { namesOf, say } from "../words"
import { CallRunning, CallTool } from "./CallEntry"
import { Composer } from "./Composer"
import { encryptionWords } from "./encryption"
import { MessageActions } from "./MessageActions"
import { type Talk, talkOf } from "./talk"
import css from "./TalkScreen.module.css"
import { othersIn, titleOf } from "./title"
import { Transcript } from "./Transcript"
import { Problems, Typing } from "./Underneath"

export interface TalkScreenProps {
  readonly conversation: Conversation
  /** The message that a link led to. */
  readonly target: string | undefined
  /** Where there are calls. */
  readonly calls?: Calls | undefined
  /** In place of the usual head. */
  readonly top?: ComponentChildren
  /** What somebody has to know before anything else. */
  readonly standing?: ComponentChildren
  /** Above where one writes. */
  readonly above?: ComponentChildren
}

/** A conversation: whom with and how safe, what was said, and where to write. */
export function TalkScreen({ conversation, target, calls, top, standing, above }: TalkScreenProps) {
  const talk = useMemo(() => talkOf(conversation), [conversation])
  useEffect(() => () => talk.end(), [talk])
  useEffect(() => {
    if (target !== undefined) talk.jump(target)
  }, [talk, target])
  const acting = talk.acting.value
  return (
    <div class={css.talk}>
      {top ?? <Top conversation={conversation} calls={calls} />}
      <Standings conversation={conversation}>
        {calls && <CallRunning calls={calls} conversation={conversation} />}
        {standing}
      </Standings>
      <Transcript talk={talk} />
      <div class={css.bottom}>
        {above}
        <Typing conversation={conversation} />
        <Problems talk={talk} />
        <Writing talk={talk} />
      </div>
      {acting && <MessageActions talk={talk} message={acting} />}
    </div>
  )
}

interface TopProps {
  readonly conversation: Conversation
  readonly calls: Calls | undefined
}

function Top({ conversation, calls }: TopProps) {
  return (
    <div class={css.top}>
      {!isWide.value && <Back to="#/" />}
      <Face names={othersIn(conversation)} />
      <div class={css.who}>
        <Heading>{titleOf(conversation)}</Heading>
        <a class={css.encryption} href={`#/c/${conversation.id}/safety`}>
          <Icon name="shield" />
          {encryptionWords(conversation.encryption.value)}
        </a>
      </div>
      {calls && <CallTool conversation={conversation} className={css.tool} />}
      <a
        class={css.tool}
        href={`#/c/${conversation.id}/session`}
        aria-label={say("session.title")}
        title={say("session.title")}
      >
        <Icon name="calendar" />
      </a>
      <a
        class={css.tool}
        href={`#/c/${conversation.id}/people`}
        aria-label={say("people.title")}
        title={say("people.title")}
      >
        <Icon name="people" />
      </a>
    </div>
  )
}

interface StandingsProps {
  readonly conversation: Conversation
  readonly children: ComponentChildren
}

/** What somebody should know before writing; nothing where all is well. */
function Standings({ conversation, children }: StandingsProps) {
  const { standing, newDevices, check } = conversation.encryption.value
  const safety = `#/c/${conversation.id}/safety`
  // Whose keys they are says it better.
  const isTold = standing === "waiting" && check.length > 0
  const blocked = conversation.kind === "direct" && conversation.members.value.find((member) => member.blocked)
  const rows = [
    blocked && (
      <Notice
        key="blocked"
        look="plain"
        live
        actions={<a href={`#/c/${conversation.id}/people`}>{say("talk.blocked.change")}</a>}
      >
        <p>{say("talk.blocked", { name: blocked.handle })}</p>
      </Notice>
    ),
    standing !== "active" && standing !== "left" && !isTold && (
      <Notice key="standing" live>
        <p>{say(`standing.${standing}.text`)}</p>
      </Notice>
    ),
    check.length > 0 && (
      <Notice key="check" live actions={<a href={safety}>{say("safety.compare")}</a>}>
        <p>{say("encryption.check.text", { names: namesOf(check) })}</p>
      </Notice>
    ),
    newDevices.length > 0 && (
      <Notice key="devices" look="plain" live actions={<a href={safety}>{say("safety.compare")}</a>}>
        <p>{say("encryption.new.text", { names: namesOf(newDevices) })}</p>
      </Notice>
    ),
  ].filter(Boolean)
  return (
    <div class={css.standings}>
      {children}
      {rows}
    </div>
  )
}

function Writing({ talk }: { readonly talk: Talk }) {
  const { standing } = talk.conversation.encryption.value
  if (standing === "left") return <p class={css.over}>{say("standing.left.text")}</p>
  if (standing === "broken") return null
  return <Composer talk={talk} />
}
