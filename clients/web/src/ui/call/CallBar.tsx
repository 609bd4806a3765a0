import { useEffect, useRef, useState } from "preact/hooks"
import type { CallNews, Calls, Room } from "../../state/call-models"
import { announce } from "../announce"
import { Button } from "../parts/Button"
import type { ConversationPart } from "../route"
import { go, route } from "../router"
import { shownBeside } from "./beside"
import css from "./Room.module.css"
import { Sounds } from "./Sounds"
import { type CallKey, say } from "./words"

/** On every screen: what is heard of a call, the way back to it, and calls that others have begun. */
export function CallBar({ calls }: { readonly calls: Calls }) {
  const room = calls.current.value
  return (
    <>
      {room && <Current key={room.call} calls={calls} room={room} />}
      <Others calls={calls} />
    </>
  )
}

function Current({ calls, room }: { readonly calls: Calls; readonly room: Room }) {
  useTold(room)
  const { kind } = room.stage.value
  const isOpen = kind === "in" || kind === "paused" || kind === "waiting"
  return (
    <>
      <Sounds room={room} speaker={calls.wishes.speaker.value} />
      {isOpen && !isAt(room.conversation, SAYING_SO) && (
        <div class={css.bar} role="status">
          <p>{say(kind === "waiting" ? "bar.waiting" : barWords(room))}</p>
          <Button onClick={() => go(`#/c/${room.conversation}/call`)}>{say("bar.open")}</Button>
        </div>
      )}
    </>
  )
}

/** Without a sound: who does not want to come need not do anything. */
function Others({ calls }: { readonly calls: Calls }) {
  const [unwanted, setUnwanted] = useState<readonly string[]>([])
  const rows = calls.running.value.filter(
    ({ call, conversation, isMine, isHere, isElsewhere }) =>
      !isMine && !isHere && !isElsewhere && !unwanted.includes(call) && !isAt(conversation, SAYING_SO),
  )
  const decline = (call: string) => {
    setUnwanted([...unwanted, call])
    void calls.decline(call)
  }
  return (
    <>
      {rows.map(({ call, conversation, by }) => (
        <div key={call} class={css.bar} role="status">
          <p>{say("bar.running", { name: by })}</p>
          <span class={css.acts}>
            <Button onClick={() => decline(call)}>{say("not_now")}</Button>
            <Button onClick={() => go(`#/c/${conversation}/call`)}>{say("bar.look")}</Button>
          </span>
        </div>
      ))}
    </>
  )
}

/** Screens of a conversation that tell of its call themselves. */
const SAYING_SO: readonly ConversationPart[] = ["talk", "at", "call"]

/** Whether one of these screens of a conversation is shown. */
function isAt(conversation: string, parts: readonly ConversationPart[]): boolean {
  if (shownBeside.value.has(conversation)) return true
  const at = route.value
  return at.screen === "conversation" && at.id === conversation && parts.includes(at.part)
}

/** Whether somebody can be heard while they look at something else. */
function barWords(room: Room): CallKey {
  if (room.recording.state.value.kind === "on") return "bar.recorded"
  return room.own.microphone.value === "on" ? "bar.heard" : "bar.in"
}

/** Says to screen readers what happened since the last time. */
function useTold(room: Room): void {
  const told = room.told.value
  const last = useRef(told.at(-1)?.id ?? 0)
  useEffect(() => {
    for (const news of told.filter(({ id }) => id > last.current)) announce(newsWords(news))
    last.current = told.at(-1)?.id ?? last.current
  }, [told])
}

function newsWords({ what, handle, minutes }: CallNews): string {
  if (what === "minutes_left") return say("told.minutes_left", { count: minutes ?? 0 })
  return say(`told.${what}`, { name: handle ?? "" })
}
