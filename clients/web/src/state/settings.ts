/** What a person sets for this account on this device. */

import { signal } from "@preact/signals"
import type { Outcome, Settings } from "./models"
import type { Preferences } from "./preferences"

export class LiveSettings implements Settings {
  readonly push = signal<"off" | "on" | "denied" | "unsupported">("unsupported")

  constructor(private readonly preferences: Preferences) {}

  get sendReceipts() {
    return this.preferences.sendReceipts
  }

  get sendTyping() {
    return this.preferences.sendTyping
  }

  get leaveNothing() {
    return this.preferences.leaveNothing
  }

  get lowData() {
    return this.preferences.lowData
  }

  setPush(): Promise<Outcome> {
    return Promise.resolve({ done: false, problem: { code: "push_unsupported", fault: "ours" } })
  }
}
