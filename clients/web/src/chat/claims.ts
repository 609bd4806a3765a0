/**
 * Goals and milestones that both of a conversation of two have signed
 * (`claim_events.py`). What one is about is said in the conversation; the server sees 16
 * random octets, a kind and a day, and that both have signed them.
 */

import { ed25519 } from "@noble/curves/ed25519.js"
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { idBytes } from "../account/ids"
import { CLAIM_LABEL, type ClaimAttest, type ClaimKind, type ClaimView, DAY_MS } from "../protocol/events"
import type { Chat } from "./chat"

const REF_BYTES = 16

const KINDS = {
  "goal.set": 0,
  "goal.progressed": 1,
  "goal.completed": 2,
  milestone: 3,
} as const satisfies Record<ClaimKind, number>

export type Claim = Omit<ClaimAttest, "signature">

/** What both sign, each with the key of a device. */
export function claimOctets({ conversation, kind, ref, day }: Claim): Uint8Array {
  const said = new DataView(new ArrayBuffer(4))
  said.setUint32(0, day)
  return concatBytes(
    utf8ToBytes(CLAIM_LABEL),
    idBytes(conversation),
    Uint8Array.of(KINDS[kind]),
    ref,
    new Uint8Array(said.buffer),
  )
}

export class Claims {
  constructor(private readonly chat: Pick<Chat, "call" | "device">) {}

  /** A name for something that nobody else has named. */
  newRef(): Uint8Array {
    return crypto.getRandomValues(new Uint8Array(REF_BYTES))
  }

  /** Days since 1970-01-01 by UTC. */
  today(): number {
    return Math.floor(this.chat.device.now() / DAY_MS)
  }

  /** Signs with this device; it holds once the other has signed the same day. Throws `Refused`, `NotConnected`. */
  attest(claim: Claim): Promise<ClaimView> {
    const signature = ed25519.sign(claimOctets(claim), this.chat.device.identity.devicePrivate)
    return this.chat.call("claim.attest", { ...claim, signature })
  }

  /** Of a conversation, the newest first. Throws `Refused`, `NotConnected`. */
  async fetch(conversation: string): Promise<readonly ClaimView[]> {
    return (await this.chat.call("claim.fetch", { conversation })).claims
  }
}
