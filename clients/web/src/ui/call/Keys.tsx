import { useLayoutEffect } from "preact/hooks"
import type { CallWishes } from "../../state/call-models"
import { Button } from "../parts/Button"
import { Switch } from "../parts/Choice"
import { Dialog } from "../parts/Dialog"
import css from "./Panel.module.css"
import { say } from "./words"

/** By place in the row of letters, not by language: each is also a button. */
export const KEYS = {
  m: "microphone",
  v: "camera",
  h: "hand",
  p: "people",
  c: "captions",
  l: "view",
  "?": "help",
} as const

export type Act = (typeof KEYS)[keyof typeof KEYS]

export interface CallKeysProps {
  readonly wishes: CallWishes
  readonly onAct: (act: Act) => void
}

/** Single keys, which can be turned off (WCAG 2.1.4); none while somebody writes. */
export function useCallKeys({ wishes, onAct }: CallKeysProps): void {
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !wishes.keys.peek()) return
      const key = event.key.toLowerCase()
      if (isWriting(event.target) || !isKey(key)) return
      event.preventDefault()
      onAct(KEYS[key])
    }
    const ending = new AbortController()
    addEventListener("keydown", pressed, { signal: ending.signal })
    return () => ending.abort()
  }, [wishes, onAct])
}

function isKey(key: string): key is keyof typeof KEYS {
  return Object.hasOwn(KEYS, key)
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, dialog") !== null
}

/** What the keys do, and the switch for all of them. */
export function KeyGuide({ wishes, onClose }: { readonly wishes: CallWishes; readonly onClose: () => void }) {
  return (
    <Dialog title={say("keys.title")} onClose={onClose} actions={<Button onClick={onClose}>{say("done")}</Button>}>
      <dl class={css.keys}>
        {Object.entries(KEYS).map(([key, act]) => (
          <div key={key}>
            <dt>
              <kbd>{key.toUpperCase()}</kbd>
            </dt>
            <dd>{say(`keys.${act}`)}</dd>
          </div>
        ))}
      </dl>
      <Switch
        label={say("keys.on")}
        hint={say("keys.on.hint")}
        on={wishes.keys.value}
        onChange={(on) => {
          wishes.keys.value = on
        }}
      />
    </Dialog>
  )
}
