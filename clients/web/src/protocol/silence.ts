/**
 * Tells the service worker that somebody leaves, in the task in which they do: it takes
 * notices away and lets none come (`sw/sw.ts`). It is told by a message, which outlives
 * the page; a request of the page might not reach it any more.
 */

import { onLeave } from "../exit/exit"

export function fallSilentOnLeaving(): void {
  if (!("serviceWorker" in navigator)) return
  onLeave(() => navigator.serviceWorker.controller?.postMessage("left"))
}
