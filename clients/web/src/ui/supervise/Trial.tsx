import { useState } from "preact/hooks"
import type { PastFigures, PolicyRoom, PolicyTrial, TwinFigures } from "../../state/supervise-models"
import { Band } from "../desk/Band"
import { span } from "../desk/spans"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Field } from "../parts/Field"
import { useAsking } from "../parts/useAsking"
import { words } from "../words"
import { Findings } from "./Findings"
import { percent } from "./said"
import board from "../desk/Board.module.css"
import looks from "../desk/Desk.module.css"
import css from "./Supervise.module.css"
import { say, superviseProblem } from "./words"

const DAYS = ["7", "30", "90"] as const
const MOST_PEOPLE = 60

export interface TrialProps {
  readonly policy: PolicyRoom
  /** What is tried. */
  readonly document: string
  /** Not while a field is empty. */
  readonly canTry: boolean
}

/** What would come of a document: before anybody signs it. */
export function Trial({ policy, document, canTry }: TrialProps) {
  const [days, setDays] = useState<(typeof DAYS)[number]>("7")
  const [people, setPeople] = useState("")
  const [told, setTold] = useState<{ readonly trial: PolicyTrial; readonly document: string }>()
  const { busy, problem, ask } = useAsking()
  const count = people.trim() === "" ? undefined : Number(people)
  const isCount = count === undefined || (Number.isInteger(count) && count >= 1 && count <= MOST_PEOPLE)
  const run = async () => {
    const { trial } = await ask(() => policy.tryOut(document, Number(days), count))
    if (trial) setTold({ trial, document })
  }
  return (
    <section class={looks.rows} aria-label={say("trial.title")}>
      <h2>{say("trial.title")}</h2>
      <p class={looks.faint}>{say("trial.hint")}</p>
      <form
        class={looks.sheet}
        onSubmit={(event) => {
          event.preventDefault()
          if (canTry && isCount) void run()
        }}
      >
        <Choice
          label={say("trial.days")}
          value={days}
          options={DAYS.map((each) => [each, say("trial.last_days", { count: Number(each) })] as const)}
          onChange={setDays}
        />
        <Field
          label={say("trial.people")}
          hint={say("trial.people.hint")}
          value={people}
          onInput={setPeople}
          inputMode="numeric"
          autocomplete="off"
          maxLength={2}
          problem={isCount ? undefined : say("trial.people.wrong", { most: MOST_PEOPLE })}
        />
        <p class={looks.line}>
          <Button type="submit" disabled={busy || !canTry}>
            {say("trial.do")}
          </Button>
          <span role="status" class={looks.faint}>
            {busy && say("trial.busy")}
          </span>
        </p>
        {problem && <p role="alert">{superviseProblem(problem)}</p>}
      </form>
      {told && (
        <div class={looks.rows} data-told>
          {told.document !== document && <p role="status">{say("trial.older")}</p>}
          <Told trial={told.trial} />
        </div>
      )}
    </section>
  )
}

function Told({ trial }: { readonly trial: PolicyTrial }) {
  if (trial.problem !== "") {
    return (
      <div class={looks.sheet} role="status">
        <p>{say("trial.malformed")}</p>
        <p lang="en" dir="ltr">
          {trial.problem}
        </p>
      </div>
    )
  }
  return (
    <>
      <Findings findings={trial.findings} />
      <Past past={trial.past} />
      <Twin twin={trial.twin} assumptions={trial.assumptions} />
    </>
  )
}

/** The cases that there were, by the promises of their time and by these. */
function Past({ past }: { readonly past: readonly PastFigures[] }) {
  const judged = past.filter((each) => each.judged > 0)
  const sum = (figure: (each: PastFigures) => number) => judged.reduce((all, each) => all + figure(each), 0)
  const all = sum((each) => each.judged)
  return (
    <section class={looks.rows}>
      <h3>{say("past.title")}</h3>
      {all === 0 ? (
        <p class={looks.faint}>{say("past.none")}</p>
      ) : (
        <>
          <p>
            {say("past.sum", {
              count: all,
              late: all - sum((each) => each.in_time_here),
              before: all - sum((each) => each.in_time),
            })}
          </p>
          <p class={looks.faint}>
            {say("past.hint")} {say("bars.hint")}
          </p>
          <Table name={say("past.title")} heads={[say("past.then"), say("past.here")]}>
            {judged.map((each) => (
              <tr key={each.band}>
                <th scope="row">
                  <Band band={each.band} />
                </th>
                <td>
                  <Share some={each.in_time} all={each.judged} />
                </td>
                <td>
                  <Share some={each.in_time_here} all={each.judged} />
                  <Bars before={each.in_time / each.judged} after={each.in_time_here / each.judged} />
                </td>
              </tr>
            ))}
          </Table>
        </>
      )}
    </section>
  )
}

function Share({ some, all }: { readonly some: number; readonly all: number }) {
  return (
    <>
      {percent((100 * some) / all)} <span class={looks.faint}>{say("share", { some, all })}</span>
    </>
  )
}

interface TwinProps {
  readonly twin: readonly TwinFigures[]
  readonly assumptions: readonly string[]
}

/** The same people and arrivals once more, in the simulator. */
function Twin({ twin, assumptions }: TwinProps) {
  const came = twin.filter((each) => each.arrivals > 0)
  return (
    <section class={looks.rows}>
      <h3>{say("twin.title")}</h3>
      {came.length === 0 ? (
        <p class={looks.faint}>{say("twin.none")}</p>
      ) : (
        <>
          <p class={looks.faint}>
            {say("twin.hint")} {say("bars.hint")}
          </p>
          <Table
            name={say("twin.title")}
            heads={[say("twin.now"), say("twin.here"), say("twin.wait_now"), say("twin.wait_here"), say("twin.came")]}
          >
            {came.map((each) => (
              <tr key={each.band}>
                <th scope="row">
                  <Band band={each.band} />
                </th>
                <td>{percent(each.in_time_permille / 10)}</td>
                <td>
                  {percent(each.in_time_permille_here / 10)}
                  <Bars before={each.in_time_permille / 1_000} after={each.in_time_permille_here / 1_000} />
                </td>
                <td>{span(each.wait_p90_ms / 1_000)}</td>
                <td>{span(each.wait_p90_ms_here / 1_000)}</td>
                <td>{words().number(each.arrivals)}</td>
              </tr>
            ))}
          </Table>
        </>
      )}
      {assumptions.length > 0 && (
        <details class={looks.more}>
          <summary>{say("twin.assumptions")}</summary>
          <ul lang="en" dir="ltr">
            {assumptions.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

/** Before above after: what the numbers beside it say, once more to the eye. */
function Bars({ before, after }: { readonly before: number; readonly after: number }) {
  return (
    <svg class={css.bars} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class={css.ground} width="100" height="10" />
      <rect class={css.before} width={100 * before} height="4" />
      <rect class={css.after} y="6" width={100 * after} height="4" />
    </svg>
  )
}

export interface TableProps {
  readonly name: string
  readonly heads: readonly string[]
  readonly children: preact.ComponentChildren
}

/** Figures by band; whatever is too wide scrolls by itself. */
export function Table({ name, heads, children }: TableProps) {
  return (
    <div class={board.scroller} tabIndex={0} role="region" aria-label={name}>
      <table class={css.table}>
        <thead>
          <tr>
            <th scope="col">{say("band")}</th>
            {heads.map((each) => (
              <th key={each} scope="col">
                {each}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
