import { useLayoutEffect, useState } from "preact/hooks"
import { type Action, ACTIONS, actionOf, type Changed, type Desk, USUAL_KEYS, withKey } from "../../state/desk-models"
import { Button } from "../parts/Button"
import { Switch } from "../parts/Choice"
import { Dialog } from "../parts/Dialog"
import { go } from "../router"
import css from "./Desk.module.css"
import { type DeskKey, say } from "./words"

const SAID = {
  help: "keys.help",
  desk: "keys.desk",
  follow_ups: "keys.follow_ups",
  board: "keys.board",
  accept: "keys.accept",
  decline: "keys.decline",
  mute: "keys.mute",
} as const satisfies Record<Action, DeskKey>

/** Keys of the desk, which can be changed and turned off (WCAG 2.1.4); none while somebody writes. */
export function ShortcutKeys({ desk }: { readonly desk: Desk }) {
  const [isShown, setShown] = useState(false)
  // Before anything is painted: whoever sees the desk can press its keys.
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const action = actionOf(desk.wishes.keys.peek(), event.key)
      if (action === undefined || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
      if (isWriting(event.target) || !desk.wishes.shortcuts.peek()) return
      event.preventDefault()
      if (action === "help") setShown(true)
      else act(desk, action)
    }
    const ending = new AbortController()
    addEventListener("keydown", pressed, { signal: ending.signal })
    return () => ending.abort()
  }, [desk])
  return isShown ? <ShortcutGuide desk={desk} onClose={() => setShown(false)} /> : null
}

/** What the keys do, other keys for it, and the switch for all of them. */
export function ShortcutGuide({ desk, onClose }: { readonly desk: Desk; readonly onClose: () => void }) {
  const { shortcuts, keys } = desk.wishes
  const [problem, setProblem] = useState<string>()
  const isUsual = ACTIONS.every((action) => keys.value[action] === USUAL_KEYS[action])
  const change = (action: Action, key: string) => {
    const changed = withKey(keys.peek(), action, key)
    setProblem(problemWith(changed, key))
    if ("keys" in changed) keys.value = changed.keys
  }
  return (
    <Dialog
      title={say("keys.title")}
      onClose={onClose}
      actions={
        <>
          {!isUsual && (
            <Button
              look="quiet"
              onClick={() => {
                keys.value = USUAL_KEYS
                setProblem(undefined)
              }}
            >
              {say("keys.reset")}
            </Button>
          )}
          <Button onClick={() => void desk.wishes.stored().then(onClose)}>{say("done")}</Button>
        </>
      }
    >
      <p class={css.faint}>{say("keys.change")}</p>
      <div class={css.keys}>
        {ACTIONS.map((action) => (
          <KeyOf key={action} action={action} value={keys.value[action]} onChange={change} />
        ))}
      </div>
      <p role="alert">{problem}</p>
      <Switch
        label={say("keys.on")}
        hint={say("keys.on.hint")}
        on={shortcuts.value}
        onChange={(on) => {
          shortcuts.value = on
        }}
      />
    </Dialog>
  )
}

interface KeyOfProps {
  readonly action: Action
  readonly value: string
  readonly onChange: (action: Action, key: string) => void
}

/** A field of one character: what is typed takes the place of what was there. */
function KeyOf({ action, value, onChange }: KeyOfProps) {
  return (
    <label>
      <input
        value={value}
        dir="auto"
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        onFocus={(event) => event.currentTarget.select()}
        onInput={(event) => {
          const field = event.currentTarget
          onChange(action, field.value.replace(value, ""))
          // What was refused is not left standing there.
          field.value = value
        }}
      />
      <span>{say(SAID[action])}</span>
    </label>
  )
}

function problemWith(changed: Changed, key: string): string | undefined {
  if ("taken" in changed) return say("keys.taken", { key, action: say(SAID[changed.taken]) })
  return "unusable" in changed ? say("keys.unusable") : undefined
}

function act(desk: Desk, action: Exclude<Action, "help">): void {
  const [offer] = desk.view.peek()?.offers ?? []
  switch (action) {
    case "desk":
      return go("#/desk")
    case "follow_ups":
      return go("#/desk/follow-ups")
    case "board":
      if (desk.view.peek()?.is_supervisor) go("#/desk/board")
      return
    case "mute":
      desk.wishes.volume.value = desk.wishes.volume.peek() === 0 ? 60 : 0
      return
    // The card has the words for what comes of it: the keys press its buttons.
    case "accept":
    case "decline":
      if (offer !== undefined) press(offer.offer, action === "accept" ? 0 : 1)
  }
}

function press(offer: string, index: number): void {
  const buttons = document.querySelectorAll<HTMLButtonElement>(`[data-offer="${CSS.escape(offer)}"] button`)
  buttons[index]?.click()
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, dialog") !== null
}
