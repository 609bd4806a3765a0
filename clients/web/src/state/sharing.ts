/** What other systems may be told of this account, as the server has it. */

import { signal } from "@preact/signals"
import type { Chat } from "../chat/chat"
import type { Consents, PurposeView } from "../protocol/events"
import type { Outcome } from "./asked"
import { outcome } from "./outcome"
import type { ConsentPurpose, SharedPurpose, Sharing } from "./sharing-models"

export class LiveSharing implements Sharing {
  readonly purposes = signal<readonly SharedPurpose[] | undefined>(undefined)

  constructor(private readonly chat: Pick<Chat, "call">) {}

  look(): Promise<Outcome> {
    return this.asking(() => this.chat.call("consent.list", {}))
  }

  async agree(purpose: ConsentPurpose, version: number): Promise<Outcome> {
    const said = await this.asking(() => this.chat.call("consent.grant", { purpose, version }))
    if (!said.done && said.problem.code === "conflict") await this.look()
    return said
  }

  takeBack(purpose: ConsentPurpose): Promise<Outcome> {
    return this.asking(() => this.chat.call("consent.withdraw", { purpose }))
  }

  /** Each answer is how everything stands now. */
  private asking(ask: () => Promise<Consents>): Promise<Outcome> {
    return outcome(async () => {
      this.purposes.value = (await ask()).consents.map(shown)
    })
  }
}

function shown(view: PurposeView): SharedPurpose {
  const { purpose, version, is_given: isGiven, was_told: wasTold, recipients } = view
  return {
    ...{ purpose, version, isGiven, wasTold },
    givenVersion: view.given_version ?? undefined,
    givenAt: dateOf(view.granted_at),
    takenBackAt: dateOf(view.withdrawn_at),
    recipients: recipients.map(({ host, types, hears_of_crises: hearsOfCrises }) => ({ host, types, hearsOfCrises })),
  }
}

const dateOf = (at: number | null): Date | undefined => (at === null ? undefined : new Date(at))
