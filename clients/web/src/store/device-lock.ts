/**
 * One page at a time works with a device's keys.
 *
 * Two writers would fork the ratchet and use message keys twice. The page in front has
 * the lock; one that comes to the front asks for it, and the holder ends what it is
 * doing and lets go. A page without it shows nothing but a way to ask.
 */

export interface HeldLock {
  /** Resolves when another page asks: finish the transaction, then `release`. */
  readonly wanted: Promise<void>
  release(): void
}

interface Asking {
  readonly device: string
}

/** A name for one device's lock, shared by every page of this origin. */
const lockName = (device: string) => `mv-device:${device}`

/** Waits for the lock. Never steals: the holder may be in the middle of a write. */
export async function acquire(device: string, signal?: AbortSignal): Promise<HeldLock> {
  return new Promise((resolve, reject) => {
    const held = navigator.locks.request(
      lockName(device),
      signal === undefined ? {} : { signal },
      () => new Promise<void>((release) => resolve(hold(device, release))),
    )
    held.catch(reject)
  })
}

/** Asks whichever page has the lock to let go of it. */
export function ask(device: string): void {
  const channel = new BroadcastChannel("mv-device")
  channel.postMessage({ device } satisfies Asking)
  channel.close()
}

function hold(device: string, release: () => void): HeldLock {
  const channel = new BroadcastChannel("mv-device")
  const wanted = new Promise<void>((resolve) => {
    channel.onmessage = (event: MessageEvent<Asking>) => {
      if (event.data.device === device) resolve()
    }
  })
  return {
    wanted,
    release() {
      channel.close()
      release()
    },
  }
}
