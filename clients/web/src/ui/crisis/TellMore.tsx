import { useState } from "preact/hooks"
import { LANGUAGES } from "../../i18n/languages"
import type { Band } from "../../state/crisis-models"
import type { GuestCrisis } from "../../state/guest-models"
import type { Conversation } from "../../state/models"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { Field } from "../parts/Field"
import { useLoaded } from "../parts/useLoaded"
import { say, words } from "../words"
import css from "./Talking.module.css"

/** From the most to the least urgent: only the number leaves this device. */
const BANDS = ["0", "1", "2", "3", "4"] as const

export interface TellMoreProps {
  readonly crisis: GuestCrisis
  readonly conversation: Conversation
}

/** What may help, and nobody has to say: a name, a language, what is going on, where. */
export function TellMore({ crisis, conversation }: TellMoreProps) {
  return (
    <section class={css.more} aria-labelledby="more">
      <h2 id="more">{say("crisis.more")}</h2>
      <details class={css.details}>
        <summary>{say("crisis.more.going_on")}</summary>
        <GoingOn crisis={crisis} />
      </details>
      <details class={css.details}>
        <summary>{say("crisis.more.name")}</summary>
        <Name conversation={conversation} />
      </details>
      <details class={css.details}>
        <summary>{say("crisis.more.language")}</summary>
        <Language conversation={conversation} />
      </details>
      <Where crisis={crisis} conversation={conversation} />
    </section>
  )
}

/** Where they are, if they would like to say. */
function Where({ crisis, conversation }: TellMoreProps) {
  const loaded = useLoaded(() => import("./WhereYouAre"))
  return loaded ? (
    <details class={css.details} data-where>
      <summary>{say("crisis.place")}</summary>
      <loaded.WhereYouAre crisis={crisis} conversation={conversation} mayFind />
    </details>
  ) : null
}

function GoingOn({ crisis }: Pick<TellMoreProps, "crisis">) {
  const [chosen, setChosen] = useState("")
  const [said, setSaid] = useState<"" | "done" | "not_yet">("")
  const choose = async (value: string) => {
    setChosen(value)
    const outcome = await crisis.raise(Number(value) as Band)
    setSaid(outcome.done ? "done" : "not_yet")
  }
  return (
    <div class={css.form}>
      <Choice
        label={say("crisis.band")}
        value={chosen}
        options={BANDS.map((band) => [band, say(`crisis.band.${band}`)] as const)}
        onChange={(value) => void choose(value)}
      />
      <p role="status">
        {said === "done" && say("crisis.band.done")}
        {said === "not_yet" && say("crisis.not_yet")}
      </p>
      <p class={css.note}>{say("crisis.band.text")}</p>
    </div>
  )
}

/** Told in the conversation: the server does not learn it. */
function Name({ conversation }: Pick<TellMoreProps, "conversation">) {
  const [name, setName] = useState("")
  const [isSaid, setSaid] = useState(false)
  const tell = async () => {
    const { done } = await conversation.send(say("crisis.more.name.said", { name: name.trim() }))
    setSaid(done)
  }
  return (
    <form
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() !== "") void tell()
      }}
    >
      <Field label={say("crisis.more.name.label")} value={name} onInput={setName} autocomplete="off" maxLength={60} />
      <p role="status">{isSaid && say("crisis.more.done")}</p>
      <Button type="submit">{say("crisis.more.do")}</Button>
    </form>
  )
}

function Language({ conversation }: Pick<TellMoreProps, "conversation">) {
  const [isSaid, setSaid] = useState(false)
  const tell = async (name: string) => {
    const { done } = await conversation.send(say("crisis.more.language.said", { name }))
    setSaid(done)
  }
  return (
    <div class={css.form}>
      <p>{say("crisis.more.language.text", { name: ownName(words().language) })}</p>
      <div class={css.row}>
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <Button key={code} onClick={() => void tell(name)}>
            <span lang={code}>{name}</span>
          </Button>
        ))}
      </div>
      <p role="status">{isSaid && say("crisis.more.done")}</p>
    </div>
  )
}

function ownName(language: string): string {
  return new Intl.DisplayNames(language, { type: "language" }).of(language) ?? language
}
