/** Who speaks, by what comes from them: no server is asked. */

import { signal } from "@preact/signals"
import { put } from "./same"

/** Who was this loud speaks, and goes on for a while. */
const LOUD = 0.02
const SPEAKS_MS = 1_200

export class Speech {
  /** Who was heard last. */
  readonly last = signal<string | undefined>(undefined)
  private readonly spokeAt = new Map<string, number>()

  look(members: readonly { readonly member: string }[], level: (member: string) => number, now: number): void {
    for (const { member } of members) {
      if (level(member) < LOUD) continue
      this.spokeAt.set(member, now)
      put(this.last, member)
    }
  }

  speaks(member: string, now: number): boolean {
    return now - (this.spokeAt.get(member) ?? 0) < SPEAKS_MS
  }
}
