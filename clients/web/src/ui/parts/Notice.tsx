import type { ComponentChildren } from "preact"
import css from "./Notice.module.css"

export interface NoticeProps {
  readonly children: ComponentChildren
  readonly title?: string
  /** What can be done about it. */
  readonly actions?: ComponentChildren
  /** "plain" is for what is good to know, without a colour of its own. */
  readonly look?: "notice" | "plain"
  /** Said by screen readers when it appears. */
  readonly live?: boolean
}

/** Something to know, calmly. */
export function Notice({ children, title, actions, look = "notice", live = false }: NoticeProps) {
  return (
    <div class={`${css.notice} ${look === "plain" ? css.plain : ""}`} role={live ? "status" : undefined}>
      {title !== undefined && <p class={css.title}>{title}</p>}
      <div class={css.words}>{children}</div>
      {actions !== undefined && <div class={css.actions}>{actions}</div>}
    </div>
  )
}
