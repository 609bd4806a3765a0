import type { ComponentChildren } from "preact"
import { useState } from "preact/hooks"
import type { MatchRoom, MatchTerms, MatchWish, Together } from "../../state/match-models"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Confirm } from "../parts/Confirm"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { exactly } from "../times"
import { words } from "../words"
import { planWords } from "./said"
import { matchProblem, say } from "./words"

/** What a plan may have. */
const STRUCTURES = ["open", "practical"] as const
const MEETINGS_A_MONTH = [1, 2, 4] as const

export interface TermsProps {
  readonly room: MatchRoom
  readonly together: Together
}

/** Other terms: what the other one asks for, what one asks for, and the way to ask. */
export function TermsPart({ room, together }: TermsProps) {
  const { relationship, name, iWish, theyWish } = together
  const [isAsking, setAsking] = useState(false)
  const { busy, problem, ask } = useAsking()
  const adjust = (terms: MatchTerms | undefined) => void ask(() => room.adjust(relationship, terms))
  return (
    <div class={css.rows} data-part="terms">
      <p class={css.faint}>{say("plan.change")}</p>
      {theyWish && (
        <Wish wish={theyWish} together={together} said={say("terms.theirs", { name, time: exactly(theyWish.until) })}>
          <Button label={say("terms.agree.of", { name })} disabled={busy} onClick={() => adjust(theyWish)}>
            {say("terms.agree")}
          </Button>
        </Wish>
      )}
      {iWish && (
        <Wish wish={iWish} together={together} said={say("terms.mine", { name, time: exactly(iWish.until) })}>
          <Button label={say("terms.back.of", { name })} disabled={busy} onClick={() => adjust(undefined)}>
            {say("terms.back")}
          </Button>
        </Wish>
      )}
      <p>
        <Button label={say("terms.ask.of", { name })} onClick={() => setAsking(true)}>
          {say("terms.ask")}
        </Button>
      </p>
      {problem && <p role="alert">{matchProblem(problem)}</p>}
      {isAsking && <Asking room={room} together={together} onClose={() => setAsking(false)} />}
    </div>
  )
}

interface WishProps {
  readonly wish: MatchWish
  readonly together: Together
  readonly said: string
  readonly children: ComponentChildren
}

function Wish({ wish, together: { plan }, said, children }: WishProps) {
  return (
    <div class={css.sheet}>
      <p>{said}</p>
      {planWords({ ...plan, ...wish, goals: [] }).map((line) => (
        <p key={line}>{line}</p>
      ))}
      <p>{children}</p>
    </div>
  )
}

function Asking({ room, together, onClose }: TermsProps & { readonly onClose: () => void }) {
  const { relationship, name, plan } = together
  const [structure, setStructure] = useState(plan.structure)
  const [often, setOften] = useState(String(plan.meetingsAMonth))
  const terms = { structure, meetingsAMonth: Number(often) }
  return (
    <Confirm
      title={say("terms.ask")}
      label={say("terms.send")}
      run={() => room.adjust(relationship, terms)}
      problemText={matchProblem}
      onClose={onClose}
    >
      <p>{say("terms.then", { name })}</p>
      <Choice
        label={say("terms.often")}
        value={often}
        options={MEETINGS_A_MONTH.map((each) => [String(each), words().number(each)])}
        onChange={setOften}
      />
      <Choice
        label={say("terms.how")}
        value={structure}
        options={STRUCTURES.map((each) => [each, say(`plan.${each}`)])}
        onChange={setStructure}
      />
    </Confirm>
  )
}
