import { Icon } from "../parts/Icon"
import { sayHelp as say, words } from "../words"
import { chooseCountry, country } from "./countries"
import {
  address,
  type Channel,
  COUNTRIES,
  DIRECTORY,
  type Freshness,
  freshness,
  type Line,
  readChecks,
  shown,
  withChecks,
} from "./lines"
import css from "./Numbers.module.css"
import { useId } from "preact/hooks"

/** More would push the helplines out of sight. */
const MOST_EMERGENCY = 2
const CHECKS = document.querySelector<HTMLMetaElement>("meta[name=mv-line-checks]")?.content ?? ""
const CHECKED = withChecks(DIRECTORY, readChecks(CHECKS))

/** Numbers of the country that is chosen, and the choice. Works without a network. */
export function Numbers() {
  const id = useId()
  const names = new Intl.DisplayNames(words().language, { type: "region" })
  const sorted = COUNTRIES.map((code) => [code, names.of(code) ?? code] as const).sort(([, a], [, b]) =>
    a.localeCompare(b, words().language),
  )
  return (
    <div class={css.numbers}>
      <div class={css.country}>
        <label for={id}>{say("help.country")}</label>
        <select id={id} value={country.value} onChange={(event) => chooseCountry(event.currentTarget.value)}>
          <option value="">{say("help.elsewhere")}</option>
          {sorted.map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <NumbersOf region={country.value} />
    </div>
  )
}

/** Numbers of one country; of an unknown one, those for everywhere. */
export function NumbersOf({ region }: { readonly region: string }) {
  const today = new Date().toISOString().slice(0, 10)
  const { lines, fallback } = shown(CHECKED, region, today)
  return (
    <>
      <ul role="list" class={css.list}>
        {fallback.map((number) => (
          <Number key={number} channel="call" value={number} what={say("help.emergency")} />
        ))}
        {lines.map((line) => (
          <LineRows key={line.name} line={line} state={freshness(line, today)} />
        ))}
      </ul>
      {fallback.length > 0 && <p class={css.note}>{say("help.fallback")}</p>}
      {lines.some((line) => line.verified_on === null) && (
        <p class={css.note}>{say("help.unverified", { date: day(DIRECTORY.compiled_on) })}</p>
      )}
    </>
  )
}

function LineRows({ line, state }: { readonly line: Line; readonly state: Freshness }) {
  const isEmergency = line.audience === "emergency"
  const said = {
    call: isEmergency ? say("help.emergency") : say("help.line", { name: line.name }),
    text: say("help.text", { name: line.name }),
    chat: say("help.chat", { name: line.name }),
  }
  return (
    <>
      {line.numbers.slice(0, isEmergency ? MOST_EMERGENCY : undefined).map(({ channel, value }) => (
        <Number
          key={channel + value}
          channel={channel}
          value={value}
          what={said[channel]}
          checked={checked(line, state)}
        />
      ))}
    </>
  )
}

interface NumberProps {
  readonly channel: Channel
  readonly value: string
  readonly what: string
  readonly checked?: string | undefined
}

function Number({ channel, value, what, checked }: NumberProps) {
  return (
    <li>
      <a class={css.number} href={address(channel, value)}>
        <Icon name="phone" />
        <span>
          <span class={css.what}>{what}</span>
          <span class={css.digits}>
            <bdi>{value}</bdi>
          </span>
          {checked !== undefined && <span class={css.what}>{checked}</span>}
        </span>
      </a>
    </li>
  )
}

/**
 * How far a line can be relied on, in words. Nobody is to dial an emergency number to
 * try it, and who needs one should not read that nobody has.
 */
function checked({ audience, verified_on }: Line, state: Freshness): string | undefined {
  if (verified_on === null) return audience === "emergency" ? undefined : say("help.unchecked")
  const values = { date: day(verified_on) }
  return state === "ageing" ? say("help.ageing", values) : say("help.verified", values)
}

function day(iso: string): string {
  return words().date(new Date(`${iso}T12:00:00Z`), { dateStyle: "long" })
}
