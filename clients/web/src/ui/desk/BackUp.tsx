import { useState } from "preact/hooks"
import type { Desk, DeskCase, WantedCase } from "../../state/desk-models"
import { Button } from "../parts/Button"
import { Notice } from "../parts/Notice"
import { Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { go } from "../router"
import { Band } from "./Band"
import css from "./Desk.module.css"
import { nameOf } from "./Facts"
import { sinceWords } from "./spans"
import { deskProblem, say } from "./words"

interface Held {
  readonly desk: Desk
  readonly held: DeskCase
}

/** One press; whoever has the case keeps it. */
export function AskForBackUp({ desk, held }: Held) {
  const { busy, press, said } = useBackUp(desk, held)
  return (
    <div>
      <Button wide disabled={busy} onClick={press}>
        {say("back_up.ask")}
      </Button>
      <p role="status" class={css.faint}>
        {said}
      </p>
    </div>
  )
}

/** So urgent that a professional should be there. Nothing happens unless the holder presses. */
export function BackUpAdvised({ desk, held }: Held) {
  const { busy, isAsked, press, said } = useBackUp(desk, held)
  return (
    <Notice
      live
      actions={
        isAsked ? undefined : (
          <Button disabled={busy} onClick={press}>
            {say("back_up.ask")}
          </Button>
        )
      }
    >
      <p>{said ?? say("back_up.advised")}</p>
    </Notice>
  )
}

function useBackUp(desk: Desk, held: DeskCase) {
  const { busy, problem, ask } = useAsking()
  const [isAsked, setAsked] = useState(false)
  const press = async () => {
    const outcome = await ask(() => desk.askSupervisors(held))
    if (outcome.done) setAsked(true)
  }
  const said = problem ? deskProblem(problem) : isAsked ? say("back_up.asked") : undefined
  return { busy, isAsked, press: () => void press(), said }
}

export interface WantedProps {
  readonly desk: Desk
  readonly wanted: readonly WantedCase[]
}

/** Cases whose holder asks for somebody; for professionals and supervisors on duty. */
export function Wanted({ desk, wanted }: WantedProps) {
  return (
    <Section title={say("wanted.title")}>
      <ul role="list" class={css.rows}>
        {wanted.map((each) => (
          <li key={each.case} class={css.sheet} data-wanted={each.case}>
            <WantedRow desk={desk} wanted={each} />
          </li>
        ))}
      </ul>
    </Section>
  )
}

function WantedRow({ desk, wanted }: { readonly desk: Desk; readonly wanted: WantedCase }) {
  const { busy, problem, ask } = useAsking()
  const join = async () => {
    const outcome = await ask(() => desk.join(wanted.case))
    if (outcome.done) go(`#/desk/case/${wanted.case}`)
  }
  return (
    <>
      <p class={css.line}>
        <Band band={wanted.band} />
        {wanted.holder !== null && <strong>{say("wanted.by", { name: wanted.holder })}</strong>}
        <span class={css.faint}>{sinceWords(wanted.since, desk.now.value)}</span>
        {wanted.language !== "" && <span class={css.faint}>{nameOf("language", wanted.language)}</span>}
      </p>
      <p class={css.faint}>{say("wanted.hint")}</p>
      <p>
        <Button look="main" disabled={busy} onClick={() => void join()}>
          {say("board.join")}
        </Button>
      </p>
      {problem && <p role="alert">{deskProblem(problem)}</p>}
    </>
  )
}
