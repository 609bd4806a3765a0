/**
 * Whether a server has a crisis desk: asked by the page of help before anything else is
 * loaded, so it stands by itself.
 */

const PATIENCE_MS = 10_000
const DESKS = ["none", "demo", "open"] as const

/** The server did not say, for now. */
export class DeskUnknown extends Error {
  constructor() {
    super("the server does not say whether it has a desk")
    this.name = "DeskUnknown"
  }
}

/** "demo": nobody is there. Throws `DeskUnknown`. */
export async function deskOf(origin: string): Promise<(typeof DESKS)[number]> {
  try {
    const response = await fetch(`${origin}/api/v1/server`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
    })
    if (!response.ok) throw new DeskUnknown()
    const { crisis_desk } = (await response.json()) as { readonly crisis_desk?: unknown }
    return DESKS.find((desk) => desk === crisis_desk) ?? "none"
  } catch {
    throw new DeskUnknown()
  }
}
