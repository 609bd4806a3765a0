import type { CallMedia, Check, CheckStep, CheckStepName } from "../../state/call-models"
import { Button } from "../parts/Button"
import { Icon, type IconName } from "../parts/Icon"
import { useAsking } from "../parts/useAsking"
import css from "./Panel.module.css"
import { Picture } from "./Picture"
import { DeviceFields } from "./Settings"
import { callProblem, say } from "./words"

const MARKS: Partial<Record<CheckStep["state"], IconName>> = { good: "check", weak: "check", bad: "about" }

export interface CheckStepsProps {
  readonly check: Check
  readonly media: CallMedia
}

/** One step after the other; nothing is on before somebody begins. */
export function CheckSteps({ check, media }: CheckStepsProps) {
  const steps = check.steps.value
  const { busy, problem, ask } = useAsking()
  const isBegun = steps.some(({ state }) => state !== "waits")
  const isRunning = busy || steps.some(({ state }) => state === "runs" || state === "asks")
  const run = () => ask(() => check.run(media).then(() => ({ done: true }) as const))
  const result = check.result.value
  return (
    <div class={css.part}>
      <ol role="list" class={css.rows} aria-label={say("check.steps")}>
        {steps.map((step) => (
          <li key={step.name}>
            <Step check={check} step={step} />
          </li>
        ))}
      </ol>
      <p role="status" class={css.strong}>
        {result !== undefined && say(`check.result.${result}`)}
      </p>
      {isBegun && <DeviceFields devices={check.devices.value} onChoose={(kind, id) => void check.choose(kind, id)} />}
      {!isRunning && (
        <p>
          <Button onClick={() => void run()}>{say(isBegun ? "check.again" : "check.begin")}</Button>
        </p>
      )}
      {problem && <p role="alert">{callProblem(problem)}</p>}
      <p class={css.faint}>{say("check.stored")}</p>
    </div>
  )
}

function Step({ check, step }: { readonly check: Check; readonly step: CheckStep }) {
  const { name, state, code } = step
  const mark = MARKS[state]
  return (
    <div class={css.part} data-step={name}>
      <div class={css.row}>
        {mark && <Icon name={mark} />}
        <span class={css.grow}>
          <span>{say(`check.step.${name}`)}</span>
        </span>
        <span class={css.faint}>{say(`check.state.${state}`)}</span>
      </div>
      {state === "asks" && <Question check={check} name={name} />}
      {name === "microphone" && state === "good" && <Level check={check} />}
      {name === "camera" && state === "good" && check.preview.value && (
        <Picture stream={check.preview.value} mirrored class={css.preview} label={say("check.camera.preview")} />
      )}
      {code !== undefined && (
        <>
          <p>{say(`fault.${code}`)}</p>
          <p>{say(`fault.${code}.do`)}</p>
        </>
      )}
      {(state === "bad" || (state === "weak" && code !== undefined)) && (
        <p>
          <Button
            label={`${say("check.step_again")}: ${say(`check.step.${name}`)}`}
            onClick={() => void check.again(name)}
          >
            {say("check.step_again")}
          </Button>
        </p>
      )}
    </div>
  )
}

/** The browser asks, or we ask what was heard. */
function Question({ check, name }: { readonly check: Check; readonly name: CheckStepName }) {
  if (name !== "speaker") return <p role="status">{say("check.allow")}</p>
  return (
    <div class={css.part}>
      <p>{say("check.speaker.ask")}</p>
      <div class={css.acts}>
        <Button onClick={() => void check.playTone()}>{say("check.speaker.play")}</Button>
        <Button onClick={() => check.heardTone(true)}>{say("check.speaker.heard")}</Button>
        <Button onClick={() => check.heardTone(false)}>{say("check.speaker.unheard")}</Button>
      </div>
    </div>
  )
}

function Level({ check }: { readonly check: Check }) {
  return (
    <label class={css.field}>
      {say("check.microphone.speak")}
      <meter class={css.level} min={0} max={1} value={check.level.value} />
    </label>
  )
}
