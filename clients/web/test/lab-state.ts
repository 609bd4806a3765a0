/** The view models of a signed-in person in a real browser, without the screens. */

import { effect, type ReadonlySignal } from "@preact/signals"
import { openDevice } from "../src/state/open-device"
import { LiveSession } from "../src/state/session"
import { Keyring } from "../src/store/keyring"

/** Resolves with a signal's value once it holds what is asked. */
export function until<T>(observed: ReadonlySignal<T>, holds: (value: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      const value = observed.value
      if (!holds(value)) return
      resolve(value)
      // Within its first run an effect cannot end itself.
      queueMicrotask(() => stop())
    })
  })
}

export interface OpenSession {
  readonly session: LiveSession
  close(): Promise<void>
}

/** The session of this browser's device; `elsewhere` counts pages that were in the way. */
export async function openSession(onElsewhere: (useHere: () => void) => void = () => undefined): Promise<OpenSession> {
  const keyring = await Keyring.open()
  const record = await keyring.own()
  keyring.close()
  if (record?.storeKey === undefined) throw new Error("there is no device in this browser")
  const { chat, vault, lock } = await openDevice({ ...record, storeKey: record.storeKey }, onElsewhere)
  const session = await LiveSession.start(chat, (error) => {
    throw error
  })
  const close = async () => {
    await session.close()
    vault.close()
    lock.release()
  }
  void lock.wanted.then(close)
  return { session, close }
}
