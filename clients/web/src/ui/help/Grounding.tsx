import { useState } from "preact/hooks"
import { Button } from "../parts/Button"
import { sayHelp as say } from "../words"
import css from "./Grounding.module.css"

const STEPS = [
  "help.ground.see",
  "help.ground.touch",
  "help.ground.hear",
  "help.ground.smell",
  "help.ground.taste",
] as const

/** Five things to notice. In one's own time: nothing moves and nothing counts down. */
export function Grounding() {
  const [step, setStep] = useState(0)
  const now = STEPS[step]
  return (
    <section class={css.grounding} aria-labelledby="ground">
      <h2 id="ground">{say("help.ground.title")}</h2>
      <p>{say("help.ground.how")}</p>
      <p class={css.step} role="status">
        {now === undefined ? say("help.ground.done") : say(now)}
      </p>
      <div class={css.actions}>
        {step > 0 && (
          <Button look="quiet" onClick={() => setStep(step - 1)}>
            {say("help.ground.before")}
          </Button>
        )}
        <Button onClick={() => setStep(now === undefined ? 0 : step + 1)}>
          {say(now === undefined ? "help.ground.again" : "help.ground.next")}
        </Button>
      </div>
    </section>
  )
}
