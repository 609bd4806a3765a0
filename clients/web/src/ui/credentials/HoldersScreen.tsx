import { useState } from "preact/hooks"
import type { Holder, Standings } from "../../state/standing-models"
import { Button } from "../parts/Button"
import { Field } from "../parts/Field"
import { Screen, Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { say as sayHere } from "../words"
import css from "./Credentials.module.css"
import { HeldCard } from "./HeldCard"
import { credentialProblem, say } from "./words"

/** What somebody else was issued, and how it stands; looked up by their name. */
export function HoldersScreen({ standings }: { readonly standings: Standings }) {
  const [handle, setHandle] = useState("")
  const { busy, problem, ask } = useAsking()
  const holder = standings.holder.value
  return (
    <Screen title={say("holders.title")} back="#/review">
      <p>{say("holders.lead")}</p>
      <form
        class={css.form}
        onSubmit={(event) => {
          event.preventDefault()
          void ask(() => standings.look(handle.trim()))
        }}
      >
        <Field label={say("holders.who")} value={handle} onInput={setHandle} autocomplete="off" literal required />
        <p>
          <Button type="submit" disabled={busy || handle.trim() === ""}>
            {busy ? sayHere("busy") : say("holders.look")}
          </Button>
        </p>
        {problem && <p role="alert">{credentialProblem(problem)}</p>}
      </form>
      <div role="status">{holder !== undefined && <p>{found(holder)}</p>}</div>
      {holder !== undefined && holder.credentials.length > 0 && (
        <Section title={say("holders.of", { name: holder.handle })}>
          <ul role="list" class={css.rows}>
            {holder.credentials.map((each) => (
              <li key={each.credential} class={css.sheet}>
                <HeldCard standings={standings} shown={each} />
              </li>
            ))}
          </ul>
        </Section>
      )}
    </Screen>
  )
}

function found({ handle: name, credentials: { length: count } }: Holder): string {
  return count === 0 ? say("holders.none", { name }) : say("holders.found", { name, count })
}
