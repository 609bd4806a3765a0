/** How one's line is, and what comes over it, in the form in which a page plays it. */

import { LEASE_MS, type Meeting } from "../call/meeting"
import type { Scene } from "../call/recorder"
import { Slot } from "../e2ee/formats/media-slots"
import type { Roster } from "../protocol/events"
import type { Link, Room, SharedScreen, Sound } from "./call-models"

/** Without a word from the server: two beats were missed. */
const UNSEEN_MS = 7_000

const streams = new WeakMap<MediaStreamTrack, MediaStream>()

/** Always the same one for a track: an element that plays it is not disturbed. */
export function streamOf(track: MediaStreamTrack): MediaStream {
  const known = streams.get(track)
  if (known !== undefined) return known
  const stream = new MediaStream([track])
  streams.set(track, stream)
  return stream
}

/** The link after `before`; `own`: this account. */
export function linkOf({ unheardMs, paths, roster }: Meeting, before: Link, own: string, now: number): Link {
  const since = before.kind === "good" ? new Date(now) : before.since
  const isSilenced = unheardMs >= LEASE_MS && roster?.view.topology !== "p2p"
  const others = roster?.members.filter(({ member }) => member !== own) ?? []
  const isCut = others.length > 0 && others.every(({ member }) => paths?.isMending(member) === true)
  if (isCut) return { kind: "mending", since }
  if (isSilenced) return { kind: "silenced", since }
  return unheardMs >= UNSEEN_MS ? { kind: "unseen", since } : { kind: "good" }
}

export function soundsOf({ paths }: Meeting, { members }: Roster): Sound[] {
  const slots = [Slot.microphone, Slot.screenAudio]
  return members.flatMap(({ member }) =>
    slots.flatMap((slot) => {
      const track = paths?.received(member, slot)
      return track === undefined ? [] : [{ id: `${member}.${slot}`, stream: streamOf(track) }]
    }),
  )
}

export function screenOf({ paths, sources }: Meeting, roster: Roster, own: string): SharedScreen | undefined {
  const of = roster.members.find(({ member }) => member === roster.presenter)
  if (of === undefined) return undefined
  const isMe = of.member === own
  const track = isMe ? sources.captured(Slot.screen) : paths?.received(of.member, Slot.screen)
  return { member: of.member, handle: of.handle, isMe, picture: track && streamOf(track) }
}

/** What is seen and heard here at this moment, with one's own microphone. */
export function sceneOf({ people, screen, sounds }: Room, { sources }: Meeting): Scene {
  const shown = screen.peek()
  const faces = people.peek().map(({ member: id, handle: name, picture: stream }) => ({ id, name, stream }))
  const front = shown && { id: "screen", name: shown.handle, stream: shown.picture, isScreen: true }
  const own = sources.captured(Slot.microphone)
  const others = sounds.peek().flatMap(({ stream }) => stream.getAudioTracks())
  return {
    seen: [...(front ? [front] : []), ...faces.map((face) => ({ ...face, isScreen: false }))],
    heard: own === undefined ? others : [...others, own],
  }
}
