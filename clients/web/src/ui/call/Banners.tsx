import type { Circle, Link, Room } from "../../state/call-models"
import type { Session } from "../../state/models"
import { Button } from "../parts/Button"
import { Notice } from "../parts/Notice"
import type { Asking } from "../parts/useAsking"
import { go } from "../router"
import { timeOfDay } from "../times"
import { RecordingBanner } from "./Recording"
import css from "./Room.module.css"
import { Overrun } from "./Times"
import { type CallKey, say } from "./words"

export interface BannersProps {
  readonly session: Session
  readonly room: Room
  readonly asking: Asking
}

/** What somebody has to know before anything else, the most lasting first. */
export function Banners({ room, asking }: BannersProps) {
  const { circle } = room
  const stage = room.stage.value
  return (
    <div class={css.banners}>
      <RecordingBanner room={room} asking={asking} />
      <OnTheLine link={room.link.value} />
      {stage.kind === "paused" && (
        <Notice live>
          <p>{say("room.paused", { time: timeOfDay(stage.endsAt) })}</p>
        </Notice>
      )}
      {circle && <Aside circle={circle} />}
      {circle && <Flagged room={room} circle={circle} asking={asking} />}
      <Invited room={room} asking={asking} />
      <Sources room={room} />
      <Suggested room={room} asking={asking} />
      {room.kind === "crisis" && room.people.value.length < 2 && (
        <Notice look="plain">
          <p>{say("crisis.voice")}</p>
          <p>{say("crisis.relay")}</p>
        </Notice>
      )}
      <Overrun room={room} />
    </div>
  )
}

const LINE = {
  unseen: "room.link.unseen",
  silenced: "room.link.silenced",
  mending: "room.link.mending",
} as const satisfies Record<Exclude<Link["kind"], "good">, CallKey>

/** The seat is kept, and nobody has to do anything. */
export function OnTheLine({ link }: { readonly link: Link }) {
  if (link.kind === "good") return null
  return (
    <Notice live>
      <p>{say(LINE[link.kind])}</p>
    </Notice>
  )
}

function Aside({ circle }: { readonly circle: Circle }) {
  const side = circle.side.value
  if (side === undefined) return null
  return (
    <Notice
      look="plain"
      live
      actions={
        <Button onClick={() => go(`#/c/${side.conversation}/call`)}>{say("side.go", { name: side.handle })}</Button>
      }
    >
      <p>{say("side.asked", { name: side.handle })}</p>
      <p>{say("side.lead")}</p>
    </Notice>
  )
}

interface OfCircle {
  readonly room: Room
  readonly circle: Circle
  readonly asking: Asking
}

/** For those who lead: who is not OK and let them know. */
function Flagged({ room, circle, asking }: OfCircle) {
  const flagged = room.people.value.filter(({ member }) => circle.flagged.value.includes(member))
  const aside = async (member: string) => {
    const opened = await asking.ask(() => circle.openSide(member))
    if (opened.done && opened.conversation !== undefined) go(`#/c/${opened.conversation}/call`)
  }
  return (
    <>
      {flagged.map(({ member, handle }) => (
        <Notice
          key={member}
          live
          actions={<Button onClick={() => void aside(member)}>{say("not_ok.step_out", { name: handle })}</Button>}
        >
          <p>{say("flag.told", { name: handle })}</p>
        </Notice>
      ))}
    </>
  )
}

interface OfRoom {
  readonly room: Room
  readonly asking: Asking
}

/** A wish of who leads, and nothing more: the microphone is one's own. */
function Invited({ room: { own }, asking }: OfRoom) {
  if (!own.invited.value) return null
  const answer = () => {
    own.invited.value = false
  }
  return (
    <Notice
      look="plain"
      live
      actions={
        <>
          <Button
            onClick={() => {
              answer()
              void asking.ask(() => own.setMicrophone(true))
            }}
          >
            {say("room.invited.speak")}
          </Button>
          <Button onClick={answer}>{say("not_now")}</Button>
        </>
      }
    >
      <p>{say("room.invited")}</p>
    </Notice>
  )
}

type Fault = "mic_denied" | "camera_denied" | "no_device" | "in_use"

/** Why microphone or camera is not on, and what to do about it. */
export function Sources({ room: { own, circle } }: { readonly room: Room }) {
  const [microphone, camera] = [own.microphone.value, own.camera.value]
  const faults: readonly Fault[] = [
    ...(microphone === "denied" ? (["mic_denied"] as const) : []),
    ...(camera === "denied" ? (["camera_denied"] as const) : []),
    ...(microphone === "no_device" || camera === "no_device" ? (["no_device"] as const) : []),
    ...(microphone === "in_use" || camera === "in_use" ? (["in_use"] as const) : []),
  ]
  return (
    <>
      {microphone === "held_by_moderator" && (
        <Notice look="plain" live>
          <p>{say(circle === undefined ? "source.held" : "room.held")}</p>
        </Notice>
      )}
      {faults.map((fault) => (
        <Notice key={fault} live>
          <p>{say(`fault.${fault}`)}</p>
          <p>{say(`fault.${fault}.do`)}</p>
        </Notice>
      ))}
    </>
  )
}

/** A step that the line carries better: it is offered, never taken by itself. */
function Suggested({ room: { own }, asking }: OfRoom) {
  const step = own.suggested.value
  if (step === undefined) return null
  return (
    <Notice
      look="plain"
      live
      actions={<Button onClick={() => void asking.ask(() => own.setStep(step))}>{say(`step.${step}`)}</Button>}
    >
      <p>{say(step === "text" ? "room.suggested.text" : "room.suggested.audio")}</p>
    </Notice>
  )
}
