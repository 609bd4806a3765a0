/**
 * The app as this browser keeps it (`sw/sw.ts`): there once a device is, gone with it.
 *
 * Nothing is kept before, so that a look at the crisis page or an invitation leaves no
 * trace. Another build waits until the person lets it in; then this page loads anew.
 */

import { type ReadonlySignal, signal } from "@preact/signals"
import { onLeave } from "../exit/exit"
import { trustedScriptUrl } from "../protocol/workers"

const WORKER = "/sw.js"

export class LiveShell {
  /** Lets a newer build in and loads the page anew; undefined while there is none. */
  readonly newer: ReadonlySignal<(() => void) | undefined>
  private readonly found = signal<(() => void) | undefined>(undefined)
  private registration: ServiceWorkerRegistration | undefined

  constructor(private readonly reload: () => void) {
    this.newer = this.found
  }

  /** Has the browser keep the app. Never throws: without it everything works, online. */
  async keep(): Promise<void> {
    if (!("serviceWorker" in navigator) || this.registration !== undefined) return
    try {
      const url = trustedScriptUrl(WORKER)
      this.registration = await navigator.serviceWorker.register(url, { scope: "/", updateViaCache: "none" })
    } catch {
      return // private windows, and browsers told to keep nothing
    }
    const { registration } = this
    // Begun in the task in which everything goes, and finished by the browser.
    onLeave((kind) => kind === "wipe" && void forgetShell())
    if (registration.waiting !== null) this.offer(registration.waiting)
    registration.addEventListener("updatefound", () => {
      const coming = registration.installing
      coming?.addEventListener("statechange", () => {
        // The first of all replaces none, and nobody has to hear of it.
        if (coming.state === "installed" && registration.active !== null) this.offer(coming)
      })
    })
  }

  private offer(waiting: ServiceWorker): void {
    this.found.value = () => {
      navigator.serviceWorker.addEventListener("controllerchange", () => this.reload(), { once: true })
      waiting.postMessage("take over")
    }
  }
}

/** Has the browser forget the app; for when there is no device any more. */
export async function forgetShell(): Promise<void> {
  if (!("serviceWorker" in navigator)) return
  for (const registration of await navigator.serviceWorker.getRegistrations()) await registration.unregister()
  await Promise.all((await caches.keys()).map((name) => caches.delete(name)))
}
