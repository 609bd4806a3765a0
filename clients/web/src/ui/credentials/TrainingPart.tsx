import type { ModuleView, NextLevel } from "../../protocol/events"
import type { Training } from "../../state/credential-models"
import { minutesWords } from "../times"
import css from "./Credentials.module.css"
import { nameOf, say, sayOr } from "./words"

/** How much of each module is done, and what the next level asks for. */
export function TrainingPart({ training }: { readonly training: Training }) {
  const { modules, minutes, next } = training
  return (
    <>
      <p>{minutes === 0 ? say("training.none") : say("training.all", { time: minutesWords(minutes) })}</p>
      <ul role="list" class={css.rows}>
        {modules.map((each) => (
          <li key={each.module} class={css.sheet}>
            <Module shown={each} />
          </li>
        ))}
      </ul>
      <p class={css.faint}>{say("training.text")}</p>
      {next !== null && <Next next={next} minutes={minutes} />}
    </>
  )
}

function Module({ shown: { module, minutes, needed, is_passed } }: { readonly shown: ModuleView }) {
  const name = nameOf(`module.${module}`, module)
  return (
    <>
      <h3>{name}</h3>
      {needed > 0 && <progress class={css.progress} value={Math.min(minutes, needed)} max={needed} aria-label={name} />}
      <p class={css.faint}>
        {needed > 0
          ? say("training.of", { done: minutesWords(minutes), needed: minutesWords(needed) })
          : minutesWords(minutes)}
        {is_passed && ` · ${say("assessment.passed")}`}
      </p>
    </>
  )
}

function Next({ next, minutes }: { readonly next: NextLevel; readonly minutes: number }) {
  const left = next.needed - minutes
  const lacks = [
    ...(left > 0 ? [say("lack.minutes", { time: minutesWords(left) })] : []),
    ...next.lacks.filter((each) => each !== "minutes").map(lackWords),
  ]
  return (
    <>
      <h3>{say("next.title", { level: nameOf(`level.${next.level}`, next.level) })}</h3>
      {lacks.length === 0 ? (
        <p>{say("next.soon")}</p>
      ) : (
        <ul>
          {lacks.map((each) => (
            <li key={each}>{each}</li>
          ))}
        </ul>
      )}
    </>
  )
}

/** A code of the pack, such as `sign_off` or `assessment:foundation`. */
function lackWords(code: string): string {
  const [what, of = ""] = code.split(":")
  switch (what) {
    case "module":
    case "assessment":
      return say(`lack.${what}`, { name: nameOf(`module.${of}`, of) })
    case "level":
      return say("lack.level", { name: nameOf(`level.${of}`, of) })
    default:
      return sayOr(`lack.${code}`, "lack.other")
  }
}
