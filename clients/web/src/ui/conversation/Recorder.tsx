import { useEffect, useRef, useState } from "preact/hooks"
import { onLeave } from "../../exit/exit"
import { Button } from "../parts/Button"
import { duration } from "../times"
import { say } from "../words"
import css from "./Recorder.module.css"
import { record, type Recording, type Taken } from "./recording"
import type { Talk } from "./talk"
import { Waveform } from "./Waveform"

type State =
  | { readonly kind: "asking" | "denied" }
  | { readonly kind: "recording"; readonly recording: Recording }
  | { readonly kind: "taken"; readonly taken: Taken; readonly url: string }

export interface RecorderProps {
  readonly talk: Talk
  readonly onEnd: () => void
}

/** Records a voice note, lets it be heard, and sends it only when asked to. */
export function Recorder({ talk, onEnd }: RecorderProps) {
  const [state, setState] = useState<State>({ kind: "asking" })
  const [levels, setLevels] = useState<readonly number[]>([])
  const [milliseconds, setMilliseconds] = useState(0)
  const stopButton = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const ending = new AbortController()
    record(ending.signal, (heard, length) => {
      setLevels(heard)
      setMilliseconds(length)
    }).then(
      (recording) => setState({ kind: "recording", recording }),
      () => setState({ kind: "denied" }),
    )
    const forget = onLeave(() => ending.abort())
    return () => {
      forget()
      ending.abort()
    }
  }, [])
  useEffect(() => stopButton.current?.querySelector("button")?.focus(), [state.kind])
  useEffect(() => (state.kind === "taken" ? () => URL.revokeObjectURL(state.url) : undefined), [state])
  const stop = async (recording: Recording) => {
    const taken = await recording.stop()
    setState({ kind: "taken", taken, url: URL.createObjectURL(taken.blob) })
  }
  const send = async ({ blob, milliseconds, waveform }: Taken) => {
    const outcome = await talk.conversation.sendVoice(blob, milliseconds, waveform)
    talk.problem.value = outcome.done ? undefined : outcome.problem
    onEnd()
  }
  return (
    <div class={css.recorder} role="group" aria-label={say("voice.record")}>
      {state.kind === "asking" && <p role="status">{say("voice.asking")}</p>}
      {state.kind === "denied" && <p role="status">{say("voice.denied")}</p>}
      {state.kind === "recording" && (
        <p class={css.live} role="status">
          <span>{say("voice.recording")}</span>
          <Waveform levels={levels.slice(-30)} />
          <span class={css.length}>{duration(milliseconds)}</span>
        </p>
      )}
      {state.kind === "taken" && <audio class={css.heard} controls src={state.url} aria-label={say("voice.listen")} />}
      <div class={css.actions} ref={stopButton}>
        {state.kind === "recording" && (
          <Button look="main" onClick={() => void stop(state.recording)}>
            {say("voice.stop")}
          </Button>
        )}
        {state.kind === "taken" && (
          <Button look="main" onClick={() => void send(state.taken)}>
            {say("voice.send")}
          </Button>
        )}
        <Button look="quiet" onClick={onEnd}>
          {say(state.kind === "denied" ? "close" : "voice.discard")}
        </Button>
      </div>
    </div>
  )
}
