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
  const own = async () => {
    if (search.view.peek() !== undefined) await search.look()
    if (offering.offering.peek() !== undefined) await offering.look()
  }
  const queued = async () => {
    if (queue.reviews.peek() !== undefined) await queue.look()
  }
  chat.updates.listen((update) => {
    const name = update.kind === "told" ? update.notice.name : undefined
    // Nobody tells later what was told while there was no line.
    const isBack = update.kind === "connection" && chat.state === "online"
    if (isBack || name === "match.changed") own().catch(failed)
    if (isBack || name === "match.queue_changed") queued().catch(failed)
  }, ending)
  return { search, offering, queue }
}
