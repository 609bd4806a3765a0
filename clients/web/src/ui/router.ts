/**
 * Going from screen to screen within one entry of the browser's history.
 *
 * With one entry, "Back" after leaving in a hurry leads to the page before ours, and
 * never to a conversation. Android's back gesture still leads one screen up, through
 * `CloseWatcher`, where the browser has it.
 */

import { computed, effect, signal } from "@preact/signals"
import { parse, type Route } from "./route"

const hash = signal("#/")

export const route = computed<Route>(() => parse(hash.value))
/** Changes with each screen: what the focus follows. */
export const address = computed(() => hash.value)

export function go(to: string): void {
  history.replaceState(null, "", to)
  hash.value = to
}

/** The screen that this one was opened from. */
export function parentOf(at: Route): string | undefined {
  switch (at.screen) {
    case "home":
      return undefined
    case "conversation":
      if (at.part === "plan") return `#/c/${at.id}/session`
      return at.part === "talk" || at.part === "at" ? "#/" : `#/c/${at.id}`
    case "settings":
      return at.part === "all" ? "#/" : "#/settings"
    case "desk":
      return at.part === "all" ? "#/" : "#/desk"
    default:
      return "#/"
  }
}

interface CloseWatcher {
  onclose: (() => void) | null
  destroy(): void
}
declare const CloseWatcher: { new (): CloseWatcher } | undefined

/** Follows links within the page, the address bar, and Android's back gesture. */
export function startRouter(): () => void {
  hash.value = location.hash || "#/"
  const ending = new AbortController()
  addEventListener("hashchange", () => (hash.value = location.hash || "#/"), { signal: ending.signal })
  document.addEventListener("click", followed, { signal: ending.signal })
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.addEventListener("message", noticed, { signal: ending.signal })
    // Messages wait until they are asked for where a listener was added.
    navigator.serviceWorker.startMessages()
  }
  const stop = effect(() => {
    const parent = parentOf(route.value)
    if (parent === undefined || typeof CloseWatcher === "undefined" || !matchMedia("(pointer: coarse)").matches) return
    const watcher = new CloseWatcher()
    watcher.onclose = () => go(parent)
    return () => watcher.destroy()
  })
  return () => {
    stop()
    ending.abort()
  }
}

/** A notice was pressed while this page was open. */
function noticed({ data }: MessageEvent<{ readonly open?: unknown }>): void {
  if (typeof data.open === "string" && data.open.startsWith("/#/")) go(data.open.slice(1))
}

function followed(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return
  const link = event.target instanceof Element ? event.target.closest("a") : null
  const to = link?.getAttribute("href")
  if (!to?.startsWith("#/")) return
  event.preventDefault()
  go(to)
}
