import { useEffect, useState } from "preact/hooks"
import type { PackRoom, PackShown } from "../../state/reward-staff-models"
import { Button } from "../parts/Button"
import { Confirm } from "../parts/Confirm"
import { Pending } from "../parts/Pending"
import { Screen } from "../parts/Screen"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { usePlace } from "../parts/usePlace"
import { exactly } from "../times"
import { rewardProblem, say } from "./words"

/** By which packs is paid, and what waits for a second operator. */
export function PacksScreen({ packs }: { readonly packs: PackRoom }) {
  const { busy, problem, ask } = useAsking()
  const look = () => void ask(() => packs.look())
  useEffect(look, [packs])
  const list = packs.list.value
  return (
    <Screen title={say("packs.title")} back="#/settings">
      <p>{say("packs.lead")}</p>
      <Pending
        isOpen={list === undefined}
        busy={busy}
        problem={problem && rewardProblem(problem)}
        opening={say("opening")}
        again={say("again")}
        onAgain={look}
      />
      {list !== undefined && list.length > 0 && (
        <ul role="list" class={css.rows}>
          {list.map((each) => (
            <li key={each.hash} class={css.sheet}>
              <PackCard packs={packs} shown={each} />
            </li>
          ))}
        </ul>
      )}
      {list && <p class={css.faint}>{say("packs.add")}</p>}
    </Screen>
  )
}

interface PackProps {
  readonly packs: PackRoom
  readonly shown: PackShown
}

function PackCard({ packs, shown: { name, rev, hash, effectiveAt, isActive, mine, document } }: PackProps) {
  const [asked, setAsked] = useState(false)
  const [isRead, setRead] = useState(false)
  const place = usePlace(String(isActive))
  const values = { name, rev: String(rev) }
  return (
    <>
      <div ref={place} tabIndex={-1} class={css.line}>
        <h2 class={css.grow}>{say("pack", values)}</h2>
        <span class={css.state}>{say(isActive ? "pack.signed" : "pack.waits")}</span>
      </div>
      <p>{say("pack.from", { time: exactly(effectiveAt) })}</p>
      <p class={css.mono} dir="ltr">
        {hash}
      </p>
      {isRead && document !== undefined && (
        <p class={css.mono} dir="ltr">
          {document}
        </p>
      )}
      {!isActive && mine && <p>{say("pack.mine")}</p>}
      {document !== undefined && (
        <p class={css.line}>
          <Button expanded={isRead} label={say("pack.read.of", values)} onClick={() => setRead(!isRead)}>
            {say("pack.read")}
          </Button>
          {!isActive && !mine && (
            <Button label={say("pack.agree.of", values)} onClick={() => setAsked(true)}>
              {say("pack.agree")}
            </Button>
          )}
        </p>
      )}
      {asked && document !== undefined && (
        <Confirm
          title={say("pack.agree.title")}
          label={say("pack.agree")}
          run={() => packs.agree(document)}
          problemText={rewardProblem}
          onClose={() => setAsked(false)}
        >
          <p>{say("pack.agree.text")}</p>
        </Confirm>
      )}
    </>
  )
}
