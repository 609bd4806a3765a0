/** What the service worker decides, as plain functions of texts. */

/** What a notice leads to: the name of one conversation, "" for all of them, the desk, or a test of it. */
export interface Notice {
  readonly name: string
}

/** Something came (1), or somebody calls (4): both lead to the conversation. */
const NAME = /^[14]\.([A-Za-z0-9_-]{22}) *$/
/** Somebody on call is asked to look at the desk; the push names nothing. */
const DESK_CALLS = /^2\. *$/
/** Whether such a call would come; whoever presses it has seen that it does. */
const DESK_TESTS = /^3\. *$/
/** Shorter than a name, so they are none. */
const DESK = "desk"
const DESK_TEST = "test"

/** The file that is shown for an address of a page; undefined for what is none of ours. */
export function documentOf(path: string): string | undefined {
  return path === "/" || path === "/help" ? path : undefined
}

/** The name in a push; "" for one that a newer server sent, which wakes all the same. */
export function nameIn(text: string): string {
  if (DESK_CALLS.test(text)) return DESK
  return DESK_TESTS.test(text) ? DESK_TEST : (NAME.exec(text)?.[1] ?? "")
}

/** The name that a page behind others tells the worker; undefined if it says something else. */
export function nameTold(data: unknown): string | undefined {
  const told = typeof data === "object" && data !== null && "notify" in data ? data.notify : undefined
  return typeof told === "string" ? told : undefined
}

/**
 * The one notice that is shown when another comes: for two it leads home, but to the desk
 * if that calls, and before that to what a test is to show.
 */
export function noticeFor(name: string, shown: Notice | undefined): Notice {
  if (name === DESK || shown?.name === DESK) return { name: DESK }
  if (name === DESK_TEST || shown?.name === DESK_TEST) return { name: DESK_TEST }
  return { name: shown === undefined || shown.name === name ? name : "" }
}

/** Whether it is shown to somebody who is looking at the app, as a test is to be seen to come. */
export function isAlwaysShown(name: string): boolean {
  return name === DESK_TEST
}

/** Where a notice leads. Behind `#`, so that no log says it. */
export function leads(notice: Notice | undefined): string {
  if (notice?.name === DESK) return "/#/desk"
  if (notice?.name === DESK_TEST) return "/#/desk/called"
  return notice?.name ? `/#/n/${notice.name}` : "/#/"
}
