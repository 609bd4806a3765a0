import { useId } from "preact/hooks"
import css from "./Field.module.css"

export interface FieldProps {
  readonly label: string
  readonly value: string
  readonly onInput: (value: string) => void
  /** Nobody writes in it any more. */
  readonly onLeave?: () => void
  readonly hint?: string
  /** What is wrong and how to mend it; told by screen readers when it appears. */
  readonly problem?: string | undefined
  readonly type?: "text" | "password" | "search" | "time" | "date"
  readonly autocomplete?: "username" | "current-password" | "new-password" | "one-time-code" | "off"
  readonly required?: boolean
  readonly inputMode?: "text" | "numeric" | "search"
  readonly maxLength?: number
  /** Names and codes that a phone should not correct. */
  readonly literal?: boolean
}

export function Field({
  label,
  value,
  onInput,
  onLeave,
  hint,
  problem,
  literal = false,
  type = "text",
  ...rest
}: FieldProps) {
  const id = useId()
  const described = [hint === undefined ? "" : `${id}-hint`, problem === undefined ? "" : `${id}-problem`]
  return (
    <div class={css.field}>
      <label class={css.label} for={id}>
        {label}
      </label>
      {hint !== undefined && (
        <p class={css.hint} id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <input
        class={css.input}
        // The types list each kind of input by itself; these take the same attributes.
        {...({ type } as { type: "text" })}
        id={id}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
        onBlur={onLeave}
        aria-describedby={described.filter(Boolean).join(" ") || undefined}
        aria-invalid={problem !== undefined}
        {...(literal ? { autocapitalize: "none", autocorrect: "off", spellcheck: false } : {})}
        {...rest}
      />
      <p class={css.problem} id={`${id}-problem`} role="alert">
        {problem}
      </p>
    </div>
  )
}
