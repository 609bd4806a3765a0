/** What a person sets for this account on this device. */

import { effect, type ReadonlySignal, signal } from "@preact/signals"
import { type PushNotices, type PushStanding, sayInNotices } from "../account/push"
import type { Outcome, QuietHours, Settings } from "./models"
import { done } from "./notices"
import { outcome } from "./outcome"
import type { Preferences } from "./preferences"

export class LiveSettings implements Settings {
  readonly push = signal<PushStanding>("unsupported")
  readonly quiet = signal<QuietHours | null | undefined>(undefined)
  private readonly stop: () => void
  private following: Promise<void>

  constructor(
    private readonly preferences: Preferences,
    private readonly notices: PushNotices,
    private readonly notice: ReadonlySignal<string>,
  ) {
    this.following = this.follow()
    this.stop = effect(() => {
      const words = this.notice.value
      if (words !== "" && this.push.peek() === "on") void sayInNotices(words)
    })
  }

  /** Resolves when nothing of it is under way. */
  close(): Promise<void> {
    this.stop()
    return this.following
  }

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

  setPush(on: boolean): Promise<Outcome> {
    return outcome(async () => {
      if (on) await this.notices.turnOn(this.notice.peek())
      else await this.notices.turnOff()
      this.push.value = await this.notices.standing()
    })
  }

  lookAtQuiet(): Promise<Outcome> {
    return outcome(async () => {
      const hours = await this.notices.quiet()
      this.quiet.value = hours === undefined ? null : { zone: hours.zone, from: hours.from_minute, to: hours.to_minute }
    })
  }

  setQuiet(hours: QuietHours | null): Promise<Outcome> {
    return outcome(async () => {
      await this.notices.setQuiet(
        hours === null ? undefined : { zone: hours.zone, from_minute: hours.from, to_minute: hours.to },
      )
      this.quiet.value = hours
    })
  }

  /** What is wanted holds again after each opening; what cannot be reached now, at the next. */
  private async follow(): Promise<void> {
    this.push.value = await this.notices.standing()
    await done(
      this.notices.follow(this.notice.peek()).then((standing) => {
        this.push.value = standing
      }),
    )
  }
}
