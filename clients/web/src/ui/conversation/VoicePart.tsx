import { useRef, useState } from "preact/hooks"
import type { Message } from "../../state/models"
import { Icon } from "../parts/Icon"
import { problemText } from "../parts/problems"
import { useFile } from "../parts/useFile"
import { duration } from "../times"
import { say } from "../words"
import type { Talk } from "./talk"
import css from "./VoicePart.module.css"
import { Waveform } from "./Waveform"

/** A recording. It plays when somebody asks for it, never by itself. */
export function VoicePart({ talk, message }: { readonly talk: Talk; readonly message: Message }) {
  const { busy, problem, open } = useFile(talk.conversation, message)
  const audio = useRef<HTMLAudioElement>(null)
  const [playing, setPlaying] = useState(false)
  const [at, setAt] = useState(0)
  const { voice } = message
  if (!voice) return null
  const toggle = async () => {
    const address = await open()
    if (!audio.current || address === undefined) return
    if (audio.current.src !== address) audio.current.src = address
    if (playing) audio.current.pause()
    else await audio.current.play()
  }
  return (
    <div class={css.voice}>
      <button
        type="button"
        class={css.play}
        disabled={busy}
        aria-label={say(playing ? "voice.pause" : "voice.play", { length: duration(voice.milliseconds) })}
        onClick={() => void toggle()}
      >
        <Icon name={playing ? "pause" : "play"} />
      </button>
      <Waveform levels={voice.waveform} done={(at * 1000) / voice.milliseconds} />
      <span class={css.length}>{duration(playing ? at * 1000 : voice.milliseconds)}</span>
      <audio
        ref={audio}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setAt(0)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
      />
      {problem && <p role="alert">{problemText(problem)}</p>}
    </div>
  )
}
