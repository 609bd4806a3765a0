import { useEffect, useId, useRef, useState } from "preact/hooks"
import { Icon } from "../parts/Icon"
import { useLoaded } from "../parts/useLoaded"
import { say } from "../words"
import css from "./Composer.module.css"
import { leftOf } from "./draft"
import { lineOf } from "./lines"
import type { Talk } from "./talk"

const MOST_ROWS = 5

/** Where a message is written. What is not sent yet is kept as a draft. */
export function Composer({ talk }: { readonly talk: Talk }) {
  const { conversation, isPlain, replyingTo, editing } = talk
  const [isRecording, setRecording] = useState(false)
  const [changed, setChanged] = useState("")
  const isSending = useRef(false)
  const field = useRef<HTMLTextAreaElement>(null)
  const id = useId()
  const edited = editing.value
  const replied = replyingTo.value
  const about = edited ?? replied
  useEffect(() => {
    if (edited) setChanged(edited.text)
    if (about) field.current?.focus()
  }, [edited, replied])
  const text = edited ? changed : conversation.draft.value
  const stop = () => {
    editing.value = undefined
    replyingTo.value = undefined
    field.current?.focus()
  }
  const send = async () => {
    const words = text.trim()
    if (words === "" || isSending.current) return
    isSending.current = true
    const sent = edited ? conversation.edit(edited.id, words) : conversation.send(words, replied?.id)
    const outcome = await sent.finally(() => {
      isSending.current = false
    })
    talk.problem.value = outcome.done ? undefined : outcome.problem
    if (!outcome.done) return
    if (!edited) conversation.draft.value = leftOf(conversation.draft.peek(), text)
    stop()
  }
  const pressed = (event: KeyboardEvent) => {
    if (event.isComposing) return
    if (event.key === "Escape" && about) {
      event.preventDefault()
      stop()
    }
    // A phone's Enter begins a line; its button sends.
    const sends = event.key === "Enter" && !event.shiftKey && matchMedia("(pointer: fine)").matches
    if (!sends) return
    event.preventDefault()
    void send()
  }
  if (isRecording) return <Voice talk={talk} onEnd={() => setRecording(false)} />
  return (
    <form
      class={css.composer}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {about && (
        <div class={css.about}>
          <p>
            <span class={css.what}>
              {edited ? say("compose.editing") : say("compose.replying", { name: about.sender })}
            </span>
            <span class={css.quote} dir="auto">
              {lineOf(about)}
            </span>
          </p>
          <button type="button" class={css.tool} aria-label={say("cancel")} onClick={stop}>
            <Icon name="close" />
          </button>
        </div>
      )}
      <div class={css.row}>
        {!edited && !isPlain && <Attach talk={talk} />}
        <label class="hidden" for={id}>
          {say("compose.label")}
        </label>
        <textarea
          ref={field}
          id={id}
          class={css.text}
          dir="auto"
          // For browsers where it does not grow by its content.
          rows={Math.min(text.split("\n").length, MOST_ROWS)}
          placeholder={say("compose.placeholder")}
          value={text}
          onKeyDown={pressed}
          onInput={(event) => {
            if (edited) setChanged(event.currentTarget.value)
            else conversation.draft.value = event.currentTarget.value
            conversation.typed()
          }}
        />
        {text.trim() === "" && !edited && !isPlain ? (
          <button type="button" class={css.tool} aria-label={say("voice.record")} onClick={() => setRecording(true)}>
            <Icon name="voice" />
          </button>
        ) : (
          <button type="submit" class={css.send} aria-label={say(edited ? "compose.save" : "compose.send")}>
            <Icon name={edited ? "check" : "send"} />
          </button>
        )}
      </div>
    </form>
  )
}

/** The recorder comes only when somebody wants to record. */
function Voice({ talk, onEnd }: { readonly talk: Talk; readonly onEnd: () => void }) {
  const loaded = useLoaded(() => import("./Recorder"))
  if (!loaded) return <p role="status">{say("busy")}</p>
  return <loaded.Recorder talk={talk} onEnd={onEnd} />
}

function Attach({ talk }: { readonly talk: Talk }) {
  const input = useRef<HTMLInputElement>(null)
  const chosen = async (files: FileList | null) => {
    for (const file of files ?? []) {
      const outcome = await talk.conversation.sendFile(file)
      talk.problem.value = outcome.done ? undefined : outcome.problem
    }
    if (input.current) input.current.value = ""
  }
  return (
    <>
      <input ref={input} type="file" multiple hidden onChange={(event) => void chosen(event.currentTarget.files)} />
      <button type="button" class={css.tool} aria-label={say("compose.attach")} onClick={() => input.current?.click()}>
        <Icon name="attach" />
      </button>
    </>
  )
}
