import { useLayoutEffect, useRef } from "preact/hooks"
import { announce } from "../announce"
import { Field } from "../parts/Field"
import { Button } from "../parts/Button"
import { Icon, type IconName } from "../parts/Icon"
import { say } from "../words"
import css from "./Session.module.css"

/** As `e2ee/formats/session-page.ts` allows. */
export const MOST_ITEMS = 12
const MOST_CHARACTERS = 200

export interface AgendaProps {
  readonly items: readonly string[]
  readonly onChange: (items: readonly string[]) => void
  /** A line that is not added yet. */
  readonly typed: string
  readonly onType: (typed: string) => void
}

/** What is to be talked about: lines to add, remove and put in order, by keyboard too. */
export function Agenda({ items, onChange, typed, onType }: AgendaProps) {
  const place = useRef<HTMLFieldSetElement>(null)
  const wanted = useRef<string | undefined>(undefined)
  useLayoutEffect(() => {
    const names = wanted.current?.split(" ") ?? []
    wanted.current = undefined
    const found = names.map((name) => place.current?.querySelector<HTMLElement>(`[data-name="${name}"]:not(:disabled)`))
    const [first] = found.filter(Boolean)
    if (names.length > 0) (first ?? place.current?.querySelector("input"))?.focus()
  }, [items])
  const move = (index: number, by: -1 | 1) => {
    const moved = [...items]
    const [line = ""] = moved.splice(index, 1)
    moved.splice(index + by, 0, line)
    // The focus goes with the line; at an end to the button that leads back.
    const [same, other] = by < 0 ? ["up", "down"] : ["down", "up"]
    wanted.current = `${same}-${index + by} ${other}-${index + by}`
    announce(say("session.agenda.moved", { line, place: index + by + 1, count: items.length }))
    onChange(moved)
  }
  const remove = (index: number) => {
    wanted.current = `remove-${index} remove-${index - 1}`
    announce(say("session.agenda.removed", { line: items[index] ?? "" }))
    onChange(items.filter((_, at) => at !== index))
  }
  return (
    <fieldset class={css.lines} ref={place} data-agenda>
      <legend>{say("session.agenda")}</legend>
      <ol role="list" class={css.list}>
        {items.map((line, index) => (
          <li key={index} class={css.line}>
            <span class={css.words} dir="auto">
              {line}
            </span>
            <Tool
              name={`up-${index}`}
              icon="up"
              label={say("session.agenda.up", { line })}
              disabled={index === 0}
              onClick={() => move(index, -1)}
            />
            <Tool
              name={`down-${index}`}
              icon="down"
              label={say("session.agenda.down", { line })}
              disabled={index === items.length - 1}
              onClick={() => move(index, 1)}
            />
            <Tool
              name={`remove-${index}`}
              icon="close"
              label={say("session.agenda.remove", { line })}
              onClick={() => remove(index)}
            />
          </li>
        ))}
      </ol>
      {items.length < MOST_ITEMS ? (
        <>
          <Field
            label={say("session.agenda.new")}
            value={typed}
            onInput={onType}
            maxLength={MOST_CHARACTERS}
            autocomplete="off"
          />
          <div>
            <Button type="submit">{say("session.agenda.add")}</Button>
          </div>
        </>
      ) : (
        <p>{say("session.agenda.full")}</p>
      )}
    </fieldset>
  )
}

interface ToolProps {
  readonly name: string
  readonly icon: IconName
  readonly label: string
  readonly disabled?: boolean
  readonly onClick: () => void
}

function Tool({ name, icon, label, ...rest }: ToolProps) {
  return (
    <button type="button" class={css.tool} data-name={name} aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </button>
  )
}
