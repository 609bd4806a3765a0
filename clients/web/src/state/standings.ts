/** The credentials of somebody else, by their name. */

import { signal } from "@preact/signals"
import { freshly } from "../account/proof"
import type { Chat } from "../chat/chat"
import type { StatusReason } from "../protocol/events"
import type { Outcome } from "./asked"
import { credentialShown } from "./held-credentials"
import { called, outcome } from "./outcome"
import type { Holder, Standings, StandingStep } from "./standing-models"

export class LiveStandings implements Standings {
  readonly holder = signal<Holder | undefined>(undefined)

  constructor(private readonly chat: Chat) {}

  async look(handle: string): Promise<Outcome> {
    this.holder.value = undefined
    return called(await this.show(() => this.chat.people.find(handle), handle), { not_found: "nobody" })
  }

  async change(credential: string, step: StandingStep, reason: StatusReason): Promise<Outcome> {
    const shown = this.holder.peek()
    const { device, source } = this.chat
    const done = await outcome(async () => {
      await freshly(device.identity, source, () => this.chat.call(`credential.${step}`, { credential, reason }))
    })
    if (shown === undefined) return done
    // Also after a refusal: somebody else may have changed it meanwhile.
    const seen = await this.show(() => Promise.resolve(shown.account), shown.handle)
    return done.done ? seen : called(done, { forbidden: "own_credential" })
  }

  // --- within ---

  private show(who: () => Promise<string>, handle: string): Promise<Outcome> {
    return outcome(async () => {
      const account = await who()
      const { credentials } = await this.chat.call("review.held", { account })
      this.holder.value = { account, handle, credentials: credentials.map(credentialShown) }
    })
  }
}
