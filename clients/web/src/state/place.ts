/** What is shown of a sealed place; the work is done where the case is followed. */

import { signal } from "@preact/signals"
import type { PlaceCall, Where } from "../crisis/whereabouts"
import type { Outcome } from "./asked"
import type { Place } from "./crisis-models"

/** Until when something is kept then, if it was done. */
export type PlaceAnswer = Outcome & { readonly until?: Date | null | undefined }

export class LivePlace implements Place {
  readonly until = signal<Date | null | undefined>(undefined)

  constructor(private readonly ask: (call: PlaceCall) => Promise<PlaceAnswer>) {}

  look(): Promise<Outcome> {
    return this.say("look")
  }

  seal(where: Where): Promise<Outcome> {
    return this.say(where)
  }

  withdraw(): Promise<Outcome> {
    return this.say("withdraw")
  }

  private async say(call: PlaceCall): Promise<Outcome> {
    const answer = await this.ask(call)
    if (answer.until !== undefined) this.until.value = answer.until
    return answer
  }
}
