/** To review: what waits, one case at a time, and words of weight after a passkey. */

import { signal } from "@preact/signals"
import { freshly } from "../account/proof"
import type { Chat } from "../chat/chat"
import type { ReviewCase as ReviewView } from "../protocol/events"
import { reviewShown } from "./application-shown"
import type { Outcome } from "./asked"
import { open } from "./evidence-file"
import { called, outcome, outcomeWith } from "./outcome"
import type { ReviewCase, Reviewing, Verdict, WaitingApplication } from "./review-models"

export class LiveReviewing implements Reviewing {
  readonly waiting = signal<readonly WaitingApplication[] | undefined>(undefined)
  readonly forOthers = signal(0)
  readonly current = signal<ReviewCase | undefined>(undefined)

  constructor(private readonly chat: Chat) {}

  look(): Promise<Outcome> {
    return outcome(async () => {
      const { waiting, for_others } = await this.chat.call("review.queue", {})
      this.waiting.value = waiting.map(({ application, type, changed_at, signed_off }) => ({
        ...{ application, type, submittedAt: new Date(changed_at), signedOff: signed_off },
      }))
      this.forOthers.value = for_others
    })
  }

  see(application: string): Promise<Outcome> {
    return this.show(() => this.chat.call("review.open", { application }))
  }

  open(application: string, document: string): Promise<Outcome & { readonly file?: File | undefined }> {
    return outcomeWith("file", async () => {
      return open(this.chat, await this.chat.call("review.document", { application, document }))
    })
  }

  note(application: string, need: string, verdict: Verdict): Promise<Outcome> {
    const { met, source, method, on: day, until, since, waived } = verdict
    const noted = { application, need, met, source, method, day, until: until ?? null, since: since ?? null, waived }
    return this.show(() => this.chat.call("review.note", noted))
  }

  async signOff(application: string): Promise<Outcome> {
    const signed = await this.sign({ application, approve: true, reason: "" })
    return called(signed, { bad_request: "application_incomplete" })
  }

  refuse(application: string, reason: string): Promise<Outcome> {
    return this.sign({ application, approve: false, reason })
  }

  sendBack(application: string, reason: string): Promise<Outcome> {
    return outcome(() => this.chat.call("review.send_back", { application, reason }))
  }

  // --- within ---

  private sign(word: { application: string; approve: boolean; reason: string }): Promise<Outcome> {
    const { device, source } = this.chat
    return this.show(() => freshly(device.identity, source, () => this.chat.call("review.sign", word)))
  }

  private show(asked: () => Promise<ReviewView>): Promise<Outcome> {
    return outcome(async () => {
      this.current.value = reviewShown(await asked())
    })
  }
}
