import { useEffect, useState } from "preact/hooks"
import type { CaptionLine, Room } from "../../state/call-models"
import { Button } from "../parts/Button"
import { Switch } from "../parts/Choice"
import { Field } from "../parts/Field"
import type { Asking } from "../parts/useAsking"
import css from "./Panel.module.css"
import roomCss from "./Room.module.css"
import { say } from "./words"

/** How many lines stand below the people. */
const LINES = 2

/** What is said, as a person types it. */
export function CaptionLines({ lines }: { readonly lines: readonly CaptionLine[] }) {
  const last = lines.slice(-LINES)
  if (last.length === 0) return null
  return (
    <div class={roomCss.captions} role="log" aria-label={say("captions.title")}>
      {last.map(({ id, text }) => (
        <p key={id} dir="auto">
          {text}
        </p>
      ))}
    </div>
  )
}

export interface CaptionPanelProps {
  readonly room: Room
  readonly asking: Asking
  readonly shows: boolean
  readonly onShow: (shows: boolean) => void
}

/** Whether they are shown, and a place to type them for the others. */
export function CaptionPanel({ room, asking, shows, onShow }: CaptionPanelProps) {
  const [isTyping, setTyping] = useState(false)
  const lines = room.captions.lines.value
  const by = lines.at(-1)?.handle
  return (
    <>
      <Switch label={say("captions.show")} on={shows} onChange={onShow} />
      <p class={css.faint}>{by === undefined ? say("captions.none") : say("captions.by", { name: by })}</p>
      {lines.length > 0 && (
        <ul role="list" class={css.rows}>
          {lines.map(({ id, text }) => (
            <li key={id} dir="auto">
              {text}
            </li>
          ))}
        </ul>
      )}
      {isTyping ? (
        <Typing room={room} asking={asking} onEnd={() => setTyping(false)} />
      ) : (
        <p>
          <Button onClick={() => setTyping(true)}>{say("captions.offer")}</Button>
        </p>
      )}
    </>
  )
}

interface TypingProps {
  readonly room: Room
  readonly asking: Asking
  readonly onEnd: () => void
}

/** How often a line that grows is shown. */
const EVERY_MS = 400

function Typing({ room, asking, onEnd }: TypingProps) {
  const [text, setText] = useState("")
  useEffect(() => {
    if (text.trim() === "") return
    const timer = setTimeout(() => void room.captions.write(text, false), EVERY_MS)
    return () => clearTimeout(timer)
  }, [room, text])
  const finish = (event: SubmitEvent) => {
    event.preventDefault()
    if (text.trim() === "") return
    void asking.ask(() => room.captions.write(text, true))
    setText("")
  }
  return (
    <form class={css.sheet} onSubmit={finish}>
      <Field
        label={say("captions.type")}
        hint={say("captions.hint")}
        value={text}
        autocomplete="off"
        maxLength={MOST_CHARACTERS}
        onInput={setText}
      />
      <div class={css.acts}>
        <Button type="submit">{say("captions.send")}</Button>
        <Button look="quiet" onClick={onEnd}>
          {say("captions.stop")}
        </Button>
      </div>
    </form>
  )
}

const MOST_CHARACTERS = 300
