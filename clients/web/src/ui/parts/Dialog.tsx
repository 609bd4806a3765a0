import type { ComponentChildren } from "preact"
import { useEffect, useId, useRef } from "preact/hooks"
import { ExitButton } from "../shell/ExitBar"
import css from "./Dialog.module.css"

export interface DialogProps {
  readonly title: string
  readonly children: ComponentChildren
  /** The buttons, the one that most people take last. */
  readonly actions: ComponentChildren
  readonly onClose: () => void
}

/**
 * A question in front of the page. The browser's own dialog keeps the focus inside,
 * closes with Escape and gives the focus back to what opened it.
 */
export function Dialog({ title, children, actions, onClose }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const opener = globalThis.document.activeElement
    dialog.current?.showModal()
    return () => {
      if (opener instanceof HTMLElement) opener.focus()
    }
  }, [])
  return (
    <dialog class={css.dialog} ref={dialog} aria-labelledby={id} onClose={onClose}>
      <div class={css.inside}>
        <div class={css.top}>
          <h2 id={id} tabIndex={-1} autofocus>
            {title}
          </h2>
          <ExitButton />
        </div>
        {children}
        <div class={css.actions}>{actions}</div>
      </div>
    </dialog>
  )
}
