import { useEffect, useId, useState } from "preact/hooks"
import type { Crisis, Where } from "../../state/crisis-models"
import type { Conversation } from "../../state/models"
import { COUNTRIES } from "../help/lines"
import { chooseCountry, country } from "../help/countries"
import { Button } from "../parts/Button"
import { Choice } from "../parts/Choice"
import { useAsking } from "../parts/useAsking"
import { whenOf } from "../times"
import { say, words } from "../words"
import { ExactPlace } from "./ExactPlace"
import css from "./Talking.module.css"

export interface WhereYouAreProps {
  readonly crisis: Crisis
  readonly conversation: Conversation
  /** Whether this page may ask the device where it is. */
  readonly mayFind: boolean
}

/** What somebody may say of where they are: nothing, a country, or a place that is locked. */
export function WhereYouAre({ crisis, conversation, mayFind }: WhereYouAreProps) {
  const { place } = crisis
  const until = place.until.value
  const [isAgain, setAgain] = useState(false)
  useEffect(() => void place.look(), [place])
  const seal = async (where: Where) => {
    const outcome = await place.seal(where)
    if (outcome.done) setAgain(false)
    return outcome
  }
  return (
    <div class={css.form}>
      <p class={css.note}>{say("crisis.place.lead")}</p>
      {until ? (
        <>
          <Kept crisis={crisis} until={until} onAgain={isAgain ? undefined : () => setAgain(true)} />
          {isAgain && <ExactPlace mayFind={mayFind} onSeal={seal} />}
        </>
      ) : (
        <Choices conversation={conversation} mayFind={mayFind} onSeal={seal} />
      )}
    </div>
  )
}

interface ChoicesProps {
  readonly conversation: Conversation
  readonly mayFind: boolean
  readonly onSeal: Parameters<typeof ExactPlace>[0]["onSeal"]
}

function Choices({ conversation, mayFind, onSeal }: ChoicesProps) {
  const [chosen, setChosen] = useState<"none" | "country" | "exact">("none")
  return (
    <>
      <Choice
        label={say("crisis.place.choice")}
        value={chosen}
        options={[
          ["none", say("crisis.place.none")],
          ["country", say("crisis.place.country")],
          ["exact", say("crisis.place.exact")],
        ]}
        onChange={setChosen}
      />
      {chosen === "country" && <Country conversation={conversation} />}
      {chosen === "exact" && <ExactPlace mayFind={mayFind} onSeal={onSeal} />}
    </>
  )
}

/** Told in the conversation; the numbers of this page follow it. */
function Country({ conversation }: { readonly conversation: Conversation }) {
  const id = useId()
  const [isSaid, setSaid] = useState(false)
  const names = new Intl.DisplayNames(words().language, { type: "region" })
  const nameOf = (code: string) => names.of(code) ?? code
  const sorted = COUNTRIES.map((code) => [code, nameOf(code)] as const).sort(([, a], [, b]) =>
    a.localeCompare(b, words().language),
  )
  const chosen = country.value
  const tell = async () => {
    const { done } = await conversation.send(say("crisis.place.country.said", { name: nameOf(chosen) }))
    setSaid(done)
  }
  return (
    <>
      <p class={css.note}>{say("crisis.place.country.text")}</p>
      <div class={css.select}>
        <label for={id}>{say("crisis.place.country.label")}</label>
        <select id={id} value={chosen} onChange={(event) => chooseCountry(event.currentTarget.value)}>
          <option value="">{say("help.elsewhere")}</option>
          {sorted.map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <p role="status">{isSaid && say("crisis.more.done")}</p>
      <div class={css.row}>
        <Button disabled={chosen === ""} onClick={() => void tell()}>
          {say("crisis.more.do")}
        </Button>
      </div>
    </>
  )
}

interface KeptProps {
  readonly crisis: Crisis
  readonly until: Date
  readonly onAgain: (() => void) | undefined
}

function Kept({ crisis, until, onAgain }: KeptProps) {
  const { busy, problem, ask } = useAsking()
  return (
    <>
      <p role="status">{say("crisis.place.kept", { time: whenOf(until) })}</p>
      <p class={css.note}>{say("crisis.place.who")}</p>
      <div class={css.row}>
        <Button disabled={busy} onClick={() => void ask(() => crisis.place.withdraw())}>
          {say("crisis.place.back")}
        </Button>
        {onAgain && (
          <Button look="quiet" onClick={onAgain}>
            {say("crisis.place.again")}
          </Button>
        )}
      </div>
      <p role="status">{problem && say("crisis.not_yet")}</p>
    </>
  )
}
