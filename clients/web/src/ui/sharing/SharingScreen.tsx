import { useEffect } from "preact/hooks"
import type { SharedPurpose } from "../../state/sharing-models"
import { isShownFirst } from "../../state/sharing-rules"
import { Notice } from "../parts/Notice"
import { Pending } from "../parts/Pending"
import { Screen, Section } from "../parts/Screen"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { PurposeCard } from "./PurposeCard"
import own from "./Sharing.module.css"
import type { SharingProps } from "./sharing-props"
import { COMMON, say, sharingProblem } from "./words"

/** Which other systems are told of one, for what, and since when. */
export function SharingScreen({ sharing, isCalm }: SharingProps) {
  const { busy, problem, ask } = useAsking()
  const look = () => void ask(() => sharing.look())
  useEffect(look, [sharing])
  const purposes = sharing.purposes.value
  return (
    <Screen title={say("title")} back="#/settings">
      <p>{say("lead")}</p>
      <Pending
        isOpen={purposes === undefined}
        busy={busy}
        problem={problem && sharingProblem(problem)}
        opening={say("opening")}
        again={say("again")}
        onAgain={look}
      />
      {purposes !== undefined && <Purposes sharing={sharing} isCalm={isCalm} purposes={purposes} />}
    </Screen>
  )
}

function Purposes({ purposes, ...rest }: SharingProps & { readonly purposes: readonly SharedPurpose[] }) {
  const first = purposes.filter(isShownFirst)
  const others = purposes.filter((each) => !isShownFirst(each))
  return (
    <>
      {purposes.every(({ recipients }) => recipients.length === 0) && <p>{say("none")}</p>}
      {!rest.isCalm && (
        <Notice look="plain">
          <p>{say("closed")}</p>
        </Notice>
      )}
      <Rows {...rest} purposes={first} />
      {others.length > 0 && (
        <details class={own.others}>
          <summary>{say("nobody")}</summary>
          <Rows {...rest} purposes={others} />
        </details>
      )}
      <Section title={say("common")}>
        <ul>
          {COMMON.map((key) => (
            <li key={key}>{say(key)}</li>
          ))}
        </ul>
      </Section>
    </>
  )
}

function Rows({ purposes, ...rest }: SharingProps & { readonly purposes: readonly SharedPurpose[] }) {
  if (purposes.length === 0) return null
  return (
    <ul role="list" class={css.rows}>
      {purposes.map((each) => (
        <li key={each.purpose} class={css.sheet} data-purpose={each.purpose}>
          <PurposeCard {...rest} shown={each} />
        </li>
      ))}
    </ul>
  )
}
