import { useEffect } from "preact/hooks"
import type { HookAct, HookConsole } from "../../state/hook-models"
import { Pending } from "../parts/Pending"
import { Screen } from "../parts/Screen"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { exactly } from "../times"
import { hookProblem, nameOf, say } from "./words"

/** What was done to endpoints, and by whom. */
export function LogScreen({ hooks }: { readonly hooks: HookConsole }) {
  const { busy, problem, ask } = useAsking()
  const look = () => void ask(() => hooks.lookAtLog())
  useEffect(look, [hooks])
  const log = hooks.log.value
  return (
    <Screen title={say("log.title")} back="#/hooks">
      <p>{say("log.lead")}</p>
      <Pending
        isOpen={log === undefined}
        busy={busy}
        problem={problem && hookProblem(problem)}
        opening={say("opening")}
        again={say("again")}
        onAgain={look}
      />
      {log?.length === 0 && <p>{say("log.none")}</p>}
      {log !== undefined && log.length > 0 && (
        <ul role="list" class={css.rows}>
          {log.map((each, place) => (
            <li key={`${each.at.getTime()} ${place}`} class={css.sheet}>
              <Act shown={each} />
            </li>
          ))}
        </ul>
      )}
    </Screen>
  )
}

function Act({ shown: { at, act, endpoint, url, by } }: { readonly shown: HookAct }) {
  const time = exactly(at)
  return (
    <>
      <h2>{nameOf(`act.${act}`, act)}</h2>
      <p class={css.mono} dir="ltr">
        {url ?? endpoint}
      </p>
      <p class={css.faint}>{by === undefined ? say("log.by.command", { time }) : say("log.by", { time, name: by })}</p>
    </>
  )
}
