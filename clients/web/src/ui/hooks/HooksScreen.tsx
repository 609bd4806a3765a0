import { useEffect } from "preact/hooks"
import type { HookConsole } from "../../state/hook-models"
import { Button } from "../parts/Button"
import { GroupList, LinkRow } from "../parts/Group"
import { Pending } from "../parts/Pending"
import { Screen } from "../parts/Screen"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { EndpointCard } from "./EndpointCard"
import { hookProblem, say } from "./words"

/** Who is told of events, how that goes, and what an operator can do about it. */
export function HooksScreen({ hooks }: { readonly hooks: HookConsole }) {
  const { busy, problem, ask } = useAsking()
  const look = () => void ask(() => hooks.look())
  useEffect(look, [hooks])
  const endpoints = hooks.endpoints.value
  return (
    <Screen
      title={say("title")}
      back="#/settings"
      actions={
        endpoints !== undefined && (
          <Button look="quiet" disabled={busy} onClick={look}>
            {say("look")}
          </Button>
        )
      }
    >
      <p>{say("lead")}</p>
      <Pending
        isOpen={endpoints === undefined}
        busy={busy}
        problem={problem && hookProblem(problem)}
        opening={say("opening")}
        again={say("again")}
        onAgain={look}
      />
      {endpoints?.length === 0 && <p>{say("none")}</p>}
      {endpoints !== undefined && endpoints.length > 0 && (
        <ul role="list" class={css.rows}>
          {endpoints.map((each) => (
            <li key={each.endpoint} class={css.sheet}>
              <EndpointCard hooks={hooks} shown={each} />
            </li>
          ))}
        </ul>
      )}
      {endpoints !== undefined && (
        <GroupList>
          <LinkRow to="#/hooks/add" icon="add" text={say("add")} />
          <LinkRow to="#/hooks/log" icon="plan" text={say("log.title")} />
        </GroupList>
      )}
    </Screen>
  )
}
