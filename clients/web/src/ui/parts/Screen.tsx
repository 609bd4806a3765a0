import type { ComponentChildren } from "preact"
import { useLayoutEffect, useRef } from "preact/hooks"
import { say } from "../words"
import { Icon } from "./Icon"
import css from "./Screen.module.css"

/** The heading of a screen. The focus goes to it when the screen is opened. */
export function Heading({ children }: { readonly children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null)
  // Before anything is painted: what is pressed on the new screen is not overtaken by it.
  useLayoutEffect(() => {
    // Not while somebody is elsewhere on the page, such as in a list beside it.
    if (arrived) heading.current?.focus({ preventScroll: true })
    arrived = true
  }, [])
  return (
    <h1 ref={heading} tabIndex={-1} class={css.heading}>
      {children}
    </h1>
  )
}

/** The first screen leaves the focus where the browser puts it. */
let arrived = false

export interface ScreenProps {
  readonly title: string
  readonly children: ComponentChildren
  /** Where "Back" leads: the screen above. */
  readonly back?: string | undefined
  /** Beside the title. */
  readonly actions?: ComponentChildren
}

/** A screen to be read from top to bottom. */
export function Screen({ title, children, back, actions }: ScreenProps) {
  return (
    <div class={css.screen}>
      <div class={css.top}>
        {back !== undefined && <Back to={back} />}
        <Heading>{title}</Heading>
        {actions}
      </div>
      {children}
    </div>
  )
}

export function Back({ to }: { readonly to: string }) {
  return (
    <a class={css.back} href={to} aria-label={say("back")}>
      <Icon name="back" />
    </a>
  )
}

/** A part of a screen under a heading of its own. */
export function Section({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section class={css.section}>
      <h2 class={css.second}>{title}</h2>
      {children}
    </section>
  )
}
