import { useEffect } from "preact/hooks"
import type { CredentialRoom } from "../../state/credential-models"
import { Notice } from "../parts/Notice"
import { Screen, Section } from "../parts/Screen"
import { useAsking } from "../parts/useAsking"
import { exactly } from "../times"
import { Asking } from "./Asking"
import { CredentialCard } from "./CredentialCard"
import css from "./Credentials.module.css"
import { TrainingPart } from "./TrainingPart"
import { say } from "./words"

/** What somebody is qualified for, how they show it elsewhere, and their training. */
export function CredentialsScreen({ room }: { readonly room: CredentialRoom }) {
  const { busy, problem, ask } = useAsking()
  const look = () => void ask(() => room.look())
  useEffect(look, [room])
  const [list, training, from] = [room.list.value, room.training.value, room.rememberedFrom.value]
  return (
    <Screen title={say("mine.title")} back="#/settings">
      <p>{say("mine.lead")}</p>
      {from !== undefined && (
        <Notice look="plain" live>
          <p>{say("remembered", { time: exactly(from) })}</p>
        </Notice>
      )}
      <Asking
        isOpen={list === undefined}
        busy={busy}
        problem={from === undefined ? problem : undefined}
        onAgain={look}
      />
      {list?.length === 0 && (
        <>
          <p>{say("mine.none")}</p>
          <p>
            <a href="#/apply">{say("mine.apply")}</a>
          </p>
        </>
      )}
      {list !== undefined && list.length > 0 && (
        <ul role="list" class={css.rows}>
          {list.map((each) => (
            <li key={each.credential} class={css.sheet}>
              <CredentialCard room={room} shown={each} />
            </li>
          ))}
        </ul>
      )}
      {training !== undefined && (
        <Section title={say("training.title")}>
          <TrainingPart training={training} />
        </Section>
      )}
    </Screen>
  )
}
