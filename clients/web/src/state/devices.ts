/** The devices of this account on the screen. */

import { type ReadonlySignal, signal } from "@preact/signals"
import type { Devices as Own } from "../account/devices"
import type { Chat } from "../chat/chat"
import { NotConnected, Refused } from "../protocol/errors"
import type { Devices, Outcome, OwnDevice, Pairing } from "./models"
import { outcome } from "./outcome"
import { LivePairing } from "./pairing"
import type { LiveRecovery } from "./recovery"
import { settling } from "./scope"

export class LiveDevices implements Devices {
  readonly list: ReadonlySignal<readonly OwnDevice[]>
  private readonly found = signal<readonly OwnDevice[]>([])
  private readonly own: Own
  /** Devices with a sign-in, as the server said last. */
  private signedIn: ReadonlySet<string> = new Set()
  private readonly look: () => void

  constructor(
    private readonly chat: Chat,
    private readonly words: LiveRecovery,
    /** Deletes what is stored of this device. */
    private readonly forget: () => Promise<void>,
    private readonly failed: (error: unknown) => void,
  ) {
    this.list = this.found
    this.own = chat.devices
    this.look = settling(() => this.load(), failed)
    this.show()
    chat.updates.listen(({ kind }) => {
      if (kind === "devices" || kind === "connection") this.look()
    }, chat.signal)
  }

  approve(payload: string): Pairing {
    return new LivePairing(async (pairing) => {
      await this.own.approve(payload, () => pairing.type(), pairing.signal)
      this.look()
    }, this.failed)
  }

  revoke(device: string): Promise<Outcome> {
    return outcome(async () => {
      await this.own.revoke(device)
      this.look()
    })
  }

  /** The account's other devices learn of it; the only one just goes. */
  forgetThis(): Promise<Outcome> {
    return outcome(async () => {
      const isAlone = this.found.peek().length === 1
      if (isAlone) await this.chat.source.end()
      else await this.own.revoke(this.chat.device.identity.device, true)
      await this.forget()
    })
  }

  newAccountKey(): Promise<Outcome> {
    return outcome(async () => {
      await this.own.rotateAccountKey()
      await this.words.look()
      this.look()
    })
  }

  get recovery() {
    return this.words.known
  }

  newRecoveryWords(): Promise<readonly string[]> {
    return this.words.newWords()
  }

  keepRecoveryWords(words: readonly string[]): Promise<Outcome> {
    return this.words.keepWords(words)
  }

  // --- within ---

  private async load(): Promise<void> {
    this.show()
    if (this.chat.state !== "online") return
    try {
      const { sign_ins } = await this.chat.call("sign_in.list", {})
      this.signedIn = new Set(sign_ins.map(({ device }) => device))
    } catch (error) {
      if (!(error instanceof NotConnected || error instanceof Refused)) throw error
      return
    }
    this.show()
  }

  private show(): void {
    this.found.value = this.own.list().map(({ device, addedAt, current }) => ({
      device,
      current,
      addedAt: new Date(addedAt * 1000),
      signedIn: this.signedIn.has(device),
    }))
  }
}
