/** How sound and pictures travel, whatever the topology: to each other, or through a forwarder. */

import type { Slot } from "../e2ee/formats/media-slots"
import type { Roster } from "../protocol/events"
import type { Line } from "./line"
import type { Quality } from "./stats"

export interface Paths {
  /** Connects to whom the roster has, and to nobody else. */
  reconcile(roster: Roster): void
  /** What this device sends in a slot is another track, or none. */
  send(slot: Slot): void
  /** Four times a second. */
  tick(): void
  /** The browser says that the network is another one. */
  netChanged(): void
  received(member: string, slot: Slot): MediaStreamTrack | undefined
  /** Of the voice, from 0 to 1. */
  level(member: string): number
  quality(member: string): Quality | undefined
  /** Of the last whole minute: the worst of every connection over which others come. */
  line(): Line
  isMending(member: string): boolean
  /** Devices from which something came since it was asked the last time. */
  heardFrom(): readonly string[]
  /** Whether what comes goes over a relay, as far as that is known. */
  isRelayed?(member: string): boolean
  /** The forwarder was lost: what goes through it begins anew, if this number of one's own connection is new. */
  restarted?(epoch: number): void
  /** Which people are shown, and how large: no more than that is fetched. */
  shows?(tiles: ReadonlyMap<string, "large" | "small">): void
  /** Of the connection to a device; what the server counts for the pair. */
  generation?(device: string): number
  close(): void
}
