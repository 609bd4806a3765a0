/** What the page of help shows to somebody without an account. */

import type { ReadonlySignal, Signal } from "@preact/signals"
import type { Calls } from "./call-models"
import type { Crisis } from "./crisis-models"
import type { Conversation, Outcome } from "./models"

export interface GuestCrisis extends Crisis {
  /** Everything is in another tab of this browser; `begin` begins anew in this one. */
  readonly elsewhere: ReadonlySignal<boolean>
  /** To write and read, once the device is at work. */
  readonly talk: ReadonlySignal<Conversation | undefined>
  /** Undefined where there are no calls: then nothing of them is shown. */
  readonly calls: ReadonlySignal<Calls | undefined>
  /** Whether what is written reaches the server at the moment. */
  readonly connected: ReadonlySignal<boolean>
  /** The server has answered since somebody asked: the rest of the page can be loaded. */
  readonly reached: ReadonlySignal<boolean>
  /** A part of the page did not come. */
  partMissing(): void
  /** Five words that bring this person back, once made; they are not kept. */
  readonly words: Signal<readonly string[] | undefined>
  makeWords(): Promise<Outcome>
  /** The case of five words; the code of a problem says what they were not. */
  comeBack(words: string): Promise<Outcome>
  /** Begins anew, with another case. */
  startOver(): void
}
