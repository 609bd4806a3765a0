/**
 * Coming in for the first time in this browser.
 *
 * Two steps, each of which can be repeated after a crash or a refusal: the device becomes
 * one of an account on the server, in a store that nothing seals yet; then the person's
 * passkey or passphrase seals it (`account/locking.ts`). What an earlier attempt got done
 * is told by `begun`.
 */

import { type ReadonlySignal, signal } from "@preact/signals"
import { ClientError } from "../account/errors"
import { type Identity, loadIdentity } from "../account/identity"
import type { Locking, Sealing } from "../account/locking"
import { passkeysExist } from "../account/passkey"
import { register } from "../account/register"
import type { Stretch } from "../e2ee/formats/argon2"
import type { Rng } from "../e2ee/formats/requests"
import { acquire } from "../store/device-lock"
import type { Vault } from "../store/vault"
import type { Begun, ComeBack, Outcome, Pairing, Seal, Welcome } from "./models"
import { outcome } from "./outcome"
import type { Happenings } from "./page"
import { LivePairing } from "./pairing"

/** How long another page of ours may take to finish what it began. */
const OTHER_PAGE_MS = 5_000
/** Not a device's id: only one page at a time makes a device. */
const TO_BE = "to-be"

export interface Entry extends Happenings {
  readonly origin: string
  readonly locking: Locking
  readonly stretch: Stretch
  readonly random: Rng
}

/** A device that the server knows, and what seals it if that is known already. */
export interface Joined {
  readonly identity: Identity
  readonly sealing?: Sealing | undefined
}

export class Arrival implements Welcome {
  readonly passkeys = passkeysExist()
  readonly begun: ReadonlySignal<Begun | undefined>
  private readonly earlier = signal<Begun | undefined>(undefined)

  private constructor(private readonly entry: Entry) {
    this.begun = this.earlier
  }

  static async open(entry: Entry): Promise<Arrival> {
    const arrival = new Arrival(entry)
    const vault = await entry.locking.open()
    if (vault !== undefined) await using(vault, () => arrival.note(vault))
    return arrival
  }

  register(code: string, handle: string, seal: Seal): Promise<Outcome> {
    const { origin, random } = this.entry
    const join = (vault: Vault) => register(vault, { origin, code, handle }, Date.now, random)
    return outcome(() => this.become("found", seal, async (vault) => ({ identity: await join(vault) })))
  }

  restore(by: ComeBack, seal?: Seal): Promise<Outcome> {
    const { origin, random, stretch } = this.entry
    const join = async (vault: Vault) => {
      const { restore } = await import("./restoring")
      return restore(vault, origin, by, stretch, random)
    }
    return outcome(() => this.become("join", seal, join))
  }

  finish(seal: Seal): Promise<Outcome> {
    const join = () => {
      throw new ClientError("client.profile_missing", "nothing was begun in this browser")
    }
    return outcome(() => this.become("found", seal, join))
  }

  pair(seal: Seal): Pairing {
    const { origin, random } = this.entry
    return new LivePairing(async (pairing) => {
      const { pairNewDevice } = await import("../account/pairing")
      const dialogue = {
        showInvitation: (text: string) => pairing.offer(text),
        showCode: (code: string) => {
          accepted = pairing.show(code)
          // Who gives up before the other device answers is not asked.
          accepted.catch(() => undefined)
        },
        wasAccepted: () => accepted,
      }
      let accepted = Promise.resolve(false)
      const chances = { nowMs: Date.now, random, signal: pairing.signal }
      await this.become("join", seal, async (vault) => {
        return { identity: await pairNewDevice(vault, origin, dialogue, chances) }
      })
    }, this.entry.failed)
  }

  /** Makes this browser a device of an account, unless it is one; then seals it. */
  private become(
    way: "found" | "join",
    seal: Seal | undefined,
    join: (vault: Vault) => Promise<Joined>,
  ): Promise<void> {
    return alone(async () => {
      const { locking, begun, stretch } = this.entry
      begun()
      const vault = await this.storeFor(way)
      const { identity, sealing } = await using(vault, async () => {
        const joined = await this.joined(vault, join)
        if (joined.sealing !== undefined || seal === undefined) return joined
        const { sealingOf } = await import("./sealing")
        return { ...joined, sealing: await sealingOf(vault, seal, stretch) }
      })
      if (sealing === undefined) return
      await locking.seal(sealing, identity)
      this.entry.changed()
    })
  }

  private async joined(vault: Vault, join: (vault: Vault) => Promise<Joined>): Promise<Joined> {
    const begun = await loadIdentity(vault)
    try {
      return begun?.registered === true ? { identity: begun } : await join(vault)
    } finally {
      await this.note(vault)
    }
  }

  /** Where to go on; anew if what was begun was another way of coming in. */
  private async storeFor(way: "found" | "join"): Promise<Vault> {
    const { locking } = this.entry
    const vault = await locking.start()
    const begun = await loadIdentity(vault)
    const fits = begun === undefined || begun.registered || (begun.inviteCode === "") === (way === "join")
    if (fits) return vault
    vault.close()
    await locking.forget()
    return locking.start()
  }

  private async note(vault: Vault): Promise<void> {
    const begun = await loadIdentity(vault)
    if (begun === undefined) return
    this.earlier.value = { code: begun.inviteCode, handle: begun.handle, registered: begun.registered }
  }
}

/** Makes a device while no other page of ours does. `client.profile_exists`: one is at it. */
async function alone(work: () => Promise<void>): Promise<void> {
  let lock
  try {
    lock = await acquire(TO_BE, AbortSignal.timeout(OTHER_PAGE_MS))
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    throw new ClientError("client.profile_exists", "another page of ours is making a device")
  }
  try {
    await work()
  } finally {
    lock.release()
  }
}

async function using<T>(vault: Vault, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    vault.close()
  }
}
