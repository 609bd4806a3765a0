import { useEffect, useRef, useState } from "preact/hooks"
import type { Stage } from "../../crisis/stage"
import type { Crisis } from "../../state/crisis-models"
import { country } from "../help/countries"
import { Button } from "../parts/Button"
import { sayHelp as say, words } from "../words"
import css from "./Crisis.module.css"
import { clockTime, newsText, rangeOf, titleOf } from "./said"

/** How it stands with who has asked for help, and what they can do. */
export function Going({ crisis }: { readonly crisis: Crisis }) {
  return (
    <div class={css.going}>
      <Title>{titleOf(crisis.stage.value, crisis.shown.value)}</Title>
      <Standing crisis={crisis} />
    </div>
  )
}

/** The same below a heading of its own. */
export function Standing({ crisis }: { readonly crisis: Crisis }) {
  return (
    <>
      <div class={css.said} role="status">
        {paragraphs(crisis.stage.value, crisis).map((text) => (
          <p key={text}>{text}</p>
        ))}
      </div>
      <Happened crisis={crisis} />
      <Steps crisis={crisis} />
    </>
  )
}

/** It has the focus when somebody has pressed what led to it; later changes are only read out. */
function Title({ children }: { readonly children: string }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  )
}

function paragraphs(stage: Stage, { shown }: Crisis): readonly string[] {
  const { keptUntil, isSlow = false, helpers = [] } = shown.value ?? {}
  switch (stage) {
    case "waiting":
      return [say("crisis.waiting.text"), rangeOf(shown.value), ...(isSlow ? [say("crisis.slow")] : [])]
    case "here":
      return helpers.flatMap(({ name, isReconnecting }) =>
        isReconnecting ? [newsText({ what: "reconnecting", name })] : [],
      )
    case "left":
      return [
        keptUntil === undefined ? say("crisis.left.gone") : say("crisis.left.text", { time: clockTime(keptUntil) }),
      ]
    case "start":
      return []
    default:
      return [say(`crisis.${stage}.text`)]
  }
}

/** Who came and went while the page was open. */
function Happened({ crisis }: { readonly crisis: Crisis }) {
  const news = crisis.news.value
  if (news.length === 0) return null
  return (
    <div role="log" aria-label={say("crisis.news")}>
      <ol role="list" class={css.news}>
        {news.slice(-MOST_LINES).map((line) => (
          <li key={line.id}>
            <time dateTime={line.at.toISOString()}>{clockTime(line.at)}</time> {newsText(line)}
          </li>
        ))}
      </ol>
    </div>
  )
}
const MOST_LINES = 3

function Steps({ crisis }: { readonly crisis: Crisis }) {
  switch (crisis.stage.value) {
    case "waiting":
    case "coming":
    case "here":
      return <Open crisis={crisis} />
    case "left":
      return crisis.shown.value?.keptUntil === undefined ? <Again crisis={crisis} /> : <Resume crisis={crisis} />
    case "over":
      return <Again crisis={crisis} />
    default:
      return null
  }
}

/** Worse, or no longer wanted: either at once, and each answered in words. */
function Open({ crisis }: { readonly crisis: Crisis }) {
  const [said, setSaid] = useState<"" | "raised" | "not_yet" | "leaving">("")
  const shown = crisis.shown.value
  const isWith = crisis.stage.value !== "waiting"
  const raise = async () => {
    setSaid("raised")
    const outcome = await crisis.raise()
    if (!outcome.done) setSaid("not_yet")
  }
  const leave = async () => {
    // Who goes in a bad hour is asked once, and never twice.
    if (isWith && shown?.isUrgent === true && said !== "leaving") return setSaid("leaving")
    const outcome = await crisis.leave()
    if (!outcome.done) setSaid("not_yet")
  }
  return (
    <>
      <p class={css.answer} role="status">
        {said === "raised" && say(shown?.isMostUrgent === true ? "crisis.worse.most" : "crisis.worse.done")}
        {said === "not_yet" && say("crisis.not_yet")}
        {said === "leaving" && say("crisis.leave.soft")}
      </p>
      <div class={css.steps}>
        <Button onClick={() => void raise()}>{say("crisis.worse")}</Button>
        <Button look="quiet" onClick={() => void leave()}>
          {say(isWith ? "crisis.end" : "crisis.leave")}
        </Button>
      </div>
    </>
  )
}

function Again({ crisis }: { readonly crisis: Crisis }) {
  return (
    <div class={css.steps}>
      <Button look="main" onClick={() => crisis.ask(words().language, country.peek())}>
        {say("crisis.ask")}
      </Button>
    </div>
  )
}

function Resume({ crisis }: { readonly crisis: Crisis }) {
  const [isLate, setLate] = useState(false)
  const resume = async () => setLate(!(await crisis.resume()).done)
  return (
    <>
      <p class={css.answer} role="status">
        {isLate && say("crisis.not_yet")}
      </p>
      <div class={css.steps}>
        <Button look="main" onClick={() => void resume()}>
          {say("crisis.resume")}
        </Button>
      </div>
    </>
  )
}
