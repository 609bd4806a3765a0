import type { ComponentChildren } from "preact"
import type { OverrideView } from "../../state/override-models"
import { exactly } from "../times"
import deskCss from "./Desk.module.css"
import css from "./Override.module.css"
import { RECIPIENTS } from "./OverrideForm"
import { type OverrideProps, OverrideSteps } from "./OverrideSteps"
import { say } from "./override-words"
import { Ring } from "./Ring"
import { leftWords } from "./spans"
import { Stated } from "./Stated"

/** One override: how it stands, what it is about, and what can be done. */
export function OverrideCard({ desk, shown }: OverrideProps) {
  const isInCase = desk.view.value?.cases.some((each) => each.case === shown.case) === true
  return (
    <div class={css.card}>
      <div role="status">
        <h2>{say(`status.${shown.status}`)}</h2>
      </div>
      {shown.drill && <p class={deskCss.faint}>{say("drill")}</p>}
      <Clock shown={shown} now={desk.now.value} />
      <About shown={shown} account={desk.overrides.account} />
      {isInCase && (
        <p>
          <a href={`#/desk/case/${shown.case}`}>{say("case")}</a>
        </p>
      )}
      <OverrideSteps desk={desk} shown={shown} />
      <Stated desk={desk} shown={shown} />
    </div>
  )
}

/** What happens by itself next, and when. */
function Clock({ shown, now }: { readonly shown: OverrideView; readonly now: number }) {
  if (shown.status === "opened") {
    if (shown.alone_from <= now) return <p>{say("clock.alone_now")}</p>
    return (
      <p class={deskCss.line}>
        {say("clock.alone")} <Ring begin={shown.opened_at} until={shown.alone_from} now={now} />
      </p>
    )
  }
  if (shown.status === "released") {
    return (
      <p class={deskCss.line}>
        {say("clock.contact")} <Ring begin={shown.released_at ?? 0} until={shown.told_next_at} now={now} />
      </p>
    )
  }
  return (
    <p class={deskCss.line}>
      {say("clock.review")} <strong>{leftWords(shown.told_next_at, now)}</strong>
    </p>
  )
}

function About({ shown, account }: { readonly shown: OverrideView; readonly account: string }) {
  const { cosigned_by: second, released_at: released, confirmed_at: confirmed, alone_because: alone } = shown
  return (
    <dl class={css.facts}>
      <Fact name={say("fact.basis")}>{say(`basis.${shown.basis}`)}</Fact>
      <Fact name={say("fact.to")}>{recipient(shown.to)}</Fact>
      <Fact name={say("fact.by")}>{openedBy(shown, account)}</Fact>
      <Fact name={say("fact.person")}>
        {shown.person_informed ? say("fact.person.informed") : say("fact.person.not", { why: shown.why_not })}
      </Fact>
      {second !== null && released !== null && (
        <Fact name={say("fact.second")}>
          {say(second === account ? "fact.second.you" : "fact.second.someone", { time: at(released) })}
        </Fact>
      )}
      {alone !== "" && released !== null && (
        <Fact name={say("fact.alone")}>{say("fact.alone.value", { time: at(released), why: alone })}</Fact>
      )}
      {confirmed !== null && (
        <Fact name={say("fact.contact")}>{say("fact.contact.value", { time: at(confirmed) })}</Fact>
      )}
      {shown.status !== "confirmed" && (
        <Fact name={say("fact.place")}>{say(shown.has_location ? "fact.place.sealed" : "fact.place.none")}</Fact>
      )}
    </dl>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

function openedBy({ opened_by, opened_by_handle: name, opened_at }: OverrideView, account: string): string {
  const time = at(opened_at)
  if (opened_by === account) return say("fact.by.you", { time })
  return name === null ? say("fact.by.gone", { time }) : say("fact.by.value", { name, time })
}

const at = (time: number): string => exactly(new Date(time))

/** A kind that this client does not know is said as it is. */
function recipient(to: string): string {
  const known = RECIPIENTS.find((each) => each === to)
  return known === undefined ? to.replaceAll("_", " ") : say(`to.${known}`)
}
