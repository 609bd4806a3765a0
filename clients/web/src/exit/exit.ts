/**
 * Leaving at once: a blank page, nothing kept, a harmless page in its place.
 *
 * Somebody may be looking over a shoulder, so everything happens in one task, without
 * waiting for anything: not the network, not the database. What needs time (clearing
 * the cache, deleting databases) is begun here and finished by the browser.
 *
 * `location.replace` puts the harmless page where ours was in the history, so "Back"
 * leads to what came before. Leaving is not giving up: no case and no place in a queue
 * is given back by it.
 */

export type Kind =
  /** Forget everything: a guest, or an account that chose to leave nothing here. */
  | "wipe"
  /** Keep the sealed store and forget what opens it: an account signs in again. */
  | "lock"

/** Read by the next page of ours: it asks for the passkey or passphrase first. */
export const LOCKED_FLAG = "mv-locked"

/** Stands while there is a device in this browser that leaving may not forget. */
export const KEPT_FLAG = "mv-kept"

const CHANNEL = "mv"
const NEUTRAL_TITLE = "\u200e"

interface Leaving {
  readonly exit: Kind
}

/** What has to end with the page: media, connections, open databases. */
const endings = new Set<(kind: Kind) => void>()
let channel: BroadcastChannel | undefined

/** What leaving does in this browser: known before anything is opened, and on every page of ours. */
export function kindHere(): Kind {
  return localStorage.getItem(KEPT_FLAG) === null ? "wipe" : "lock"
}

/** Calls `end` when somebody leaves; returns how to take that back. It may not throw or wait. */
export function onLeave(end: (kind: Kind) => void): () => void {
  endings.add(end)
  return () => endings.delete(end)
}

/** Leaves with the other pages of ours, whichever of them was told to. */
export function listen(): void {
  channel ??= new BroadcastChannel(CHANNEL)
  channel.onmessage = (event: MessageEvent<Leaving>) => {
    vanish(event.data.exit)
  }
}

/** Leaves, here and in every other page of ours. */
export function leave(kind: Kind): void {
  blank()
  const others = channel ?? new BroadcastChannel(CHANNEL)
  others.postMessage({ exit: kind } satisfies Leaving)
  forget(kind)
  // Sent by the browser after this page is gone; its answer clears the cache.
  navigator.sendBeacon("/exit", kind)
  go()
}

function vanish(kind: Kind): void {
  blank()
  forget(kind)
  go()
}

function blank(): void {
  document.body.replaceChildren()
  document.title = NEUTRAL_TITLE
  for (const icon of document.querySelectorAll("link[rel=icon]")) icon.remove()
}

function forget(kind: Kind): void {
  for (const end of endings) end(kind)
  sessionStorage.clear()
  if (kind === "lock") localStorage.setItem(LOCKED_FLAG, "1")
  else localStorage.clear()
}

function go(): void {
  const target = document.querySelector<HTMLMetaElement>("meta[name=mv-exit]")?.content
  location.replace(target !== undefined && target.startsWith("https://") ? target : "about:blank")
}
