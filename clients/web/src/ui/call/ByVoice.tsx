import { useEffect, useState } from "preact/hooks"
import type { Calls, Room, Stage } from "../../state/call-models"
import { Button } from "../parts/Button"
import { Notice } from "../parts/Notice"
import { type Asking, useAsking } from "../parts/useAsking"
import { OnTheLine, Sources } from "./Banners"
import { beside } from "./beside"
import css from "./Panel.module.css"
import { Sounds } from "./Sounds"
import { type CallKey, callProblem, isKey, say } from "./words"

export interface ByVoiceProps {
  readonly calls: Calls
  readonly conversation: string
  /** Where nothing else on the page plays what is heard. */
  readonly plays?: boolean
}

/**
 * A crisis becomes a call, and stays where it is: above what is written, which goes on.
 * Sound alone, and nothing of it before somebody asks for it.
 */
export function ByVoice({ calls, conversation, plays = false }: ByVoiceProps) {
  const asking = useAsking()
  useEffect(() => beside(conversation), [conversation])
  const room = calls.current.value?.conversation === conversation ? calls.current.value : undefined
  const stage = room?.stage.value
  return (
    <section class={css.voice} aria-label={say("title.crisis")} data-voice={stage?.kind ?? "none"}>
      {room && plays && <Sounds room={room} speaker={calls.wishes.speaker.value} />}
      {room === undefined || stage === undefined || isOver(stage) ? (
        <>
          {stage !== undefined && <WhyOver stage={stage} />}
          <Outside calls={calls} conversation={conversation} asking={asking} />
        </>
      ) : stage.kind === "in" || stage.kind === "paused" ? (
        <Inside room={room} asking={asking} />
      ) : (
        <p role="status">{say("opening")}</p>
      )}
      {asking.problem && <p role="alert">{callProblem(asking.problem)}</p>}
    </section>
  )
}

type Over = Extract<Stage, { kind: "ended" | "refused" }>

const isOver = (stage: Stage): stage is Over => stage.kind === "ended" || stage.kind === "refused"

function WhyOver({ stage }: { readonly stage: Stage }) {
  if (!isOver(stage)) return null
  return <p role="status">{stage.kind === "ended" ? say(`ended.why.${stage.why}`) : refusedWords(stage)}</p>
}

function refusedWords({ problem }: Extract<Stage, { kind: "refused" }>): string {
  const key = `refused.${problem.code}`
  return isKey(key) ? say(key) : callProblem(problem)
}

interface OutsideProps {
  readonly calls: Calls
  readonly conversation: string
  readonly asking: Asking
}

/** The way in, for whoever would like it; or why there is none. */
function Outside({ calls, conversation, asking }: OutsideProps) {
  const running = calls.running.value.find((each) => each.conversation === conversation)
  const [unwanted, setUnwanted] = useState<string>()
  const isPossible = useHidden(calls)
  const { busy, ask } = asking
  if (calls.lacks !== undefined) return <p class={css.faint}>{say("voice.browser")}</p>
  if (isPossible === false) return <p class={css.faint}>{say("voice.none")}</p>
  if (running === undefined)
    return (
      <Notice
        look="plain"
        actions={
          <Button disabled={busy} onClick={() => void ask(() => calls.start(conversation, "audio"))}>
            {say("title.crisis")}
          </Button>
        }
      >
        <p>{say("voice.lead")}</p>
      </Notice>
    )
  const goIn = () => void ask(() => calls.join(running.call))
  const isInvited = !running.isMine && unwanted !== running.call
  return (
    <Notice
      look="plain"
      live
      actions={
        <>
          <Button disabled={busy} onClick={goIn}>
            {say(running.isMine ? "bar.open" : "title.crisis")}
          </Button>
          {isInvited && <Button onClick={() => setUnwanted(running.call)}>{say("not_now")}</Button>}
        </>
      }
    >
      <p>{say(isInvited ? "voice.asked" : "voice.open")}</p>
      {isInvited && <p>{say("crisis.relay")}</p>}
    </Notice>
  )
}

/** Whether anything here could hide an address: asked once, before somebody hopes for it. */
function useHidden(calls: Calls): boolean | undefined {
  const [isPossible, setPossible] = useState<boolean>()
  useEffect(() => {
    let isWanted = true
    void calls.hidesAddresses().then((found) => isWanted && setPossible(found))
    return () => {
      isWanted = false
    }
  }, [calls])
  return isPossible
}

/** Who hears whom, one's own microphone, and the way out. */
function Inside({ room, asking }: { readonly room: Room; readonly asking: Asking }) {
  const { own } = room
  const { busy, ask } = asking
  const state = own.microphone.value
  const isOn = state === "on"
  return (
    <>
      <Notice
        look="plain"
        actions={
          <>
            <Button
              look={isOn ? "plain" : "main"}
              disabled={state === "starting"}
              onClick={() => void ask(() => own.setMicrophone(!isOn))}
            >
              {say(isOn ? "voice.microphone.off" : "room.invited.speak")}
            </Button>
            <Button disabled={busy} onClick={() => void ask(() => room.leave())}>
              {say("voice.leave")}
            </Button>
          </>
        }
      >
        <p role="status">{say(standing(room))}</p>
        <p class={css.faint}>{say("crisis.relay")}</p>
      </Notice>
      <OnTheLine link={room.link.value} />
      <Sources room={room} />
    </>
  )
}

/** In one sentence, who can hear whom. */
function standing(room: Room): CallKey {
  const others = room.people.value.filter(({ isMe }) => !isMe)
  const isHeard = room.own.microphone.value === "on"
  if (others.length === 0) return isHeard ? "voice.alone" : "voice.alone.muted"
  if (others.every(({ presence }) => presence !== "on")) return "voice.away"
  const hears = others.some(({ isMuted }) => !isMuted)
  if (isHeard) return hears ? "voice.both" : "voice.heard"
  return hears ? "voice.hears" : "voice.neither"
}
