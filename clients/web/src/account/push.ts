/**
 * Notices while the app is closed: this browser's subscription to Web Push.
 *
 * What the person wants is a record in the vault; the browser's subscription and the
 * server's copy follow it whenever the app is opened (`follow`). Leaving in a hurry ends
 * the subscription (`sw/sw.ts`), so that no notice tells of what was left, and the next
 * opening makes another. The same heals one that the push service dropped, and changes
 * over to a new key of the server.
 *
 * A muted conversation is known to the server: browsers demand a notice for every push,
 * so a device that was woken cannot stay silent.
 */

import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { base64urlnopad } from "@scure/base"
import { Accounts } from "../protocol/accounts"
import { MAX_MUTED, PUSH_NAME_BYTES, PUSH_NAME_LABEL, type QuietHours } from "../protocol/events"
import { NotConnected } from "../protocol/errors"
import { PushEndpoints } from "../protocol/push"
import * as s from "../protocol/shape"
import type { Device } from "./device"
import { idBytes } from "./ids"
import type { SignInSource } from "./sign-in"
import { getRecord, putRecord } from "./stored"

const SPACE = "push"
const NOTICES = "mv-notices"
const WORDS = "/notice-words"

const Wanted = s.struct({ on: s.flag })

export type PushStanding =
  | "on"
  | "off"
  /** The person, or somebody before them, told the browser not to ask. */
  | "denied"
  /** This browser has no push (an iPhone only from the home screen), or the server no key. */
  | "unsupported"

export class PushNotices {
  private readonly endpoints: PushEndpoints

  constructor(
    private readonly device: Device,
    private readonly source: SignInSource,
  ) {
    this.endpoints = new PushEndpoints(device.identity.origin)
  }

  /** How things stand in this browser; asks nobody but it. */
  async standing(): Promise<PushStanding> {
    if (!("PushManager" in globalThis) || !("serviceWorker" in navigator)) return "unsupported"
    if (Notification.permission === "denied") return "denied"
    return (await this.isWanted()) && Notification.permission === "granted" ? "on" : "off"
  }

  /**
   * Has this browser woken from now on; `words` are all that a notice says. To be called
   * by a press, since the browser asks the person. Throws `NotConnected`, `Refused`.
   */
  async turnOn(words: string): Promise<PushStanding> {
    if ((await this.standing()) === "unsupported") return "unsupported"
    const key = await this.serverKey()
    if (key === undefined) return "unsupported"
    if ((await Notification.requestPermission()) !== "granted") return this.standing()
    await sayInNotices(words)
    await this.subscribe(key)
    await this.want(true)
    return this.standing()
  }

  /** Has it woken no more: here at once, and on the server now or when it pushes next. */
  async turnOff(): Promise<void> {
    await this.want(false)
    await (await subscription())?.unsubscribe()
    try {
      await this.endpoints.unsubscribe(await this.source.token(false))
    } catch (error) {
      // The push service tells the server, too, when it pushes next.
      if (!(error instanceof NotConnected)) throw error
    }
  }

  /** Brings browser and server in line with what is wanted; for each opening of the app. */
  async follow(words: string): Promise<PushStanding> {
    const standing = await this.standing()
    if (standing !== "on") return standing
    const key = await this.serverKey()
    if (key === undefined) return "unsupported"
    await sayInNotices(words)
    await this.subscribe(key)
    return standing
  }

  /** The conversations that do not wake this device, all of them; too many wake it after all. */
  async mute(conversations: readonly string[]): Promise<void> {
    await this.endpoints.mute(await this.source.token(false), { conversations: conversations.slice(0, MAX_MUTED) })
  }

  /** Has the worker show that something came, for a page that is behind others (`sw/sw.ts`). */
  async tell(conversation: string): Promise<void> {
    const auth = (await subscription())?.getKey("auth")
    if (!auth) return
    const { active } = await navigator.serviceWorker.ready
    active?.postMessage({ notify: nameOf(conversation, new Uint8Array(auth)) })
  }

  /** When nobody of the account is woken. */
  async quiet(): Promise<QuietHours | undefined> {
    return (await this.endpoints.state(await this.source.token(false))).quiet ?? undefined
  }

  async setQuiet(hours: QuietHours | undefined): Promise<void> {
    const token = await this.source.token(false)
    if (hours === undefined) await this.endpoints.endQuiet(token)
    else await this.endpoints.setQuiet(token, hours)
  }

  /** Which of these conversations a push named; undefined when it is none of them any more. */
  async conversationOf(name: string, conversations: readonly string[]): Promise<string | undefined> {
    const auth = (await subscription())?.getKey("auth")
    if (!auth) return undefined
    return conversations.find((id) => nameOf(id, new Uint8Array(auth)) === name)
  }

  private async subscribe(key: Uint8Array<ArrayBuffer>): Promise<void> {
    const { pushManager } = await navigator.serviceWorker.ready
    let found = await pushManager.getSubscription()
    if (found !== null && !isSame(found.options.applicationServerKey, key)) {
      await found.unsubscribe()
      found = null
    }
    found ??= await subscribed(pushManager, key)
    const [p256dh, auth] = [found.getKey("p256dh"), found.getKey("auth")]
    if (!p256dh || !auth) throw new TypeError("the browser gave a subscription without keys")
    await this.endpoints.subscribe(await this.source.token(false), {
      endpoint: found.endpoint,
      p256dh: new Uint8Array(p256dh),
      auth: new Uint8Array(auth),
      key,
    })
  }

  private async serverKey(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { push_key } = await new Accounts(this.device.identity.origin).server()
    return push_key.length === 0 ? undefined : push_key.slice()
  }

  private async isWanted(): Promise<boolean> {
    return (await getRecord(this.device.vault, Wanted, SPACE))?.on ?? false
  }

  private want(on: boolean): Promise<void> {
    return this.device.vault.write([putRecord(SPACE, { on })])
  }
}

/** What a notice says, in the language of the person: the worker asks the cache for it. */
export async function sayInNotices(words: string): Promise<void> {
  await (await caches.open(NOTICES)).put(WORDS, new Response(words))
}

/** How a push names a conversation to this browser alone (`push_api`). */
export function nameOf(conversation: string, auth: Uint8Array): string {
  const named = concatBytes(utf8ToBytes(PUSH_NAME_LABEL), idBytes(conversation))
  return base64urlnopad.encode(hmac(sha256, auth, named).slice(0, PUSH_NAME_BYTES))
}

/** The browser asks its maker's service, which may be out of reach, or forbidden in its settings. */
async function subscribed(manager: PushManager, key: Uint8Array<ArrayBuffer>): Promise<PushSubscription> {
  try {
    return await manager.subscribe({ userVisibleOnly: true, applicationServerKey: key })
  } catch (error) {
    if (error instanceof DOMException) throw new NotConnected("the browser's push service cannot be reached")
    throw error
  }
}

async function subscription(): Promise<PushSubscription | undefined> {
  const registration = await navigator.serviceWorker.getRegistration()
  return (await registration?.pushManager.getSubscription()) ?? undefined
}

function isSame(one: ArrayBuffer | null, other: Uint8Array): boolean {
  return one !== null && new Uint8Array(one).toString() === other.toString()
}
