import css from "./Checks.module.css"

export interface ChecksProps {
  readonly label: string
  readonly options: readonly (readonly [string, string])[]
  readonly chosen: readonly string[]
  readonly onChange: (chosen: readonly string[]) => void
}

/** Any of a few, also none. */
export function Checks({ label, options, chosen, onChange }: ChecksProps) {
  return (
    <fieldset class={css.checks}>
      <legend>{label}</legend>
      <div class={css.options}>
        {options.map(([code, text]) => (
          <label key={code} class={css.check}>
            <input
              type="checkbox"
              checked={chosen.includes(code)}
              onChange={(event) =>
                onChange(event.currentTarget.checked ? [...chosen, code] : chosen.filter((each) => each !== code))
              }
            />
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
