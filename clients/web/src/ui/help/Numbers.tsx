import { Icon } from "../parts/Icon"
import { sayHelp as say, words } from "../words"
import { chooseCountry, COMPILED_ON, COUNTRIES, country, dial, EVERYWHERE, type Line } from "./countries"
import css from "./Numbers.module.css"
import { useId } from "preact/hooks"

/** Numbers of the country that is chosen, and the choice. Works without a network. */
export function Numbers() {
  const id = useId()
  const chosen = COUNTRIES.find((each) => each.country === country.value)
  const names = new Intl.DisplayNames(words().language, { type: "region" })
  const sorted = COUNTRIES.map((each) => [each.country, names.of(each.country) ?? each.country] as const).sort(
    ([, a], [, b]) => a.localeCompare(b, words().language),
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
      <ul role="list" class={css.list}>
        {(chosen?.emergency ?? EVERYWHERE).slice(0, 2).map((number) => (
          <Number key={number} href={`tel:${dial(number)}`} number={number} what={say("help.emergency")} />
        ))}
        {chosen?.lines.flatMap(lineRows)}
      </ul>
      <p class={css.note}>
        {chosen?.verified_on
          ? say("help.verified", { date: day(chosen.verified_on) })
          : say("help.unverified", { date: day(COMPILED_ON) })}
      </p>
    </div>
  )
}

function lineRows({ name, call, text }: Line) {
  return [
    call !== undefined && (
      <Number key={call} href={`tel:${dial(call)}`} number={call} what={say("help.line", { name })} />
    ),
    text !== undefined && (
      <Number key={`sms${text}`} href={`sms:${dial(text)}`} number={text} what={say("help.text", { name })} />
    ),
  ]
}

interface NumberProps {
  readonly href: string
  readonly number: string
  readonly what: string
}

function Number({ href, number, what }: NumberProps) {
  return (
    <li>
      <a class={css.number} href={href}>
        <Icon name="phone" />
        <span>
          <span class={css.what}>{what}</span>
          <bdi class={css.digits}>{number}</bdi>
        </span>
      </a>
    </li>
  )
}

function day(iso: string): string {
  return words().date(new Date(`${iso}T12:00:00Z`), { dateStyle: "long" })
}
