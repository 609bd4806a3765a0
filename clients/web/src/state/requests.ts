/**
 * Ids of requests that change something. Asked again since no answer came, it is the same
 * request: the server says what became of it, and does it once.
 */

import { newId } from "../account/ids"
import type { Rng } from "../e2ee/formats/requests"
import { NotConnected, Refused } from "../protocol/errors"

export class Requests {
  private readonly open = new Map<string, string>()

  constructor(private readonly random: Rng) {}

  /** Asks under the id of `what`, which ends with an answer, or with a no that is one. */
  async of<Answer>(what: string, ask: (request: string) => Promise<Answer>): Promise<Answer> {
    const request = this.open.get(what) ?? newId(this.random)
    this.open.set(what, request)
    try {
      const answer = await ask(request)
      this.open.delete(what)
      return answer
    } catch (error) {
      if (!mayHaveLanded(error)) this.open.delete(what)
      throw error
    }
  }
}

const mayHaveLanded = (error: unknown) =>
  error instanceof NotConnected || (error instanceof Refused && error.fault !== "caller")
