/** What the service worker decides, as plain functions of texts. */

/** What a notice leads to: the name of one conversation, or "" for all of them. */
export interface Notice {
  readonly name: string
}

const NAME = /^1\.([A-Za-z0-9_-]{22}) *$/

/** The file that is shown for an address of a page; undefined for what is none of ours. */
export function documentOf(path: string): string | undefined {
  return path === "/" || path === "/help" ? path : undefined
}

/** The name in a push; "" for one that a newer server sent, which wakes all the same. */
export function nameIn(text: string): string {
  return NAME.exec(text)?.[1] ?? ""
}

/** The name that a page behind others tells the worker; undefined if it says something else. */
export function nameTold(data: unknown): string | undefined {
  const told = typeof data === "object" && data !== null && "notify" in data ? data.notify : undefined
  return typeof told === "string" ? told : undefined
}

/** The one notice that is shown when another comes: for two conversations it leads home. */
export function noticeFor(name: string, shown: Notice | undefined): Notice {
  return { name: shown === undefined || shown.name === name ? name : "" }
}

/** Where a notice leads. Behind `#`, so that no log says it. */
export function leads(notice: Notice | undefined): string {
  return notice?.name ? `/#/n/${notice.name}` : "/#/"
}
