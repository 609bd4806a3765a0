/**
 * The service worker: what the browser keeps of the app, and notices while it is closed.
 *
 * It keeps the documents, scripts and styles of one build, as the server sent them, and
 * nothing else: no answer of the API, nothing of a person. A page is shown from what is
 * kept, so documents and scripts are always of one build. Another build is fetched as a
 * whole beside it and waits; it takes over when the person says so (`"take over"`), or
 * when no page is open any more. What was kept before stays until the build after next,
 * for pages that are still open.
 *
 * A notice says the same words whatever came. Its name leads to the place (`push_api`);
 * which that is only an unlocked page can tell.
 */

import { documentOf, isAlwaysShown, leads, type Notice, nameIn, nameTold, noticeFor } from "./rules"

declare const self: ServiceWorkerGlobalScope
/** Put in by the build: every path to keep, and what names this build. */
declare const FILES: readonly string[]
declare const BUILD: string

/** The server puts its settings for: documents hold some, and are fetched anew with others. */
const CACHE = `mv-${BUILD}-%SETTINGS%`
const NOTICES = "mv-notices"
const WORDS = "/notice-words"
const TAG = "mv"

self.addEventListener("install", (event) => event.waitUntil(keep()))
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()))

async function keep(): Promise<void> {
  const older = (await caches.keys()).filter((name) => name.startsWith("mv-") && name !== NOTICES && name !== CACHE)
  await Promise.all(older.slice(0, -1).map((name) => caches.delete(name)))
  const cache = await caches.open(CACHE)
  await cache.addAll(FILES.map((path) => new Request(path, { cache: "no-store", credentials: "omit" })))
}

self.addEventListener("fetch", (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== "GET" || url.origin !== self.location.origin) return
  const path = request.mode === "navigate" ? documentOf(url.pathname) : url.pathname
  if (path !== undefined && (FILES.includes(path) || path.startsWith("/assets/")))
    event.respondWith(kept(path, request))
})

/** From this build, from one before for a page of it, from the network. */
async function kept(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE)
  return (await cache.match(path)) ?? (await caches.match(path)) ?? fetch(request)
}

// --- what pages say ---

self.addEventListener("message", (event) => {
  if (event.data === "take over") event.waitUntil(self.skipWaiting())
  if (event.data === "left") event.waitUntil(fallSilent())
  const name = nameTold(event.data)
  if (name !== undefined) event.waitUntil(notify(name))
})

/** Somebody left in a hurry, from whichever page: no notice tells of it, until they are back. */
async function fallSilent(): Promise<void> {
  for (const notice of await self.registration.getNotifications()) notice.close()
  await (await self.registration.pushManager.getSubscription())?.unsubscribe()
}

// --- notices ---

self.addEventListener("push", (event) => event.waitUntil(notify(nameIn(event.data?.text() ?? ""))))

async function notify(name: string): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window" })
  const isLookedAt = pages.some((page) => page.visibilityState === "visible" && page.focused)
  if (isLookedAt && !isAlwaysShown(name)) return
  const shown = await self.registration.getNotifications({ tag: TAG })
  const notice = noticeFor(name, shown[0]?.data as Notice | undefined)
  await self.registration.showNotification(await words(), {
    tag: TAG,
    icon: "/icon-192.png",
    data: notice,
    // One notice at most, which makes itself heard again for what is new.
    ...{ renotify: true },
  })
}

/** In the language of the person, if a page has said so (`account/push.ts`). */
async function words(): Promise<string> {
  const said = await (await caches.open(NOTICES)).match(WORDS)
  return (await said?.text()) || "You have an update"
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close()
  event.waitUntil(open(leads(event.notification.data as Notice | undefined)))
})

async function open(address: string): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window" })
  // The page of help knows no conversation.
  const page = pages.find(({ url }) => new URL(url).pathname === "/")
  if (page === undefined) await self.clients.openWindow(address)
  else {
    page.postMessage({ open: address })
    await page.focus()
  }
}
