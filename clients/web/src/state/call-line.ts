/** How one's line is, and what comes over it, in the form in which a page plays it. */

import { LEASE_MS, type Meeting } from "../call/meeting"
import type { Link } from "./call-models"

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
