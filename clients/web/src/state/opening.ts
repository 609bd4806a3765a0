/** Everything of a person on this device, opened together and closed together. */

import { computed, type ReadonlySignal } from "@preact/signals"
import { PushNotices } from "../account/push"
import { stretchBy } from "../account/stretch"
import type { DeviceRecord } from "../store/keyring"
import { LiveDevices } from "./devices"
import type { Connection, Session } from "./models"
import { LiveOwnData } from "./own-data"
import type { Page } from "./page"
import { LivePasskeys } from "./passkeys"
import { followNotices } from "./notices"
import { Preferences } from "./preferences"
import { LiveRecovery } from "./recovery"
import { LiveSettings } from "./settings"

export interface Opened {
  readonly session: Session
  readonly connection: ReadonlySignal<Connection>
  /** Leaving in a hurry forgets this device: it was asked for, and the account can come back. */
  readonly forgetful: ReadonlySignal<boolean>
  /** The conversation that a notice leads to. */
  placeOf(name: string): Promise<string | undefined>
  /** Resolves when another page of ours asks for the device. */
  readonly wanted: Promise<void>
  /** Ends what is under way and lets go of the device. */
  close(): Promise<void>
}

/** How a person ends it. */
export interface Ends {
  /** They want to be asked again who they are. */
  readonly signedOut: () => void
  /** Nothing of it is to be left in this browser. */
  readonly forget: () => Promise<void>
}

/**
 * The device of this browser at work, as soon as no other page has it; until then
 * `elsewhere` is told how to ask. `failed` hears of what ends it. Throws `StoreDamaged`,
 * `ClientError` (`profile_missing`).
 */
export async function open(
  record: DeviceRecord & { readonly storeKey: CryptoKey },
  { argon2Worker, frameWorker, language }: Pick<Page, "argon2Worker" | "frameWorker"> & { language: () => string },
  notice: ReadonlySignal<string>,
  elsewhere: (useHere: () => void) => void,
  failed: (error: unknown) => void,
  ends: Ends,
): Promise<Opened> {
  // The device and what is shown of it come side by side.
  const [{ openDevice }, { LiveSession }] = await Promise.all([import("./open-device"), import("./session")])
  const { chat, vault, lock } = await openDevice(record, elsewhere)
  const closings: (() => Promise<void>)[] = [() => chat.close()]
  const close = async () => {
    for (const each of closings.splice(0).reverse()) await each()
    vault.close()
    lock.release()
  }
  try {
    const preferences = await Preferences.open(vault, failed)
    closings.push(() => preferences.close())
    const recovery = await LiveRecovery.open(chat, stretchBy(argon2Worker), failed)
    const devices = new LiveDevices(chat, recovery, ends.forget, failed)
    const push = new PushNotices(chat.device, chat.source)
    const settings = new LiveSettings(preferences, push, notice)
    closings.push(() => settings.close())
    const data = new LiveOwnData(chat, ends.forget)
    const locks = record.wrapped.filter(({ kind }) => kind === "passkey").map(({ id }) => id)
    const passkeys = new LivePasskeys(chat, recovery, new Set(locks))
    const parts = { settings, devices, passkeys, data, frameWorker, language, signedOut: ends.signedOut }
    const session = await LiveSession.open(chat, parts, failed)
    closings.push(() => session.close())
    const { connection, conversations, silent } = session
    const noticed = { push: settings.push, connection, conversations, silent }
    const stopNoticing = followNotices(push, noticed, failed)
    closings.push(() => Promise.resolve(stopNoticing()))
    const placeOf = (name: string) =>
      push.conversationOf(
        name,
        conversations.peek().map(({ id }) => id),
      )
    const comesBack = computed(() => recovery.known.value !== undefined || devices.list.value.length > 1)
    const forgetful = computed(() => preferences.leaveNothing.value && comesBack.value)
    return { session, connection, forgetful, placeOf, wanted: lock.wanted, close }
  } catch (error) {
    await close()
    throw error
  }
}
