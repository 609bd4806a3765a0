import { useState } from "preact/hooks"
import { Button } from "../parts/Button"
import { Field } from "../parts/Field"
import { say } from "../words"
import css from "./Settings.module.css"

/** How many words are asked for again. */
const ASKED = 3

export interface ConfirmWordsProps {
  readonly words: readonly string[]
  readonly busy: boolean
  readonly onBack: () => void
  readonly onRight: () => void
}

/** Three of the words, from what was written down. */
export function ConfirmWords({ words, busy, onBack, onRight }: ConfirmWordsProps) {
  const [asked] = useState(() => places(words.length))
  const [typed, setTyped] = useState<Readonly<Record<number, string>>>({})
  const [tried, setTried] = useState(false)
  const isRight = (place: number) => typed[place]?.trim().toLowerCase() === words[place]
  return (
    <form
      class={css.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        if (asked.every(isRight)) onRight()
      }}
    >
      <p>{say("recovery.confirm")}</p>
      {asked.map((place) => (
        <Field
          key={place}
          label={say("recovery.confirm.word", { number: place + 1 })}
          value={typed[place] ?? ""}
          onInput={(text) => setTyped({ ...typed, [place]: text })}
          problem={tried && !isRight(place) ? say("recovery.confirm.wrong") : undefined}
          literal
          autocomplete="off"
        />
      ))}
      <div class={css.actions}>
        <Button look="main" type="submit" disabled={busy}>
          {say(busy ? "busy" : "recovery.confirm.do")}
        </Button>
        <Button look="quiet" onClick={onBack}>
          {say("recovery.confirm.again")}
        </Button>
      </div>
    </form>
  )
}

/** Different places among so many, in their order. */
function places(count: number): number[] {
  const all = Array.from({ length: count }, (_, index) => index)
  const drawn = Array.from({ length: ASKED }, () => all.splice(Math.floor(Math.random() * all.length), 1)).flat()
  return drawn.sort((one, other) => one - other)
}
