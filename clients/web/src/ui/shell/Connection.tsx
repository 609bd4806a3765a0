import type { Connection as State } from "../../state/models"
import { say } from "../words"
import css from "./Connection.module.css"

/** How the page is connected, in words; the mark beside them only repeats it. */
export function Connection({ state }: { readonly state: State }) {
  return (
    <p class={css.connection} data-state={state} role="status">
      <span class={css.mark} aria-hidden="true" />
      <span class={css.words}>{say(`connection.${state}`)}</span>
    </p>
  )
}
