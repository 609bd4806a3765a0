import { useState } from "preact/hooks"
import type { GuestCrisis } from "../../state/guest-models"
import { country } from "../help/countries"
import { Button } from "../parts/Button"
import { sayHelp as say, words } from "../words"
import css from "./Crisis.module.css"

/** One button, at the same place whatever the server says; nothing is asked before it. */
export function Start({ crisis }: { readonly crisis: GuestCrisis }) {
  const desk = crisis.desk.value
  return (
    <section class={css.start} aria-labelledby="talk" aria-busy={desk === "unknown"}>
      <h2 id="talk">{say("help.talk")}</h2>
      {desk === "none" && <p>{say("help.closed")}</p>}
      {desk === "unknown" && <p>{say("crisis.looking")}</p>}
      {(desk === "open" || desk === "demo") && (
        <>
          <button type="button" class={css.big} onClick={() => crisis.ask(words().language, country.peek())}>
            {say("crisis.ask")}
          </button>
          <p>{say("crisis.ask.text")}</p>
          <CameBefore crisis={crisis} />
        </>
      )}
      <p>
        <a class={css.link} href="/#/">
          {say("help.to_messages")}
        </a>
      </p>
    </section>
  )
}

/** The way in with five words. A word that is wrong costs nothing. */
function CameBefore({ crisis }: { readonly crisis: GuestCrisis }) {
  const [typed, setTyped] = useState("")
  const [state, setState] = useState<"ready" | "busy" | "wrong" | "offline">("ready")
  const come = async () => {
    setState("busy")
    const outcome = await crisis.comeBack(typed)
    if (!outcome.done) setState(outcome.problem.fault === "network" ? "offline" : "wrong")
  }
  return (
    <details class={css.details}>
      <summary>{say("crisis.before")}</summary>
      <form
        class={css.form}
        onSubmit={(event) => {
          event.preventDefault()
          void come()
        }}
      >
        <label for="words">{say("crisis.before.words")}</label>
        <input
          id="words"
          class={css.field}
          value={typed}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          aria-describedby="words-said"
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <p id="words-said" role="status">
          {state === "wrong" && say("crisis.before.wrong")}
          {state === "offline" && say("crisis.not_yet")}
          {state === "busy" && say("crisis.before.busy")}
        </p>
        <Button type="submit" disabled={state === "busy"}>
          {say("crisis.before.do")}
        </Button>
      </form>
    </details>
  )
}
