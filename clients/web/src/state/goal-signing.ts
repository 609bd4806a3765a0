/**
 * Goals of the session page that both of two have signed.
 *
 * A goal is claimed under its own id. That is a random UUID, so 122 of the 16 octets' 128 bits
 * are random, and it stands nowhere but in sealed messages.
 */

import { signal } from "@preact/signals"
import { idBytes, idText } from "../account/ids"
import type { Chat } from "../chat/chat"
import { Claims } from "../chat/claims"
import { type ClaimKind, type ClaimView, DAY_MS } from "../protocol/events"
import type { Outcome } from "./asked"
import type { GoalClaim, GoalSigning, GoalStep } from "./goal-models"
import { GOAL_STEPS } from "./goal-rules"
import { called, outcome } from "./outcome"

const KIND_OF = {
  set: "goal.set",
  progressed: "goal.progressed",
  completed: "goal.completed",
} as const satisfies Record<GoalStep, ClaimKind>

export class LiveGoalSigning implements GoalSigning {
  readonly claims = signal<readonly GoalClaim[] | undefined>(undefined)
  private readonly signing: Claims
  private readonly own: string

  constructor(
    chat: Pick<Chat, "call" | "device">,
    private readonly conversation: string,
  ) {
    this.signing = new Claims(chat)
    this.own = chat.device.identity.account
  }

  look(): Promise<Outcome> {
    return outcome(() => this.fetch())
  }

  async sign(goal: string, step: GoalStep): Promise<Outcome> {
    const signed = await outcome(async () => {
      const known = (await this.fetch()).find((each) => each.goal === goal && each.step === step)
      const day = known === undefined ? this.signing.today() : Math.floor(known.on.getTime() / DAY_MS)
      await this.signing.attest({ conversation: this.conversation, kind: KIND_OF[step], ref: refOf(goal), day })
      await this.fetch()
    })
    return called(signed, { not_now: "claim_too_old" })
  }

  private async fetch(): Promise<readonly GoalClaim[]> {
    const found = await this.signing.fetch(this.conversation)
    const claims = found.flatMap((each) => shown(each, this.own) ?? [])
    this.claims.value = claims
    return claims
  }
}

/** A milestone is no goal. */
function shown({ kind, ref, day, attested_by: by }: ClaimView, own: string): GoalClaim | undefined {
  const step = GOAL_STEPS.find((each) => KIND_OF[each] === kind)
  if (step === undefined) return undefined
  const isTheirs = by.some((account) => account !== own)
  return { goal: goalOf(ref), step, isMine: by.includes(own), isTheirs, on: new Date(day * DAY_MS) }
}

const refOf = (goal: string): Uint8Array => idBytes(goal.replaceAll("-", ""))

function goalOf(ref: Uint8Array): string {
  return idText(ref).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}
