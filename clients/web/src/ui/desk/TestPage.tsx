import { useEffect } from "preact/hooks"
import type { Desk, DeskView, PageTestView } from "../../state/desk-models"
import { Button } from "../parts/Button"
import { Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { go } from "../router"
import { timeOfDay } from "../times"
import css from "./Desk.module.css"
import { deskProblem, say } from "./words"

interface TestPageProps {
  readonly desk: Desk
  readonly view: DeskView
}

/** Whether a notice reaches somebody whose page is closed: tried at the start of each duty. */
export function TestPage({ desk, view }: TestPageProps) {
  const test = view.page_test
  // Not while somebody waits for an answer.
  if (view.duty === "off" || view.offers.length > 0) return null
  if (test !== null && test.seen_at !== null) {
    return (
      <p class={css.faint} role="status">
        {say("test.seen", { time: timeOfDay(new Date(test.seen_at)) })}
      </p>
    )
  }
  return (
    <Section title={say("test.title")}>
      <div class={css.sheet}>
        <Open desk={desk} test={test} />
      </div>
    </Section>
  )
}

/** Nobody has said yet that one came. */
function Open({ desk, test }: { readonly desk: Desk; readonly test: PageTestView | null }) {
  const { busy, problem, ask } = useAsking()
  const isOnItsWay = test !== null && test.sent_at !== null && (test.browsers > 0 || isSending(test, desk.now.value))
  const hasNoBrowser = test !== null && test.sent_at === null
  return (
    <>
      <p role="status">{standing(test, isOnItsWay)}</p>
      <p class={css.line}>
        {isOnItsWay && (
          <Button look="main" disabled={busy} onClick={() => void ask(() => desk.pageCame())}>
            {say("test.came")}
          </Button>
        )}
        {hasNoBrowser && <a href="#/settings/privacy">{say("test.turn_on")}</a>}
        <Button disabled={busy} onClick={() => void ask(() => desk.sendTestPage())}>
          {say(test === null ? "test.send" : "test.again")}
        </Button>
      </p>
      {problem && <p role="alert">{deskProblem(problem)}</p>}
      {isOnItsWay && (
        <details class={css.more}>
          <summary>{say("test.not")}</summary>
          <ul class={css.steps}>
            <li>{say("test.not.wait")}</li>
            <li>{say("test.not.permission")}</li>
            <li>
              {say("test.not.here")} <a href="#/settings/privacy">{say("test.turn_on")}</a>
            </li>
            <li>{say("test.not.else")}</li>
          </ul>
        </details>
      )}
      {hasNoBrowser && <p class={css.faint}>{say("test.not.else")}</p>}
    </>
  )
}

/** A push service has a moment to take it before that counts as a refusal. */
const SENDING_MS = 15_000

function isSending({ sent_at: sentAt }: PageTestView, now: number): boolean {
  return sentAt !== null && now - sentAt < SENDING_MS
}

function standing(test: PageTestView | null, isOnItsWay: boolean): string {
  if (test === null) return say("test.unsent")
  if (test.sent_at === null) return say("test.none")
  if (!isOnItsWay) return say("test.refused")
  return say("test.asked", { time: timeOfDay(new Date(test.sent_at)) })
}

/**
 * Whoever pressed a notice has got it: that is said for them, and the desk is there. Also
 * off duty: people on call are tested then, too.
 */
export function Called({ desk }: { readonly desk: Desk }) {
  useEffect(() => {
    void desk.pageCame()
    go("#/desk")
  }, [])
  return null
}
