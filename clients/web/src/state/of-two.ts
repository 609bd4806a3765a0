/**
 * What two people do in their conversation beside writing. There has to be one other, and
 * not in a crisis: elsewhere there is nothing of it. What is done is loaded when it is wanted.
 */

import { signal } from "@preact/signals"
import { bytesToHex } from "@noble/hashes/utils.js"
import type { Chat } from "../chat/chat"
import type { Room } from "../chat/room"
import { answersIn, type OfConversation, ofConversation } from "../chat/shown-credentials"
import type { GoalSigning } from "./goal-models"
import type { AskedAndShown, Proofs } from "./proof-models"
import { put } from "./same"

export const NOTHING_ASKED: AskedAndShown = { asked: [], ownAt: undefined, answers: 0, isNew: false }

export class OfTwo {
  readonly askedAndShown = signal(NOTHING_ASKED)

  constructor(
    private readonly chat: Chat,
    private readonly room: Room,
    private readonly nameOf: (account: string) => string,
  ) {}

  async goalSigning(): Promise<GoalSigning | undefined> {
    if (!this.isOfTwo) return undefined
    const { LiveGoalSigning } = await import("./goal-signing")
    return new LiveGoalSigning(this.chat, this.room.id)
  }

  async proofs(): Promise<Proofs | undefined> {
    if (!this.isOfTwo) return undefined
    const { LiveProofs } = await import("./live-proofs")
    return new LiveProofs(this.chat, this.room, this.nameOf)
  }

  /** Looks at what this device knows; nothing of it is shown where the other one is blocked. */
  async load(isHidden: boolean): Promise<void> {
    const isShown = this.isOfTwo && !isHidden
    const known = isShown ? await ofConversation(this.chat.device.vault, this.room.id) : undefined
    put(this.askedAndShown, known === undefined ? NOTHING_ASKED : askedAndShown(known, this.nameOf))
  }

  private get isOfTwo(): boolean {
    return this.room.record.kind === "direct"
  }
}

export function askedAndShown(known: OfConversation, nameOf: (account: string) => string): AskedAndShown {
  const own = known.own.at(-1)
  // Who asks again and again is one person who asks.
  const newest = new Map(known.asked.map((each) => [each.account, each]))
  return {
    asked: [...newest.values()].map(({ nonce, account, atMs }) => ({
      ...{ ask: bytesToHex(nonce), account, handle: nameOf(account), at: new Date(atMs) },
    })),
    ownAt: own && new Date(own.atMs),
    answers: answersIn(known).length,
    isNew: known.isNews,
  }
}
