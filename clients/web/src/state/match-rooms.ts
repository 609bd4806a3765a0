/** What the screens about matching work with; it looks anew where something changed that is shown. */

import type { Chat } from "../chat/chat"
import { KeptAnswers } from "./match-answers"
import type { MatchRooms } from "./match-models"
import { LiveOffering } from "./match-offering"
import { LiveMatchQueue } from "./match-queue"
import { LiveMatching } from "./matching"

/** Until `ending`. `failed` hears of defects. */
export async function openMatching(
  chat: Chat,
  failed: (error: unknown) => void,
  ending: AbortSignal,
): Promise<MatchRooms> {
  const { vault } = chat.device
  const [searched, offered] = await Promise.all([KeptAnswers.open(vault, "search"), KeptAnswers.open(vault, "offer")])
  const search = new LiveMatching(chat, searched)
  const offering = new LiveOffering(chat, offered)
  const queue = new LiveMatchQueue(chat)
  const again = async (name: string) => {
    if (name === "match.queue_changed" && queue.reviews.peek() !== undefined) await queue.look()
    if (name !== "match.changed") return
    if (search.view.peek() !== undefined) await search.look()
    if (offering.offering.peek() !== undefined) await offering.look()
  }
  chat.updates.listen((update) => {
    if (update.kind === "told") again(update.notice.name).catch(failed)
  }, ending)
  return { search, offering, queue }
}
