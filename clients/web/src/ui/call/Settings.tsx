import type { CallWishes, DeviceChoice, DeviceKind, MediaChoice, MediaStep, Room } from "../../state/call-models"
import { Button } from "../parts/Button"
import { Choice, Switch } from "../parts/Choice"
import { Dialog } from "../parts/Dialog"
import { useAsking } from "../parts/useAsking"
import { useId } from "preact/hooks"
import css from "./Panel.module.css"
import { callProblem, say } from "./words"

export interface SettingsProps {
  readonly room: Room
  readonly wishes: CallWishes
  readonly onKeys: () => void
  readonly onClose: () => void
}

/** What goes over the line, and through which devices. */
export function Settings({ room, wishes, onKeys, onClose }: SettingsProps) {
  const { own } = room
  const { problem, ask } = useAsking()
  const steps: readonly MediaStep[] = room.media === "video" ? ["video", "audio", "text"] : ["audio", "text"]
  return (
    <Dialog
      title={say("settings.title")}
      onClose={onClose}
      actions={
        <>
          <Button look="quiet" onClick={onKeys}>
            {say("keys.title")}
          </Button>
          <Button onClick={onClose}>{say("done")}</Button>
        </>
      }
    >
      <Choice
        label={say("settings.step")}
        value={own.step.value}
        options={steps.map((step) => [step, say(`step.${step}`)] as const)}
        onChange={(step) => void ask(() => own.setStep(step))}
      />
      <p class={css.faint}>{say(`step.${own.step.value}.hint`)}</p>
      <DeviceFields devices={own.devices.value} onChoose={(kind, id) => void ask(() => own.choose(kind, id))} />
      {problem && <p role="alert">{callProblem(problem)}</p>}
      {room.media === "video" && (
        <Switch
          label={say("settings.self")}
          hint={say("settings.self.hint")}
          on={!wishes.hidesSelf.value}
          onChange={(on) => {
            wishes.hidesSelf.value = !on
          }}
        />
      )}
      <Choice
        label={say("settings.view")}
        value={wishes.view.value}
        options={[
          ["grid", say("view.grid")],
          ["speaker", say("view.speaker")],
        ]}
        onChange={(view) => {
          wishes.view.value = view
        }}
      />
    </Dialog>
  )
}

export interface DeviceFieldsProps {
  readonly devices: DeviceChoice
  readonly onChoose: (kind: DeviceKind, id: string) => void
}

/** Which microphone, camera and speaker, where there is more than one. */
export function DeviceFields({ devices, onChoose }: DeviceFieldsProps) {
  return (
    <>
      <DeviceField kind="microphone" choices={devices.microphones} onChoose={onChoose} />
      <DeviceField kind="camera" choices={devices.cameras} onChoose={onChoose} />
      <DeviceField kind="speaker" choices={devices.speakers} onChoose={onChoose} />
    </>
  )
}

interface DeviceFieldProps {
  readonly kind: DeviceKind
  readonly choices: readonly MediaChoice[]
  readonly onChoose: DeviceFieldsProps["onChoose"]
}

function DeviceField({ kind, choices, onChoose }: DeviceFieldProps) {
  const id = useId()
  if (choices.length < 2) return null
  return (
    <div class={css.field}>
      <label for={id}>{say(`device.${kind}`)}</label>
      <select id={id} onChange={(event) => onChoose(kind, event.currentTarget.value)}>
        {choices.map((choice, index) => (
          <option key={choice.id} value={choice.id} selected={choice.isChosen}>
            {choice.label === "" ? say("device.number", { count: index + 1 }) : choice.label}
          </option>
        ))}
      </select>
    </div>
  )
}
