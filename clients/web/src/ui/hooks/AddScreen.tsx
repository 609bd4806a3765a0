import { useEffect, useState } from "preact/hooks"
import type { Catalogue, HookConsole, Verifies as Told } from "../../state/hook-models"
import { Pending } from "../parts/Pending"
import { Screen } from "../parts/Screen"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { usePlace } from "../parts/usePlace"
import { AddForm } from "./AddForm"
import { Verifies } from "./Verifies"
import { hookProblem, say } from "./words"

/** To tell somebody else of events, from now on. */
export function AddScreen({ hooks }: { readonly hooks: HookConsole }) {
  const { busy, problem, ask } = useAsking()
  const [told, setTold] = useState<Told>()
  const place = usePlace(String(told === undefined))
  const look = () => void ask(() => hooks.lookAtCatalogue())
  useEffect(look, [hooks])
  const catalogue: Catalogue | undefined = hooks.catalogue.value
  return (
    <Screen title={say("add.title")} back="#/hooks">
      {told === undefined ? <p>{say("add.lead")}</p> : <p role="status">{say("added")}</p>}
      <Pending
        isOpen={catalogue === undefined}
        busy={busy}
        problem={problem && hookProblem(problem)}
        opening={say("opening")}
        again={say("again")}
        onAgain={look}
      />
      {told !== undefined && (
        <div ref={place} tabIndex={-1}>
          <Verifies told={told} />
        </div>
      )}
      {catalogue && told === undefined && <AddForm hooks={hooks} catalogue={catalogue} onAdded={setTold} />}
      {catalogue && told === undefined && <p class={css.faint}>{say("add.own")}</p>}
    </Screen>
  )
}
