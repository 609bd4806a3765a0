/**
 * Somebody in a crisis, without an account: one call, and everything in this tab.
 *
 * Keys and conversations are in `sessionStorage`: a reload finds them, and they go with
 * the tab or by leaving quickly. One tab is the guest's. A duplicated one has a copy, in
 * which everything can be read; it writes nothing and never connects, or two pages would
 * encrypt with the same keys. It stays a copy when the other tab is gone, because what
 * it holds is older than what that one has done since.
 *
 * Keys, ids and the token are stored before the server hears of them, so a call whose
 * answer was lost is made again as it was.
 */

import * as base64url from "../e2ee/formats/base64url"
import * as lists from "../e2ee/formats/device-list"
import type { Rng } from "../e2ee/formats/requests"
import { onLeave } from "../exit/exit"
import { Accounts } from "../protocol/accounts"
import type { GuestBegin, GuestBegun } from "../protocol/events"
import { acquire, type HeldLock } from "../store/device-lock"
import { SessionVault } from "../store/session-vault"
import { Device } from "./device"
import { accountKey, deviceKey, type Identity, loadIdentity, putIdentity } from "./identity"
import { checkAnswer, firstIdentity, sameServer, serverInfo } from "./register"
import { loadSignIn, putSignIn } from "./sign-in"

/** A guest in the tab that is its own. */
export interface Guest {
  readonly kind: "own"
  /** What a client runs on. */
  readonly device: Device
  /** Lets the tab go, once the client has ended; the guest stays in it. */
  close(): void
}

/** What a duplicated tab has: to be read, by a client that does not run. */
export interface GuestCopy {
  readonly kind: "copy"
  readonly device: Device
}

export interface GuestChances {
  readonly origin?: string
  /** Unix milliseconds. */
  readonly now?: () => number
  readonly random?: Rng
  /** How the server is told of a new guest; by default with a call for that alone. */
  readonly tell?: (guest: GuestBegin) => Promise<GuestBegun>
}

const TOKEN_BYTES = 32
const CHANNEL = "mv-guest"
const COPY_ITEM = "mv-guest-copy"

/** Which page has a device, asked for and told among the tabs of this origin. */
interface Word {
  readonly device: string
  readonly says: "who" | "me"
}

/**
 * The guest of this tab, made if there is none; an attempt that was not finished goes on.
 * Throws `NotConnected`, `Refused`, `StoreFull`, `ClientError` (`untrusted_server`).
 */
export async function beginGuest(chances: GuestChances = {}): Promise<Guest | GuestCopy> {
  const known = await loadIdentity(SessionVault.open(true))
  if (known !== undefined) return (await claim(known.device, chances)) ?? copy()
  const { origin = location.origin, now = Date.now, random = strong } = chances
  const identity = firstIdentity(await serverInfo(origin), origin, "guest", Math.floor(now() / 1000), random)
  return settle(identity, chances)
}

/** Stores who this tab is to be, and makes the server know it. Throws as `beginGuest`. */
export async function settle(identity: Identity, chances: GuestChances): Promise<Guest> {
  const { random = strong } = chances
  const token = base64url.encode(random(TOKEN_BYTES))
  await SessionVault.open().write([putIdentity(identity), putSignIn({ token, expiresAtMs: 0 })])
  const guest = await claim(identity.device, chances)
  if (guest === undefined) throw new Error("a device that was just made is nobody else's")
  return guest
}

/** The guest of this tab; undefined if none was begun. Throws as `beginGuest`. */
export async function openGuest(chances: GuestChances = {}): Promise<Guest | GuestCopy | undefined> {
  const begun = await loadIdentity(SessionVault.open(true))
  return begun === undefined ? undefined : beginGuest(chances)
}

/** Takes the guest out of this tab, as from a copy in which another one is to begin. */
export function forgetGuest(): void {
  SessionVault.delete()
  sessionStorage.removeItem(COPY_ITEM)
}

/** The guest, if this page gets to have it. */
async function claim(device: string, chances: GuestChances): Promise<Guest | undefined> {
  const lock = await hold(device)
  if (lock === undefined) return undefined
  // Read once nobody else writes: after a reload the page before may just have ended.
  const vault = SessionVault.open()
  const stay = onLeave(() => vault.close())
  try {
    await register(vault, chances)
    const device = await Device.open(vault, chances)
    return {
      kind: "own",
      device,
      close() {
        vault.close()
        stay()
        lock.release()
      },
    }
  } catch (error) {
    stay()
    lock.release()
    throw error
  }
}

async function copy(): Promise<GuestCopy> {
  return { kind: "copy", device: await Device.open(SessionVault.open(true)) }
}

/** Makes the server know the guest, unless it does. */
async function register(vault: SessionVault, { now = Date.now, tell }: GuestChances): Promise<void> {
  const [begun, signIn] = [await loadIdentity(vault), await loadSignIn(vault)]
  if (begun === undefined || signIn === undefined || begun.registered) return
  const identity = sameServer(begun, await serverInfo(begun.origin))
  const answer = await known(identity, signIn.token, tell)
  checkAnswer(identity, answer.credential, Math.floor(now() / 1000))
  await vault.write([
    putIdentity({ ...identity, credential: answer.credential, registered: true }),
    putSignIn({ token: signIn.token, expiresAtMs: answer.expires_at }),
  ])
}

/** The answer to the call that makes the guest, or lets it come back with this device. */
function known(identity: Identity, token: string, tell: GuestChances["tell"]): Promise<GuestBegun> {
  const { account, device, credential, deviceList: device_list } = identity
  const [account_pub, signature_pub] = [accountKey(identity).public, deviceKey(identity).public]
  const accounts = new Accounts(identity.origin)
  if (lists.decode(device_list).counter === 1n) {
    const guest = { account, account_pub, device, signature_pub, credential, device_list, token }
    return tell === undefined ? accounts.beginGuest(guest) : tell(guest)
  }
  return accounts.returnGuest({ account, device_list, added: { device, signature_pub, credential }, token })
}

/**
 * The device's lock, or nothing when a living page says that it has it. After a reload
 * the lock is free or about to be, and nobody answers.
 */
async function hold(device: string): Promise<HeldLock | undefined> {
  if (sessionStorage.getItem(COPY_ITEM) === device) return undefined
  const channel = new BroadcastChannel(CHANNEL)
  const stop = new AbortController()
  const asked = acquire(device, stop.signal)
  const isTaken = new Promise<undefined>((resolve) => {
    channel.onmessage = ({ data }: MessageEvent<Word>) => {
      if (data.device === device && data.says === "me") resolve(undefined)
    }
  })
  say(channel, device, "who")
  const lock = await Promise.race([asked, isTaken])
  if (lock === undefined) {
    stop.abort()
    // It may have come at the last moment.
    asked.then(
      (late) => late.release(),
      () => undefined,
    )
    channel.close()
    sessionStorage.setItem(COPY_ITEM, device)
    return undefined
  }
  channel.onmessage = ({ data }: MessageEvent<Word>) => {
    if (data.device === device && data.says === "who") say(channel, device, "me")
  }
  say(channel, device, "me")
  const release = () => {
    channel.close()
    lock.release()
  }
  return { wanted: lock.wanted, release }
}

function say(channel: BroadcastChannel, device: string, says: Word["says"]): void {
  channel.postMessage({ device, says } satisfies Word)
}

/** Randomness of the browser. */
export const strong: Rng = (length) => crypto.getRandomValues(new Uint8Array(length))
