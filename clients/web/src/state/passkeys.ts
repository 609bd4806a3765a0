/** The account's passkeys on the screen, with what each of them is good for. */

import { computed, type ReadonlySignal, signal } from "@preact/signals"
import { ClientError } from "../account/errors"
import { addPasskey, ownPasskeys, removePasskey, wayOf } from "../account/own-passkey"
import { anyOf, passkeysExist, usePasskey } from "../account/passkey"
import type { Chat } from "../chat/chat"
import { MAX_PASSKEYS, type PasskeyView } from "../protocol/events"
import type { Outcome, OwnPasskey, Passkeys } from "./models"
import { outcome } from "./outcome"
import type { LiveRecovery } from "./recovery"

export class LivePasskeys implements Passkeys {
  readonly possible = passkeysExist()
  readonly most = MAX_PASSKEYS
  readonly list: ReadonlySignal<readonly OwnPasskey[] | undefined>
  private readonly found = signal<readonly PasskeyView[] | undefined>(undefined)

  constructor(
    private readonly chat: Chat,
    private readonly recovery: LiveRecovery,
    /** Which of them this browser is locked with. */
    private readonly opensHere: ReadonlySet<string>,
  ) {
    this.list = computed(() => this.found.value?.map((each) => this.shown(each)))
  }

  look(): Promise<Outcome> {
    return outcome(() => this.load())
  }

  add(label: string): Promise<Outcome> {
    return outcome(async () => {
      const { device, source } = this.chat
      // One that waits would be forgotten: there is room for one.
      await this.recovery.follow()
      await addPasskey(device, source, label)
      await this.recovery.follow()
      await this.load()
    })
  }

  bringBackBy(passkey: string): Promise<Outcome> {
    return outcome(async () => {
      const { random } = this.chat.device
      const used = await usePasskey(anyOf([passkey], random))
      await this.recovery.add(await wayOf(used, random))
    })
  }

  remove(passkey: string): Promise<Outcome> {
    return outcome(async () => {
      await this.recovery.follow()
      await this.load()
      if (this.isLastWay(passkey)) throw new ClientError("client.last_way", "nothing else brings the account back")
      await removePasskey(this.chat.device, this.chat.source, passkey)
      await this.load()
      await this.recovery.keepPasskeys(this.ids())
    })
  }

  // --- within ---

  private async load(): Promise<void> {
    this.found.value = await ownPasskeys(this.chat.device, this.chat.source)
  }

  private ids(): ReadonlySet<string> {
    return new Set(this.found.value?.map(({ passkey }) => passkey))
  }

  /** Whether it brings the account back, and nothing else does. */
  private isLastWay(passkey: string): boolean {
    const ways = this.recovery.ways.value
    if (!ways?.passkeys.has(passkey) || ways.words || ways.passphrase) return false
    return [...this.ids()].every((other) => other === passkey || !ways.passkeys.has(other))
  }

  private shown({ passkey, label, created_at, used_at }: PasskeyView): OwnPasskey {
    return {
      passkey,
      label,
      madeAt: new Date(created_at),
      usedAt: used_at === null ? undefined : new Date(used_at),
      opensHere: this.opensHere.has(passkey),
      bringsBack: this.recovery.ways.value?.passkeys.has(passkey) ?? false,
      isLastWay: this.isLastWay(passkey),
    }
  }
}
