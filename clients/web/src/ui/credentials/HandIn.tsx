import { useState } from "preact/hooks"
import type { Application, Applying } from "../../state/application-models"
import { isOpen } from "../../state/application-rules"
import { Button } from "../parts/Button"
import { AskFirst } from "./AskFirst"
import css from "./Credentials.module.css"
import { say } from "./words"

export interface HandInProps {
  readonly applying: Applying
  readonly shown: Application
}

/** To hand an application in, and to take it back as long as nobody has decided. */
export function HandIn({ applying, shown }: HandInProps) {
  const [asked, setAsked] = useState<"hand" | "back">()
  const isDraft = shown.standing === "draft"
  const lacking = shown.needs.filter(isOpen).length
  const back = isDraft ? "discard" : "withdraw"
  return (
    <>
      {isDraft && lacking > 0 && <p>{say("hand.lacking", { count: lacking })}</p>}
      <p class={css.line} data-part="end">
        {isDraft && (
          <Button look="main" onClick={() => setAsked("hand")}>
            {say("hand.do")}
          </Button>
        )}
        <Button onClick={() => setAsked("back")}>{say(`end_do.${back}`)}</Button>
      </p>
      {asked === "hand" && (
        <AskFirst
          title="hand.title"
          text="hand.text"
          label="hand.do"
          run={() => applying.submit(shown.application)}
          onClose={() => setAsked(undefined)}
        />
      )}
      {asked === "back" && (
        <AskFirst
          title={`end_title.${back}`}
          text={`end_text.${back}`}
          label={`end_do.${back}`}
          run={() => applying.withdraw(shown.application)}
          onClose={() => setAsked(undefined)}
        />
      )}
    </>
  )
}
