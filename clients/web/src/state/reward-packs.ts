/** By which packs is paid, as operators see them. */

import { signal } from "@preact/signals"
import { freshly } from "../account/proof"
import type { Chat } from "../chat/chat"
import type { Packs } from "../protocol/events"
import type { Outcome } from "./asked"
import { called, outcome } from "./outcome"
import type { PackRoom, PackShown } from "./reward-staff-models"

export class LivePacks implements PackRoom {
  readonly list = signal<readonly PackShown[] | undefined>(undefined)

  constructor(private readonly chat: Chat) {}

  look(): Promise<Outcome> {
    return this.show(() => this.chat.call("reward.packs", {}))
  }

  /** What was read here goes back, and not its name: the server puts nothing else in force. */
  async agree(document: string): Promise<Outcome> {
    const { device, source } = this.chat
    const agreed = await this.show(() =>
      freshly(device.identity, source, () => this.chat.call("reward.activate", { document })),
    )
    return called(agreed, { not_now: "pack_too_late", conflict: "pack_overtaken" })
  }

  // --- within ---

  private show(asked: () => Promise<Packs>): Promise<Outcome> {
    return outcome(async () => {
      const { packs } = await asked()
      this.list.value = packs.map(({ name, rev, hash, effective_at, is_active, mine, document }) => ({
        ...{ name, rev, hash, mine, effectiveAt: new Date(effective_at), isActive: is_active },
        document: document ?? undefined,
      }))
    })
  }
}
