import { graphemes } from "../graphemes"
import css from "./Face.module.css"

/** The first letters of names, in place of a picture. */
export function Face({ names }: { readonly names: readonly string[] }) {
  const letters = names.slice(0, 2).map((name) => graphemes(name, 1)[0]?.toLocaleUpperCase() ?? "")
  return (
    <span class={css.face} aria-hidden="true">
      {letters.join("")}
    </span>
  )
}
