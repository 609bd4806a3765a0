import { useState } from "preact/hooks"
import type { Band } from "../../state/crisis-models"
import type { BoardTier } from "../../state/desk-models"
import type { Outcome } from "../../state/models"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Dialog } from "../parts/Dialog"
import { useAsking } from "../parts/useAsking"
import { namesOf } from "../words"
import { bandWord, BANDS } from "./Band"
import css from "./Desk.module.css"
import { tierName } from "./tiers"
import { deskProblem, say } from "./words"

export interface DrillProps {
  readonly begin: (band: Band) => Promise<Outcome>
  readonly tiers: readonly BoardTier[]
}

/** An exercise of the whole way, begun after it was said what will ring. */
export function Drill({ begin, tiers }: DrillProps) {
  const [isAsked, setAsked] = useState(false)
  const [isBegun, setBegun] = useState(false)
  return (
    <div class={css.line} data-drill>
      <Button onClick={() => setAsked(true)}>{say("drill.title")}</Button>
      <p role="status" class={css.faint}>
        {isBegun && say("drill.begun")}
      </p>
      {isAsked && (
        <Question
          begin={begin}
          tiers={tiers}
          onClose={(begun) => {
            setAsked(false)
            setBegun(begun)
          }}
        />
      )}
    </div>
  )
}

function Question({ begin, tiers, onClose }: DrillProps & { readonly onClose: (begun: boolean) => void }) {
  const [band, setBand] = useState<Band>(1)
  const { busy, problem, ask } = useAsking()
  const behind = tiers.filter(({ targets }) => targets > 0).map(({ tier }) => tierName(tier))
  const start = async () => {
    const { done } = await ask(() => begin(band))
    if (done) onClose(true)
  }
  return (
    <Dialog
      title={say("drill.title")}
      onClose={() => onClose(false)}
      actions={
        <>
          <Button onClick={() => onClose(false)}>{say("drill.cancel")}</Button>
          <Button look="main" disabled={busy} onClick={() => void start()}>
            {say("drill.start")}
          </Button>
        </>
      }
    >
      <p>{say("drill.what")}</p>
      <ul>
        <li>{say("drill.offers")}</li>
        <li>{behind.length === 0 ? say("drill.pages.none") : say("drill.pages", { tiers: namesOf(behind) })}</li>
        <li>{say("drill.counts")}</li>
        <li>{say("drill.end")}</li>
      </ul>
      <Choice
        label={say("drill.band")}
        value={String(band)}
        options={BANDS.map((each) => [String(each), `A${each} ${bandWord(each)}`] as const)}
        onChange={(value) => setBand(Number(value) as Band)}
      />
      {problem && <p role="alert">{deskProblem(problem)}</p>}
    </Dialog>
  )
}
