import type { ComponentChildren, TargetedMouseEvent } from "preact"
import css from "./Button.module.css"

export interface ButtonProps {
  readonly children: ComponentChildren
  /** "main" is what most people came to do: at most one on a screen. */
  readonly look?: "plain" | "main" | "quiet" | "careful"
  readonly wide?: boolean
  readonly type?: "button" | "submit"
  readonly disabled?: boolean
  /** Where the visible words are not enough. */
  readonly label?: string
  readonly pressed?: boolean
  readonly expanded?: boolean
  readonly onClick?: (event: TargetedMouseEvent<HTMLButtonElement>) => void
}

export function Button({
  look = "plain",
  wide = false,
  type = "button",
  label,
  pressed,
  expanded,
  ...rest
}: ButtonProps) {
  const classes = [css.button, look === "plain" ? "" : css[look], wide ? css.wide : ""]
  return (
    <button
      type={type}
      class={classes.filter(Boolean).join(" ")}
      aria-label={label}
      aria-pressed={pressed}
      aria-expanded={expanded}
      {...rest}
    />
  )
}
