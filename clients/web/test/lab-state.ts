/** The view models of a signed-in person in a real browser, without the screens. */

import { effect, type ReadonlySignal, signal } from "@preact/signals"
import { openDevice } from "../src/state/open-device"
import { LiveSession, type Parts } from "../src/state/session"
import { Keyring } from "../src/store/keyring"

/** As long as the tests on the other side wait. */
const WAIT_MS = 90_000

/** Resolves with a signal's value once it holds what is asked; throws the one that it kept. */
export function until<T>(observed: ReadonlySignal<T>, holds: (value: T) => boolean): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stop()
      reject(new Error(`it did not come: ${JSON.stringify(observed.peek())}`))
    }, WAIT_MS)
    const stop = effect(() => {
      const value = observed.value
      if (!holds(value)) return
      clearTimeout(timer)
      resolve(value)
      // Within its first run an effect cannot end itself.
      queueMicrotask(() => stop())
    })
  })
}

/** Calls `seen` with every value of a signal, until what it returns is called. */
export function follow<T>(observed: ReadonlySignal<T>, seen: (value: T) => void): () => void {
  return effect(() => seen(observed.value))
}

const refused = () => Promise.resolve({ done: false, problem: { code: "none", fault: "ours" } } as const)

/** What of a session stands elsewhere, as somebody has it who sends receipts. */
const PARTS: Parts = {
  frameWorker: "/frame-worker.js",
  language: () => "en",
  settings: {
    sendReceipts: signal(true),
    sendTyping: signal(true),
    leaveNothing: signal(false),
    lowData: signal(false),
    push: signal("off"),
    setPush: refused,
    quiet: signal(undefined),
    lookAtQuiet: refused,
    setQuiet: refused,
  },
  devices: {
    list: signal([]),
    approve: () => ({ step: signal({ kind: "preparing" }), cancel: () => undefined }),
    revoke: refused,
    forgetThis: refused,
    newAccountKey: refused,
    recovery: signal(undefined),
    newRecoveryWords: () => Promise.resolve([]),
    keepRecoveryWords: refused,
  },
  passkeys: {
    possible: false,
    most: 0,
    list: signal(undefined),
    look: refused,
    add: refused,
    bringBackBy: refused,
    remove: refused,
  },
  data: { export: refused, openRecording: refused, end: refused },
  signedOut: () => undefined,
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
  // As in the app: what ends with the session is no defect of it (`state/app.ts`).
  let isOpen = true
  const session = await LiveSession.open(chat, PARTS, (error) => {
    if (isOpen) throw error
  })
  const close = async () => {
    isOpen = false
    await session.close()
    vault.close()
    lock.release()
  }
  void lock.wanted.then(close)
  return { session, close }
}
