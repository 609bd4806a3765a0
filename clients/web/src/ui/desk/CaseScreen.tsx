import { effect } from "@preact/signals"
import { useEffect, useState } from "preact/hooks"
import type { Desk, DeskCase, DeskView } from "../../state/desk-models"
import type { Conversation, Session } from "../../state/models"
import type { ByVoiceProps } from "../call/ByVoice"
import { useConversation } from "../conversation/ConversationScreens"
import { TalkScreen } from "../conversation/TalkScreen"
import { Button } from "../parts/Button"
import { Back, Heading, Screen } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { useLoaded } from "../parts/useLoaded"
import { isWide } from "../wide"
import { AfterCase } from "./AfterCase"
import { Band, isUrgent } from "./Band"
import { Banners } from "./Banners"
import { Cards } from "./Cards"
import css from "./Case.module.css"
import { CaseTools } from "./CaseTools"
import deskCss from "./Desk.module.css"
import { statusWords } from "./DeskHome"
import { Facts } from "./Facts"
import type { PlacesProps } from "./Places"
import { intoDraft, QuickReplies } from "./QuickReplies"
import { Ring } from "./Ring"
import { sinceWords } from "./spans"
import { deskProblem, say } from "./words"
import { WrapUp } from "./WrapUp"

export interface CaseScreenProps {
  readonly session: Session
  readonly desk: Desk
  readonly view: DeskView
  readonly held: string
  /** Whether this page is connected. */
  readonly online: boolean
}

/** One case: the conversation, and what can be done for it. */
export function CaseScreen({ session, desk, view, held, online }: CaseScreenProps) {
  const found = view.cases.find((each) => each.case === held)
  const [last, setLast] = useState<DeskCase>()
  useEffect(() => {
    if (found !== undefined) setLast(found)
  }, [found])
  if (found === undefined) return <AfterCase view={view} last={last} now={desk.now.value} />
  if (found.role === null) return <AskedToTakeOver desk={desk} held={found} />
  if (found.status === "wrap_up" && found.role === "holder") return <WrapUp desk={desk} held={found} />
  return <Talking session={session} desk={desk} held={found} online={online} />
}

interface TalkingProps {
  readonly session: Session
  readonly desk: Desk
  readonly held: DeskCase
  readonly online: boolean
}

/** The conversation with its tools: beside it, or in its place where there is no room. */
function Talking({ session, desk, held, online }: TalkingProps) {
  const [hasTools, setTools] = useState(false)
  const [talk, setTalk] = useState<Conversation>()
  const wide = isWide.value
  const head = (
    <Head desk={desk} held={held} hasTools={hasTools} onTools={wide ? undefined : () => setTools(!hasTools)} />
  )
  // Whoever was let in has the conversation on this device.
  const joined = session.conversations.value.find(({ id }) => id === held.conversation)?.id
  // Where the tools stand in the place of the talk, it comes back with the words in its field.
  const [words, setWords] = useState<string>()
  const write = (text: string) => {
    setWords(text)
    setTools(false)
  }
  const onWords = joined === undefined ? undefined : write
  useEffect(() => {
    if (talk === undefined || words === undefined) return
    intoDraft(talk, words)
    setWords(undefined)
  }, [talk, words])
  const tools = (
    <>
      <CaseTools
        desk={desk}
        held={held}
        cards={<Cards onWords={onWords} />}
        places={<PlacesOf desk={desk} held={held} onWords={onWords} />}
      />
      {joined !== undefined && <Care key={joined} session={session} conversation={joined} />}
    </>
  )
  return (
    <div class={css.case} data-wide={wide}>
      <div class={css.main}>
        {head}
        <Banners desk={desk} held={held} online={online} />
        {hasTools && !wide ? (
          <div class={css.inside}>{tools}</div>
        ) : joined !== undefined ? (
          <CaseTalk key={joined} session={session} desk={desk} held={held} conversation={joined} onTalk={setTalk} />
        ) : (
          <Joining desk={desk} held={held} />
        )}
      </div>
      {wide && (
        <aside class={css.side} aria-label={say("tools.title")}>
          {tools}
        </aside>
      )}
    </div>
  )
}

/** Where the person can go on. */
function PlacesOf(props: PlacesProps) {
  const loaded = useLoaded(() => import("./Places"))
  return loaded ? <loaded.Places {...props} /> : null
}

/** The person's plan and answers. */
function Care({ session, conversation }: { readonly session: Session; readonly conversation: string }) {
  const loaded = useLoaded(() => import("../plan/CaseCare"))
  return loaded ? <loaded.CaseCare session={session} conversation={conversation} /> : null
}

interface HeadProps {
  readonly desk: Desk
  readonly held: DeskCase
  readonly hasTools: boolean
  readonly onTools: (() => void) | undefined
}

function Head({ desk, held, hasTools, onTools }: HeadProps) {
  const { busy, problem, ask } = useAsking()
  return (
    <div class={css.head}>
      <Back to="#/desk" />
      <div class={css.title}>
        <Heading>{statusWords(held)}</Heading>
        <p class={deskCss.line}>
          <Band band={held.band} />
          <span class={deskCss.faint}>{sinceWords(held.opened_at, desk.now.value)}</span>
        </p>
      </div>
      <div class={css.acts}>
        {held.band > 0 && (
          <Button disabled={busy} onClick={() => void ask(() => desk.raise(held.case, held.band - 1))}>
            {say("band.raise", { band: `A${held.band - 1}` })}
          </Button>
        )}
        {onTools && (
          <Button expanded={hasTools} onClick={onTools}>
            {say(hasTools ? "tools.close" : "tools.title")}
          </Button>
        )}
      </div>
      {problem && <p role="alert">{deskProblem(problem)}</p>}
    </div>
  )
}

/** Until the person's device has let somebody in, there is nothing to read. */
function Joining({ desk, held }: { readonly desk: Desk; readonly held: DeskCase }) {
  const due = held.reply_due_at
  return (
    <div class={css.inside}>
      <div class={deskCss.sheet} role="status">
        <p>{say("joining")}</p>
        {due !== null && <p class={deskCss.faint}>{say("joining.due")}</p>}
      </div>
      {due !== null && <Ring begin={due - 45_000} until={due} now={desk.now.value} />}
      <Facts about={held} />
    </div>
  )
}

interface CaseTalkProps {
  readonly session: Session
  readonly desk: Desk
  readonly held: DeskCase
  readonly conversation: string
  /** What is beside it writes into the same field. */
  readonly onTalk: (conversation: Conversation | undefined) => void
}

function CaseTalk({ session, desk, held, conversation, onTalk }: CaseTalkProps) {
  const opened = useConversation(session, conversation)
  const talk = typeof opened === "object" ? opened : undefined
  useEffect(() => {
    onTalk(talk)
    return () => onTalk(undefined)
  }, [talk])
  useTyping(desk, held.case, talk)
  if (opened === "opening") return null
  if (opened === "slow" || opened === undefined) return <Joining desk={desk} held={held} />
  return (
    <div class={css.talk}>
      <TalkScreen
        conversation={opened}
        target={undefined}
        top={<div />}
        standing={session.calls.value && <Voice calls={session.calls.value} conversation={opened.id} />}
        above={<QuickReplies conversation={opened} />}
      />
    </div>
  )
}

function Voice(props: ByVoiceProps) {
  const loaded = useLoaded(() => import("../call/ByVoice"))
  return loaded ? <loaded.ByVoice {...props} /> : null
}

/** While somebody writes, the clock of silence waits a little. */
function useTyping(desk: Desk, held: string, conversation: Conversation | undefined): void {
  useEffect(() => {
    if (conversation === undefined) return
    let before = conversation.draft.peek()
    return effect(() => {
      const draft = conversation.draft.value
      if (draft !== "" && draft !== before) desk.typed(held)
      before = draft
    })
  }, [desk, held, conversation])
}

/** A colleague would like to hand a case over. */
function AskedToTakeOver({ desk, held }: { readonly desk: Desk; readonly held: DeskCase }) {
  const { busy, problem, ask } = useAsking()
  return (
    <Screen title={say("status.asked")} back="#/desk">
      <div class={deskCss.sheet}>
        <p class={deskCss.line}>
          <Band band={held.band} />
          <span class={deskCss.faint}>{sinceWords(held.opened_at, desk.now.value)}</span>
        </p>
        <Facts about={held} />
        <p>{say(isUrgent(held.band) ? "takeover.urgent" : "takeover")}</p>
        <p class={deskCss.line}>
          <Button look="main" disabled={busy} onClick={() => void ask(() => desk.answerTransfer(held.case, true))}>
            {say("takeover.accept")}
          </Button>
          <Button disabled={busy} onClick={() => void ask(() => desk.answerTransfer(held.case, false))}>
            {say("offer.decline")}
          </Button>
        </p>
        {problem && <p role="alert">{deskProblem(problem)}</p>}
      </div>
    </Screen>
  )
}
