import { useCallback, useState } from "preact/hooks"
import type { Calls, Room } from "../../state/call-models"
import type { Session } from "../../state/models"
import { Button } from "../parts/Button"
import { Icon } from "../parts/Icon"
import { Back, Heading } from "../parts/Screen"
import { type Asking, useAsking } from "../parts/useAsking"
import { isWide } from "../wide"
import { Banners } from "./Banners"
import { CaptionLines, CaptionPanel } from "./Captions"
import { CirclePanel, phaseTime } from "./CirclePanel"
import { type Asked, Controls, type Panel } from "./Controls"
import { type Act, KeyGuide, useCallKeys } from "./Keys"
import { Leaving } from "./Leaving"
import { NotOk } from "./NotOk"
import panelCss from "./Panel.module.css"
import { People } from "./People"
import { AskForRecording } from "./Recording"
import css from "./Room.module.css"
import { Settings } from "./Settings"
import { Tiles } from "./Tiles"
import { TimeLeft } from "./Times"
import { LICENSED } from "./Waiting"
import { callProblem, say, sayOr } from "./words"

export interface InRoomProps {
  readonly session: Session
  readonly calls: Calls
  readonly room: Room
}

/** The call itself: people, what is said of it, and the controls. */
export function InRoom({ session, calls, room }: InRoomProps) {
  const [panel, setPanel] = useState<Panel>()
  const [asked, setAsked] = useState<Asked>()
  const asking = useAsking()
  const { wishes } = calls
  const toggle = useCallback((wanted: Panel) => setPanel((now) => (now === wanted ? undefined : wanted)), [])
  useKeysOf({ room, calls, asking, onPanel: toggle, onGuide: () => setAsked("keys") })
  const isUnlicensed = asking.problem?.code === "role_required" && leads(room) && room.kind === LICENSED
  const close = () => setAsked(undefined)
  return (
    <div class={css.room}>
      <Head room={room} onNotOk={() => setAsked("not_ok")} />
      <Banners session={session} room={room} asking={asking} />
      <Middle room={room} calls={calls} panel={panel} asking={asking} onPanel={setPanel} onAsk={setAsked} />
      <div>
        {asking.problem && (
          <p role="alert" class={css.problem}>
            {isUnlicensed ? say("lead.you") : callProblem(asking.problem)}
          </p>
        )}
        <Controls room={room} panel={panel} asking={asking} onPanel={toggle} onAsk={setAsked} />
      </div>
      {asked === "settings" && <Settings room={room} wishes={wishes} onKeys={() => setAsked("keys")} onClose={close} />}
      {asked === "leave" && <Leaving room={room} onClose={close} />}
      {asked === "keys" && <KeyGuide wishes={wishes} onClose={close} />}
      {asked === "recording" && <AskForRecording room={room} onClose={close} />}
      {asked === "not_ok" && room.circle && (
        <NotOk room={room} circle={room.circle} crisis={session.crisis} onClose={close} />
      )}
    </div>
  )
}

/** Whether this person may let people in. */
const leads = ({ circle }: Room) => circle?.powers.value.has("admit") === true

interface HeadProps {
  readonly room: Room
  readonly onNotOk: () => void
}

function Head({ room, onNotOk }: HeadProps) {
  const agenda = room.circle?.agenda.value
  const phase = agenda?.phases[agenda.at]
  return (
    <div class={css.head}>
      <Back to={`#/c/${room.conversation}`} />
      <div class={css.who}>
        <Heading>{titleOf(room)}</Heading>
        <p class={css.facts}>
          {agenda && phase && (
            <span>
              {sayOr(`phase.${phase.name}`, "phase.other")}: {phaseTime(agenda.endsAt, agenda.isOver)}
            </span>
          )}
          {!phase && <TimeLeft room={room} />}
          <span>
            <Icon name="lock" />
            {say("room.encrypted")}
          </span>
        </p>
      </div>
      {room.circle && (
        <button type="button" class={css.not_ok} aria-haspopup="dialog" onClick={onNotOk}>
          <Icon name="heart" />
          {say("not_ok.title")}
        </button>
      )}
    </div>
  )
}

export function titleOf(room: Room): string {
  if (room.kind === "crisis") return say("title.crisis")
  return sayOr(`kind.${room.kind}`, room.circle === undefined ? "title" : "title.circle")
}

interface MiddleProps {
  readonly room: Room
  readonly calls: Calls
  readonly panel: Panel | undefined
  readonly asking: Asking
  readonly onPanel: (panel: Panel | undefined) => void
  readonly onAsk: (asked: Asked) => void
}

/** The people with a panel beside them, or in their place where there is no room for both. */
function Middle({ room, calls, panel, asking, onPanel, onAsk }: MiddleProps) {
  const { wishes } = calls
  const isBeside = isWide.value
  const stage = (
    <>
      {room.own.step.value === "text" ? (
        <TextOnly room={room} />
      ) : (
        <Tiles room={room} view={wishes.view.value} hidesSelf={wishes.hidesSelf.value} />
      )}
      {wishes.showsCaptions.value && panel !== "captions" && <CaptionLines lines={room.captions.lines.value} />}
    </>
  )
  return (
    <div class={css.middle} data-beside={isBeside && panel !== undefined}>
      {(isBeside || panel === undefined) && stage}
      {panel !== undefined && (
        <section class={css.panel} aria-labelledby="panel" tabIndex={0}>
          <div class={panelCss.panel}>
            <div class={panelCss.top}>
              <h2 id="panel">{say(`control.${panel}`)}</h2>
              <Button look="quiet" onClick={() => onPanel(undefined)}>
                {say("panel.close")}
              </Button>
            </div>
            {panel === "people" && <People room={room} asking={asking} />}
            {panel === "circle" && <CirclePanel room={room} asking={asking} />}
            {panel === "captions" && (
              <CaptionPanel
                room={room}
                asking={asking}
                shows={wishes.showsCaptions.value}
                onShow={(shows) => {
                  wishes.showsCaptions.value = shows
                }}
              />
            )}
            {panel === "people" && mayRecord(room) && (
              <p>
                <Button onClick={() => onAsk("recording")}>{say("recording.request")}</Button>
              </p>
            )}
          </div>
        </section>
      )}
    </div>
  )
}

/** Never where somebody is in a crisis, and only while nothing of it is going on. */
function mayRecord({ circle, recording }: Room): boolean {
  const state = recording.state.value
  const isIdle = recording.canRecord && (state.kind === "stopped" || (state.kind === "off" && !state.isForbidden))
  return isIdle && (circle === undefined || circle.powers.value.has("request_recording"))
}

function TextOnly({ room }: { readonly room: Room }) {
  return (
    <div class={css.text}>
      <p>{say("step.text.hint")}</p>
      <p>
        <a href={`#/c/${room.conversation}`}>{say("back_to_talk")}</a>
      </p>
    </div>
  )
}

interface KeysOf {
  readonly room: Room
  readonly calls: Calls
  readonly asking: Asking
  readonly onPanel: (panel: Panel) => void
  readonly onGuide: () => void
}

function useKeysOf({ room, calls: { wishes }, asking, onPanel, onGuide }: KeysOf): void {
  const { own, circle } = room
  const act = useCallback(
    (wanted: Act) => {
      switch (wanted) {
        case "microphone":
          return void asking.ask(() => own.setMicrophone(own.microphone.peek() !== "on"))
        case "camera":
          if (room.media === "video") void asking.ask(() => own.setCamera(own.camera.peek() !== "on"))
          return
        case "hand": {
          const me = room.people.peek().find(({ isMe }) => isMe)
          if (circle) void asking.ask(() => circle.raiseHand(me?.hand === undefined))
          return
        }
        case "people":
        case "captions":
          return onPanel(wanted)
        case "view":
          wishes.view.value = wishes.view.peek() === "grid" ? "speaker" : "grid"
          return
        case "help":
          return onGuide()
      }
    },
    [room, wishes],
  )
  useCallKeys({ wishes, onAct: act })
}
