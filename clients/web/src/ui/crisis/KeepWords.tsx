import { useState } from "preact/hooks"
import type { GuestCrisis } from "../../state/guest-models"
import { Button } from "../parts/Button"
import { say } from "../words"
import css from "./Talking.module.css"

/** Five words to come back with, shown once; as a list of shopping for whoever is watched. */
export function KeepWords({ crisis }: { readonly crisis: GuestCrisis }) {
  const [state, setState] = useState<"ready" | "busy" | "not_yet">("ready")
  const [isShopping, setShopping] = useState(false)
  const words = crisis.words.value
  const make = async () => {
    setState("busy")
    const { done } = await crisis.makeWords()
    setState(done ? "ready" : "not_yet")
  }
  return (
    <section class={css.more} aria-labelledby="keep">
      <h2 id="keep">{say(isShopping && words !== undefined ? "crisis.words.shopping" : "crisis.words.title")}</h2>
      {!(isShopping && words !== undefined) && <p>{say("crisis.words.text")}</p>}
      {words !== undefined && (
        <>
          <ul class={css.words} lang="en" dir="ltr">
            {words.map((word) => (
              <li key={word}>{word}</li>
            ))}
          </ul>
          <div class={css.row}>
            <Button onClick={() => setShopping(!isShopping)}>
              {say(isShopping ? "crisis.words.plain" : "crisis.words.disguise")}
            </Button>
            <Button
              look="quiet"
              onClick={() => {
                crisis.words.value = undefined
                setShopping(false)
              }}
            >
              {say("crisis.words.hide")}
            </Button>
          </div>
        </>
      )}
      <p role="status">
        {state === "busy" && say("crisis.words.busy")}
        {state === "not_yet" && say("crisis.not_yet")}
      </p>
      {words === undefined && (
        <div class={css.row}>
          <Button disabled={state === "busy"} onClick={() => void make()}>
            {say("crisis.words.make")}
          </Button>
        </div>
      )}
    </section>
  )
}
