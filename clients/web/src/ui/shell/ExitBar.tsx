import { signal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { useLayoutEffect, useState } from "preact/hooks"
import { type Kind, kindHere, leave } from "../../exit/exit"
import { after, NO_PRESSES, PRESSES, type Presses, WITHIN_MS } from "../../exit/shift-keys"
import { Icon } from "../parts/Icon"
import { sayHelp as say } from "../words"
import css from "./ExitBar.module.css"

/** What leaving does now. */
export const exitKind = signal<Kind>(kindHere())

export interface ExitBarProps {
  /** Between the way out and the end of the bar. */
  readonly children?: ComponentChildren
}

/** The bar above every screen. It begins with the way out, the first thing that takes the focus. */
export function ExitBar({ children }: ExitBarProps) {
  return (
    <header class={css.bar}>
      <ExitButton />
      <ShiftKeys />
      {children}
    </header>
  )
}

/** The way out. It also stands in every dialog, where the bar cannot be reached. */
export function ExitButton() {
  return (
    <button type="button" class={css.exit} onClick={() => leave(exitKind.value)}>
      <Icon name="leave" />
      {say("exit")}
    </button>
  )
}

/** Shift three times: the lights show how far somebody is. */
function ShiftKeys() {
  const [presses, setPresses] = useState<Presses>(NO_PRESSES)
  // Before anything is painted: whoever sees the bar can leave by keys.
  useLayoutEffect(() => {
    let state = NO_PRESSES
    let timer: ReturnType<typeof setTimeout> | undefined
    const pressed = (event: KeyboardEvent) => {
      state = after(state, {
        type: event.type === "keydown" ? "keydown" : "keyup",
        key: event.key,
        repeat: event.repeat,
        at: event.timeStamp,
      })
      if (state.times.length >= PRESSES) leave(exitKind.peek())
      else setPresses(state)
      clearTimeout(timer)
      timer = setTimeout(() => setPresses(NO_PRESSES), WITHIN_MS)
    }
    const ending = new AbortController()
    addEventListener("keydown", pressed, { signal: ending.signal, capture: true })
    addEventListener("keyup", pressed, { signal: ending.signal, capture: true })
    return () => {
      clearTimeout(timer)
      ending.abort()
    }
  }, [])
  const count = presses.times.length
  return (
    <div class={css.lights} data-shown={count > 0}>
      <span role="status" class="hidden">
        {count > 0 && say("exit.more", { count: PRESSES - count })}
      </span>
      {Array.from({ length: PRESSES }, (_, index) => (
        <span key={index} class={css.light} data-on={index < count} />
      ))}
    </div>
  )
}
