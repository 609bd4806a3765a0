import { useState } from "preact/hooks"
import type { Verifies as Told } from "../../state/hook-models"
import { Button } from "../parts/Button"
import css from "../parts/Sheets.module.css"
import { say } from "./words"

/** What the receiver has to have from now on; a secret is gone with this part of the screen. */
export function Verifies({ told }: { readonly told: Told }) {
  const [isCopied, setCopied] = useState(false)
  if (told === null) return <p role="status">{say("verifies.lost")}</p>
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(told)
      setCopied(true)
    } catch {
      // A browser that keeps its clipboard: it can be selected by hand.
      setCopied(false)
    }
  }
  return (
    <div class={css.part} data-part="verifies">
      <p role="status">{say(told.startsWith("whsec_") ? "rotated.secret" : "rotated.key")}</p>
      <p>
        <code class={css.mono} dir="ltr">
          {told}
        </code>
      </p>
      <p class={css.line}>
        <Button onClick={() => void copy()}>{say("copy")}</Button>
        <span role="status" class={css.faint}>
          {isCopied && say("copied")}
        </span>
      </p>
    </div>
  )
}
