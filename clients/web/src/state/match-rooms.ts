/** What the screens about matching work with; it looks anew where something changed that is shown. */

import type { Chat } from "../chat/chat"
import { LookAnew } from "./look-anew"
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
  const own = new LookAnew(
    () =>
      Promise.all([
        ...(search.view.peek() === undefined ? [] : [search.look()]),
        ...(offering.offering.peek() === undefined ? [] : [offering.look()]),
      ]),
    failed,
    ending,
  )
  const queued = new LookAnew(
    () => Promise.all(queue.reviews.peek() === undefined ? [] : [queue.look()]),
    failed,
    ending,
  )
  chat.updates.listen((update) => {
    const name = update.kind === "told" ? update.notice.name : undefined
    // Nobody tells later what was told while there was no line.
    const isBack = update.kind === "connection" && chat.state === "online"
    if (isBack || name === "match.changed") own.soon()
    if (isBack || name === "match.queue_changed") queued.soon()
  }, ending)
  return { search, offering, queue }
}
