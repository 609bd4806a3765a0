/**
 * What goes with a commit, in parts small enough for the server to carry.
 *
 * On the hybrid suite every leaf and every node of the tree takes more than a kilobyte:
 * of a group of two dozen devices, Welcome and GroupInfo do not fit a message any more.
 * Large parts are stored as blobs, and what `detached` defines goes in their place.
 * Nothing of this is secret from the server that was not before.
 */

import * as detached from "../e2ee/formats/detached"
import { detachCommit } from "../e2ee/formats/headers"
import { ID_BYTES, type Rng } from "../e2ee/formats/requests"
import { MAX_BUNDLE_BYTES } from "../protocol/events"
import type { Part } from "./records"

/** A part above this is stored as a blob, whatever else there is. */
const MAX_CARRIED_BYTES = 40 * 1024

/** A commit and what goes with it, as they are sent. */
export interface Bundle {
  readonly commit: Uint8Array
  readonly welcome: Uint8Array | null
  readonly groupInfo: Uint8Array | null
  /** To be stored before anything that refers to them is sent. */
  readonly parts: readonly Part[]
}

type Name = "commit" | "welcome" | "groupInfo"
type Detach = (octets: Uint8Array, blob: Uint8Array) => detached.Detached

const MEMBERS: readonly (readonly [Name, Detach])[] = [
  ["commit", detachCommit],
  ["welcome", detached.detach],
  ["groupInfo", detached.detach],
]
/** Of a commit from outside the server reads all. */
const OUTSIDERS: readonly (readonly [Name, Detach])[] = [["groupInfo", detached.detach]]

/** The bundle of a commit, with its largest parts detached. */
export function carried(random: Rng, whole: Omit<Bundle, "parts">, from: "member" | "outside" = "member"): Bundle {
  const sent: Record<Name, Uint8Array | null> = { ...whole }
  const lengthOf = (name: Name) => sent[name]?.length ?? 0
  const parts: Part[] = []
  const order = (from === "member" ? MEMBERS : OUTSIDERS).toSorted(([a], [b]) => lengthOf(b) - lengthOf(a))
  for (const [name, detach] of order) {
    const octets = sent[name]
    const total = lengthOf("commit") + lengthOf("welcome") + lengthOf("groupInfo")
    if (octets === null || (octets.length <= MAX_CARRIED_BYTES && total <= MAX_BUNDLE_BYTES)) continue
    const blob = random(ID_BYTES)
    sent[name] = detached.encode(detach(octets, blob))
    parts.push({ blob, octets })
  }
  return { commit: sent.commit ?? whole.commit, welcome: sent.welcome, groupInfo: sent.groupInfo, parts }
}
