import { useId } from "preact/hooks"
import { say } from "../words"
import css from "./WelcomeScreen.module.css"

/** Recovery words of an account. */
export const WORDS = 24

export function countOf(words: string): number {
  return words.trim() === "" ? 0 : words.trim().split(/\s+/).length
}

export interface WordsFieldProps {
  readonly words: string
  readonly onInput: (words: string) => void
  readonly wrong: boolean
}

/** Recovery words, counted as they are typed. */
export function WordsField({ words, onInput, wrong }: WordsFieldProps) {
  const id = useId()
  return (
    <div class={css.form}>
      <label class={css.label} for={id}>
        {say("restore.words")}
      </label>
      <textarea
        id={id}
        class={css.words}
        dir="ltr"
        lang="en"
        autocapitalize="none"
        autocorrect="off"
        spellcheck={false}
        autocomplete="off"
        value={words}
        aria-describedby={`${id}-count`}
        aria-invalid={wrong}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <p id={`${id}-count`} role="status">
        {say("restore.count", { count: countOf(words), of: WORDS })}
      </p>
    </div>
  )
}
