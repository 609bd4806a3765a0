/** What a server publishes for everybody: who issues its credentials, and which hold. */

import { NotConnected } from "./errors"

const DOCUMENT_PATH = "/.well-known/did.json"
const STATUS_PATH = /^\/credentials\/status\/[0-9]{1,6}\/[a-z]{1,16}$/
const TIMEOUT_MS = 15_000
const MAX_CHARACTERS = 8 * 1024 * 1024

export class Published {
  constructor(private readonly origin: string) {}

  /** Whose name its credentials are issued in. Throws `NotConnected`. */
  document(): Promise<string> {
    return this.get(DOCUMENT_PATH)
  }

  /**
   * What this server publishes at the path of a list; undefined: no such path, or it cannot
   * be had. Whoever shows a credential chooses no host that this device speaks to, and what
   * is fetched says itself which list it is.
   */
  async statusList(url: string): Promise<string | undefined> {
    const path = URL.canParse(url) ? new URL(url).pathname : ""
    if (!STATUS_PATH.test(path)) return undefined
    try {
      return await this.get(path)
    } catch (error) {
      if (error instanceof NotConnected) return undefined
      throw error
    }
  }

  private async get(path: string): Promise<string> {
    let text: string | undefined
    try {
      const answer = await fetch(`${this.origin}${path}`, {
        signal: AbortSignal.timeout(TIMEOUT_MS),
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
        referrerPolicy: "no-referrer",
      })
      text = answer.ok ? await answer.text() : undefined
    } catch {
      // Below: it cannot be had.
    }
    if (text === undefined || text.length > MAX_CHARACTERS) throw new NotConnected(`${path} is not published`)
    return text
  }
}
