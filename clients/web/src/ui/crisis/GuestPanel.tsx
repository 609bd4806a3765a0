import { useEffect, useState } from "preact/hooks"
import type { Stage } from "../../crisis/stage"
import type { GuestCrisis } from "../../state/guest-models"
import { Button } from "../parts/Button"
import { sayHelp as say } from "../words"
import css from "./Crisis.module.css"
import { Going } from "./Going"
import { Start } from "./Start"

type Parts = typeof import("./Talking")

/** While any of these, there is something to write in, or to read. */
const TALKING: ReadonlySet<Stage> = new Set<Stage>(["waiting", "coming", "here"])

export interface GuestPanelProps {
  readonly crisis: GuestCrisis
  /** Gets the words of what is loaded later. */
  readonly onTalking: () => Promise<void>
}

/** All of asking, waiting and talking on the page of help. */
export function GuestPanel({ crisis, onTalking }: GuestPanelProps) {
  const stage = crisis.stage.value
  const parts = useParts(crisis, onTalking)
  if (crisis.elsewhere.value) return <Elsewhere crisis={crisis} />
  if (stage === "start") return <StartPanel crisis={crisis} />
  return (
    <>
      <Demo crisis={crisis} />
      <Going crisis={crisis} />
      {parts && (TALKING.has(stage) || crisis.shown.value?.isFollowedUp) && <parts.Talking crisis={crisis} />}
    </>
  )
}

function StartPanel({ crisis }: { readonly crisis: GuestCrisis }) {
  return (
    <>
      <h1>{say("help.title")}</h1>
      <Demo crisis={crisis} />
      <p class={css.lead}>{say("help.lead")}</p>
      <Start crisis={crisis} />
    </>
  )
}

/** Nobody who needs somebody may take this for a place where somebody is. */
function Demo({ crisis }: { readonly crisis: GuestCrisis }) {
  if (crisis.desk.value !== "demo") return null
  return (
    <p class={css.demo} role="note">
      <strong>{say("crisis.demo.title")}</strong> {say("crisis.demo.text")}
    </p>
  )
}

function Elsewhere({ crisis }: { readonly crisis: GuestCrisis }) {
  return (
    <div class={css.going}>
      <h1>{say("crisis.elsewhere.title")}</h1>
      <p>{say("crisis.elsewhere.text")}</p>
      <div class={css.steps}>
        <Button onClick={() => crisis.startOver()}>{say("crisis.elsewhere.do")}</Button>
      </div>
    </div>
  )
}

/** What is written in and read, with its words: loaded as soon as the server has answered the tap. */
function useParts(crisis: GuestCrisis, onTalking: () => Promise<void>): Parts | undefined {
  const [parts, setParts] = useState<Parts>()
  const isWanted = crisis.stage.value !== "start" && crisis.reached.value
  useEffect(() => {
    if (!isWanted || parts !== undefined) return
    let isOver = false
    Promise.all([import("./Talking"), onTalking()]).then(
      ([loaded]) => isOver || setParts(loaded),
      () => isOver || crisis.partMissing(),
    )
    return () => {
      isOver = true
    }
  }, [isWanted, parts])
  return parts
}
