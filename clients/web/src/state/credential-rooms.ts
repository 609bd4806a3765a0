/** What the screens about credentials work with; it looks anew where something changed that is shown. */

import type { Chat } from "../chat/chat"
import { LiveApplying } from "./applying"
import { LiveCredentials } from "./held-credentials"
import { LiveReviewing } from "./reviewing"
import type { CredentialRooms } from "./room-models"
import { LiveStandings } from "./standings"

/** Until `ending`. `failed` hears of defects. */
export async function openCredentials(
  chat: Chat,
  failed: (error: unknown) => void,
  ending: AbortSignal,
): Promise<CredentialRooms> {
  const [applying, reviewing] = [new LiveApplying(chat), new LiveReviewing(chat)]
  const held = await LiveCredentials.open(chat)
  const again = async (name: string) => {
    if (name === "review.changed") {
      const current = reviewing.current.peek()
      if (reviewing.waiting.peek() !== undefined) await reviewing.look()
      if (current !== undefined) await reviewing.see(current.application)
      return
    }
    if (name !== "credential.changed") return
    if (applying.applications.peek() !== undefined) await applying.look()
    if (held.list.peek() !== undefined) await held.look()
  }
  chat.updates.listen((update) => {
    if (update.kind === "told") again(update.notice.name).catch(failed)
  }, ending)
  return { applying, held, reviewing, standings: new LiveStandings(chat) }
}
