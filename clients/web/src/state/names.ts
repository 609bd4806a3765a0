/** Handles of accounts, read from the store once and kept: screens ask for them all the time. */

import type { Chat } from "../chat/chat"

export class Names {
  private readonly known = new Map<string, string>()

  constructor(private readonly chat: Chat) {}

  /** Reads the handles of these accounts; an account without one is called by the start of its id. */
  async load(accounts: Iterable<string>): Promise<void> {
    for (const account of accounts) {
      if (this.known.has(account)) continue
      const handle = await this.chat.people.handleOf(account)
      if (handle !== undefined) this.known.set(account, handle)
    }
  }

  of(account: string): string {
    return this.known.get(account) ?? account.slice(0, 8)
  }
}
