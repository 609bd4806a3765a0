import type { ComponentChildren } from "preact"
import type { OwnMedia, Room, SourceState } from "../../state/call-models"
import { Icon, type IconName } from "../parts/Icon"
import type { Asking } from "../parts/useAsking"
import css from "./Controls.module.css"
import { type CallKey, say } from "./words"

/** What can stand beside the people of a call. */
export type Panel = "people" | "circle" | "captions"
export type Asked = "settings" | "leave" | "keys" | "recording" | "not_ok"

export interface ControlsProps {
  readonly room: Room
  readonly panel: Panel | undefined
  readonly asking: Asking
  readonly onPanel: (panel: Panel) => void
  readonly onAsk: (asked: Asked) => void
}

/** What somebody does most, in one row that is always in the same place. */
export function Controls({ room, panel, asking, onPanel, onAsk }: ControlsProps) {
  const { own, circle } = room
  const isText = own.step.value === "text"
  const me = room.people.value.find(({ isMe }) => isMe)
  const isUp = me?.hand !== undefined
  const waiting = circle?.line.value.length ?? 0
  return (
    <div class={css.bar} role="group" aria-label={say("control.bar")}>
      {!isText && <Source own={own} kind="microphone" asking={asking} />}
      {!isText && own.step.value === "video" && room.media === "video" && (
        <Source own={own} kind="camera" asking={asking} />
      )}
      {circle && (
        <Control
          icon="hand"
          label={say("control.hand")}
          state={isUp ? say("control.hand.up", { place: me.hand }) : undefined}
          pressed={isUp}
          onClick={() => void asking.ask(() => circle.raiseHand(!isUp))}
        />
      )}
      <Control
        icon="people"
        label={say("control.people")}
        state={waiting > 0 ? say("control.people.waiting", { count: waiting }) : undefined}
        expanded={panel === "people"}
        onClick={() => onPanel("people")}
      />
      {circle && (
        <Control
          icon="circle"
          label={say("control.circle")}
          expanded={panel === "circle"}
          onClick={() => onPanel("circle")}
        />
      )}
      <Control
        icon="captions"
        label={say("control.captions")}
        expanded={panel === "captions"}
        onClick={() => onPanel("captions")}
      />
      {own.canShare && !isText && <Share room={room} asking={asking} />}
      <Control icon="settings" label={say("control.settings")} opens onClick={() => onAsk("settings")} />
      <Control icon="leave" label={say("control.leave")} opens onClick={() => onAsk("leave")} />
    </div>
  )
}

const SAID: Readonly<Record<SourceState, CallKey>> = {
  off: "source.off",
  starting: "source.starting",
  on: "source.on",
  denied: "source.denied",
  no_device: "source.no_device",
  in_use: "source.in_use",
  held_by_moderator: "source.held",
}

interface SourceProps {
  readonly own: OwnMedia
  readonly kind: "microphone" | "camera"
  readonly asking: Asking
}

/** On or off, by nobody but the person. */
function Source({ own, kind, asking }: SourceProps) {
  const state = own[kind].value
  const isOn = state === "on"
  const set = (on: boolean) => (kind === "microphone" ? own.setMicrophone(on) : own.setCamera(on))
  const icon = kind === "microphone" ? "voice" : "camera"
  return (
    <Control
      icon={isOn ? icon : `${icon}_off`}
      label={say(`control.${kind}`)}
      state={say(SAID[state])}
      pressed={isOn}
      disabled={state === "starting"}
      onClick={() => void asking.ask(() => set(!isOn))}
    />
  )
}

function Share({ room, asking }: { readonly room: Room; readonly asking: Asking }) {
  const screen = room.screen.value
  const isMine = screen?.isMe === true || room.own.screen.value === "on"
  return (
    <Control
      icon="screen"
      label={say(isMine ? "control.share.stop" : "control.share")}
      state={screen && !isMine ? say("control.share.taken", { name: screen.handle }) : undefined}
      disabled={screen !== undefined && !isMine}
      onClick={() => void asking.ask(() => room.own.setScreen(!isMine))}
    />
  )
}

interface ControlProps {
  readonly icon: IconName
  readonly label: string
  readonly state?: ComponentChildren
  readonly pressed?: boolean
  readonly expanded?: boolean
  /** Opens a dialog. */
  readonly opens?: boolean
  readonly disabled?: boolean
  readonly onClick: () => void
}

function Control({ icon, label, state, pressed, expanded, opens = false, disabled = false, onClick }: ControlProps) {
  return (
    <button
      type="button"
      class={css.control}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-haspopup={opens ? "dialog" : undefined}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
      <span>{label}</span>
      {state !== undefined && <span class={css.state}>{state}</span>}
    </button>
  )
}
