/**
 * Tells the service worker that somebody leaves, in the task in which they do: it takes
 * notices away and lets none come until somebody is back (`sw/sw.ts`). It is told by a
 * message, which outlives the page; a request of the page might not reach it any more.
 */

import { onLeave } from "../exit/exit"

export function fallSilent(): void {
  if ("serviceWorker" in navigator) navigator.serviceWorker.controller?.postMessage("left")
}

export function fallSilentOnLeaving(): void {
  onLeave(fallSilent)
}
