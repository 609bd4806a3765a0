import { useLayoutEffect, useRef } from "preact/hooks"
import type { Room, Sound } from "../../state/call-models"

/** What is heard, whatever the screen shows. */
export function Sounds({ room, speaker }: { readonly room: Room; readonly speaker: string }) {
  return (
    <>
      {room.sounds.value.map((sound) => (
        <Heard key={sound.id} sound={sound} speaker={speaker} />
      ))}
    </>
  )
}

function Heard({ sound, speaker }: { readonly sound: Sound; readonly speaker: string }) {
  const audio = useRef<HTMLAudioElement>(null)
  useLayoutEffect(() => {
    const element = audio.current
    if (element === null) return
    element.srcObject = sound.stream
    return () => {
      element.srcObject = null
    }
  }, [sound.stream])
  useLayoutEffect(() => {
    // A speaker that is gone is no reason to hear nothing: the usual one stays.
    if (audio.current && "setSinkId" in audio.current) void audio.current.setSinkId(speaker).catch(() => undefined)
  }, [speaker])
  return <audio ref={audio} autoplay />
}
