import { useId } from "preact/hooks"
import css from "./Choice.module.css"

export interface SwitchProps {
  readonly label: string
  readonly hint?: string | undefined
  readonly on: boolean
  readonly onChange: (on: boolean) => void
  readonly disabled?: boolean
}

/** On or off, at once. */
export function Switch({ label, hint, on, onChange, disabled = false }: SwitchProps) {
  const id = useId()
  return (
    <div class={css.switch}>
      <label for={id} class={css.words}>
        <span class={css.label}>{label}</span>
        {hint !== undefined && (
          <span class={css.hint} id={`${id}-hint`}>
            {hint}
          </span>
        )}
      </label>
      <input
        id={id}
        type="checkbox"
        role="switch"
        class={css.toggle}
        checked={on}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </div>
  )
}

export interface ChoiceProps<Value extends string> {
  readonly label: string
  readonly value: Value
  readonly options: readonly (readonly [Value, string, string?])[]
  readonly onChange: (value: Value) => void
}

/** One of a few. The third of an option is the language of its words. */
export function Choice<Value extends string>({ label, value, options, onChange }: ChoiceProps<Value>) {
  const name = useId()
  return (
    <fieldset class={css.choice}>
      <legend class={css.label}>{label}</legend>
      <div class={css.options}>
        {options.map(([each, text, language]) => (
          <label key={each} class={css.option} lang={language}>
            <input
              type="radio"
              name={name}
              value={each}
              checked={each === value}
              onChange={() => onChange(each)}
              class={css.radio}
            />
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
