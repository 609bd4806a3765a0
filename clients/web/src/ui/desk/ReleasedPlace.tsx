import { useState } from "preact/hooks"
import type { FoundPlace, OverrideDesk } from "../../state/override-models"
import { Button } from "../parts/Button"
import { useAsking } from "../parts/useAsking"
import { exactly } from "../times"
import { words } from "../words"
import deskCss from "./Desk.module.css"
import css from "./Override.module.css"
import { overrideProblem, say } from "./override-words"

/** A metre is the sixth digit. */
const DIGITS = 5

interface ReleasedPlaceProps {
  readonly overrides: OverrideDesk
  readonly override: string
}

/** Where the person is, once somebody asks: it is not shown by itself, and not kept. */
export function ReleasedPlace({ overrides, override }: ReleasedPlaceProps) {
  const [place, setPlace] = useState<FoundPlace>()
  const { busy, problem, ask } = useAsking()
  const show = async () => {
    const answer = await ask(() => overrides.place(override))
    if (answer.done) setPlace(answer.place)
  }
  return (
    <div class={css.step}>
      {place === undefined ? (
        <>
          <p class={deskCss.faint}>{say("place.hint")}</p>
          <Button look="main" disabled={busy} onClick={() => void show()}>
            {say("place.show")}
          </Button>
        </>
      ) : (
        <Shown place={place} onHide={() => setPlace(undefined)} />
      )}
      {problem && <p role="alert">{problem.code === "not_now" ? say("place.nothing") : overrideProblem(problem)}</p>}
    </div>
  )
}

function Shown({ place, onHide }: { readonly place: FoundPlace; readonly onHide: () => void }) {
  const [isCopied, setCopied] = useState(false)
  const text = placeText(place)
  return (
    <>
      <h3>{say("place.title")}</h3>
      <p class={css.place} dir="auto" role="status">
        {text}
      </p>
      <p class={deskCss.faint}>
        {"text" in place
          ? say("place.written")
          : say("place.accuracy", { metres: words().number(place.accuracyM, METRES) })}{" "}
        {say("place.at", { time: exactly(place.at) })}
      </p>
      <p class={deskCss.line}>
        <Button onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>
          {say("place.copy")}
        </Button>
        <Button look="quiet" onClick={onHide}>
          {say("place.hide")}
        </Button>
      </p>
      <p role="status" class={deskCss.faint}>
        {isCopied && say("place.copied")}
      </p>
    </>
  )
}

const METRES = { style: "unit", unit: "meter", unitDisplay: "long" } as const

/** Coordinates as machines and control rooms take them, in any language. */
function placeText(place: FoundPlace): string {
  if ("text" in place) return place.text
  return `${place.latitude.toFixed(DIGITS)}, ${place.longitude.toFixed(DIGITS)}`
}
