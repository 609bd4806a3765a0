import { useId, useState } from "preact/hooks"
import type { Where } from "../../state/crisis-models"
import type { Outcome } from "../../state/models"
import { Button } from "../parts/Button"
import { useAsking } from "../parts/useAsking"
import { say, words } from "../words"
import css from "./Talking.module.css"

/** Of `e2ee/formats/sealed-location.ts`, which is not loaded for a screen. */
const MAX_ADDRESS_BYTES = 480
/** A house is found within it. */
const EXACT_M = 200
const PATIENCE_MS = 30_000

export interface ExactPlaceProps {
  /** Whether this page may ask the device where it is. */
  readonly mayFind: boolean
  readonly onSeal: (where: Where) => Promise<Outcome>
}

/** An address, or what the device finds: locked here before anything is sent. */
export function ExactPlace({ mayFind, onSeal }: ExactPlaceProps) {
  const { busy, problem, ask } = useAsking()
  const lock = (where: Where) => void ask(() => onSeal(where))
  return (
    <>
      <p class={css.note}>{say("crisis.place.exact.text")}</p>
      <p class={css.note}>{say("crisis.place.who")}</p>
      <p class={css.note}>{say("crisis.place.back.text")}</p>
      {mayFind && <Found busy={busy} onLock={lock} />}
      <Written busy={busy} onLock={lock} />
      <p role="status">{problem && say("crisis.not_yet")}</p>
    </>
  )
}

interface WayProps {
  readonly busy: boolean
  readonly onLock: (where: Where) => void
}

type Position = Extract<Where, { readonly latitude: number }>

function Found({ busy, onLock }: WayProps) {
  const [state, setState] = useState<"ready" | "finding" | "none">("ready")
  const [found, setFound] = useState<Position>()
  const find = async () => {
    setState("finding")
    const position = await positionOf()
    setFound(position)
    setState(position === undefined ? "none" : "ready")
  }
  return (
    <>
      <div class={css.row}>
        <Button disabled={state === "finding"} onClick={() => void find()}>
          {say("crisis.place.find")}
        </Button>
      </div>
      <p role="status">
        {state === "finding" && say("crisis.place.finding")}
        {state === "none" && say("crisis.place.denied")}
        {found && say("crisis.place.found", { metres: words().number(Math.ceil(found.accuracyM), METRES) })}{" "}
        {found && found.accuracyM > EXACT_M && say("crisis.place.vague")}
      </p>
      {found && (
        <div class={css.row}>
          <Button disabled={busy} onClick={() => onLock(found)}>
            {say("crisis.place.lock.found")}
          </Button>
        </div>
      )}
    </>
  )
}

const METRES = { style: "unit", unit: "meter", unitDisplay: "long" } as const

function Written({ busy, onLock }: WayProps) {
  const id = useId()
  const [text, setText] = useState("")
  const isLong = new TextEncoder().encode(text.trim()).length > MAX_ADDRESS_BYTES
  return (
    <form
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() !== "" && !isLong) onLock({ text })
      }}
    >
      <label for={id}>{say("crisis.place.write")}</label>
      <textarea
        id={id}
        class={css.area}
        dir="auto"
        rows={3}
        value={text}
        autocomplete="off"
        aria-describedby={`${id}-said`}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <p id={`${id}-said`} role="status">
        {isLong && say("crisis.place.long")}
      </p>
      <div class={css.row}>
        <Button type="submit" disabled={busy || isLong}>
          {say("crisis.place.lock")}
        </Button>
      </div>
    </form>
  )
}

/** Where the device says it is; undefined if it does not, or is not let. */
function positionOf(): Promise<Position | undefined> {
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude, accuracy } }) => resolve({ latitude, longitude, accuracyM: accuracy }),
      () => resolve(undefined),
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 0 },
    )
  })
}
