/** Disputes and awards: two people decide, each with a passkey. */

import { signal } from "@preact/signals"
import { freshly } from "../account/proof"
import type { Chat } from "../chat/chat"
import type { AwardView, Disputes } from "../protocol/events"
import type { Outcome } from "./asked"
import { called, outcome } from "./outcome"
import { entryShown } from "./own-rewards"
import { Requests } from "./requests"
import type { Award, Deciding, Dispute, Proposal } from "./reward-staff-models"

export class LiveDeciding implements Deciding {
  readonly disputes = signal<readonly Dispute[] | undefined>(undefined)
  readonly awards = signal<readonly Award[] | undefined>(undefined)
  private readonly requests: Requests

  constructor(private readonly chat: Chat) {
    this.requests = new Requests(chat.device.random)
  }

  look(): Promise<Outcome> {
    return outcome(async () => {
      const [disputes, { awards }] = await Promise.all([
        this.chat.call("reward.disputes", {}),
        this.chat.call("reward.awards", {}),
      ])
      this.show(disputes)
      this.awards.value = awards.map((each) => this.awardShown(each))
    })
  }

  decide({ account, entry: { entry } }: Dispute, correct: boolean): Promise<Outcome> {
    return outcome(async () => {
      this.show(await this.proven(() => this.chat.call("reward.decide", { account, entry, correct })))
    })
  }

  async propose({ handle, rule, amountMvt, reason }: Proposal): Promise<Outcome> {
    const result = await outcome(async () => {
      const account = await this.chat.people.find(handle)
      const what = `award ${account} ${rule} ${amountMvt} ${reason}`
      // The id of an award is the request for it: proposed twice, it is one.
      await this.requests.of(what, (award) => {
        const asked = { award, account, rule, amount_mvt: amountMvt, reason }
        return this.weighed(() => this.chat.call("reward.award", asked))
      })
    })
    return called(result, { bad_request: "beyond_the_rule", not_found: "nobody" })
  }

  approve(award: string): Promise<Outcome> {
    return outcome(() => this.weighed(() => this.chat.call("reward.approve", { award })))
  }

  refuse(award: string): Promise<Outcome> {
    return outcome(() => this.weighed(() => this.chat.call("reward.refuse", { award })))
  }

  // --- within ---

  private async weighed(asked: () => Promise<AwardView>): Promise<void> {
    const view = await this.proven(asked)
    const shown = this.awardShown(view)
    const known = this.awards.peek() ?? []
    const isKnown = known.some(({ award }) => award === shown.award)
    this.awards.value = isKnown ? known.map((each) => (each.award === shown.award ? shown : each)) : [shown, ...known]
  }

  private proven<Answer>(asked: () => Promise<Answer>): Promise<Answer> {
    return freshly(this.chat.device.identity, this.chat.source, asked)
  }

  private show({ disputes }: Disputes): void {
    this.disputes.value = disputes.map(({ account, handle, entry, reason, at, mine, others }) => ({
      ...{ account, name: handle, entry: entryShown(entry), reason, others },
      at: new Date(at),
      mine: mine ?? undefined,
    }))
  }

  private awardShown(view: AwardView): Award {
    const { award, rule, reason, state, approvals, mine } = view
    return {
      ...{ award, rule, reason, state, approvals, mine },
      name: view.handle,
      isOwn: view.account === this.chat.device.identity.account,
      amountMvt: view.amount_mvt,
      at: new Date(view.at),
    }
  }
}
