import { useId, useState } from "preact/hooks"
import type { Catalogue, HookConsole, Verifies, Wanted } from "../../state/hook-models"
import { Checks } from "../parts/Checks"
import { Button } from "../parts/Button"
import { Choice, Switch } from "../parts/Choice"
import { Field } from "../parts/Field"
import css from "../parts/Sheets.module.css"
import { useAsking } from "../parts/useAsking"
import { say as sayHere } from "../words"
import { hookProblem, nameOf, say } from "./words"

const TIERS = ["0", "1", "2"] as const
const EVERYTHING = "*"
const MOST_URL_CHARS = 2_048

export interface AddFormProps {
  readonly hooks: HookConsole
  readonly catalogue: Catalogue
  readonly onAdded: (verifies: Verifies) => void
}

/** Where to, what for, and of what: nothing is chosen beforehand but the least. */
export function AddForm({ hooks, catalogue: { families, purposes }, onAdded }: AddFormProps) {
  const [url, setUrl] = useState("")
  const [purpose, setPurpose] = useState(purposes[0] ?? "")
  const [tier, setTier] = useState<(typeof TIERS)[number]>("0")
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [drills, setDrills] = useState(false)
  const [isShared, setShared] = useState(false)
  const { busy, problem, ask } = useAsking()
  const maxTier = tierOf(tier)
  const offered = families.filter((each) => each.tier <= maxTier).map(({ name }) => name)
  const types = chosen.includes(EVERYTHING)
    ? [EVERYTHING]
    : offered.filter((each) => chosen.includes(each)).map((each) => `${each}.*`)
  const send = async () => {
    const found = await ask(() => hooks.add({ url: url.trim(), purpose, types, maxTier, drills, isShared }))
    if (found.done) onAdded(found.verifies ?? null)
  }
  return (
    <form
      class={css.form}
      aria-label={say("add.title")}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <Field
        label={say("add.url")}
        hint={say("add.url.hint")}
        value={url}
        onInput={setUrl}
        maxLength={MOST_URL_CHARS}
        autocomplete="off"
        literal
        required
      />
      <Purpose value={purpose} purposes={purposes} onChange={setPurpose} />
      <Choice
        label={say("add.tier")}
        value={tier}
        options={TIERS.map((each) => [each, say(`tier.${each}`)])}
        onChange={setTier}
      />
      <Checks
        label={say("add.families")}
        options={[[EVERYTHING, say("add.all")], ...offered.map((each) => [each, each] as const)]}
        chosen={chosen}
        onChange={setChosen}
      />
      <Switch label={say("add.drills")} on={drills} onChange={setDrills} />
      <Switch label={say("add.shared")} hint={say("add.shared.hint")} on={isShared} onChange={setShared} />
      <p>
        <Button type="submit" look="main" disabled={busy || url.trim() === "" || types.length === 0}>
          {busy ? sayHere("busy") : say("add.send")}
        </Button>
      </p>
      {problem && <p role="alert">{hookProblem(problem)}</p>}
    </form>
  )
}

const tierOf = (tier: (typeof TIERS)[number]): Wanted["maxTier"] => (tier === "0" ? 0 : tier === "1" ? 1 : 2)

interface PurposeProps {
  readonly value: string
  readonly purposes: readonly string[]
  readonly onChange: (value: string) => void
}

function Purpose({ value, purposes, onChange }: PurposeProps) {
  const id = useId()
  return (
    <div class={css.choose}>
      <label for={id}>{say("add.purpose")}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {purposes.map((each) => (
          <option key={each} value={each}>
            {nameOf(`purpose.${each}`, each)}
          </option>
        ))}
      </select>
    </div>
  )
}
