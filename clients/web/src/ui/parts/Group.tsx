import type { ComponentChildren } from "preact"
import css from "./Group.module.css"
import { Icon, type IconName } from "./Icon"

/** Things of one kind below each other, on a sheet of their own. */
export function Group({ children }: { readonly children: ComponentChildren }) {
  return <div class={css.group}>{children}</div>
}

/** The same for a list: its children are `<li>`. */
export function GroupList({ children }: { readonly children: ComponentChildren }) {
  return (
    <ul role="list" class={css.group}>
      {children}
    </ul>
  )
}

export interface LinkRowProps {
  readonly to: string
  readonly icon: IconName
  readonly text: string
}

/** A row of a list that leads to another screen. */
export function LinkRow({ to, icon, text }: LinkRowProps) {
  return (
    <li>
      <a class={css.link} href={to}>
        <Icon name={icon} />
        <span>{text}</span>
        <Icon name="forward" />
      </a>
    </li>
  )
}
