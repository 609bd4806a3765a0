/** What those who send need of the client around them. */

import type { Call } from "../account/keys"
import type { SignedLeaf } from "./leaves"
import type { Part } from "./records"
import type { Room } from "./room"

export interface Link {
  /** Resolves once connected and caught up: what others did is known first. */
  ready(signal: AbortSignal): Promise<void>
  readonly call: Call
  /** See `Parts.store`. */
  store(parts: readonly Part[]): Promise<void>
  /** See `Parts.whole`. */
  whole(message: Uint8Array): Promise<Uint8Array>
  /** Reads the conversation's log to its end. */
  sync(room: Room): Promise<void>
  /** See `KeyLog.requireMembers`. */
  requireMembers(room: Room): Promise<void>
  /** See `KeyLog.requireListed`. */
  requireListed(leaves: readonly SignedLeaf[]): Promise<void>
  /** The server takes nothing here before there is a fresh group. */
  froze(room: Room): Promise<void>
  /** The server has taken a message of this conversation. */
  messageSent(room: Room): void
  /** Something about the outbox of this conversation changed. */
  changed(room: Room): void
}
