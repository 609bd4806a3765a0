/** What the screens about rewards work with; it looks anew where something changed that is shown. */

import type { ReadonlySignal } from "@preact/signals"
import type { Chat } from "../chat/chat"
import { LiveRewards } from "./own-rewards"
import { LiveDeciding } from "./reward-decisions"
import { LivePacks } from "./reward-packs"
import type { RewardRooms } from "./reward-staff-models"

/** Until `ending`. `failed` hears of defects. */
export function openRewards(
  chat: Chat,
  inCrisis: ReadonlySignal<boolean>,
  failed: (error: unknown) => void,
  ending: AbortSignal,
): RewardRooms {
  const own = new LiveRewards(chat, inCrisis)
  chat.updates.listen((update) => {
    if (update.kind !== "told" || update.notice.name !== "reward.changed") return
    if (own.rewards.peek() !== undefined && !inCrisis.peek()) own.look().catch(failed)
  }, ending)
  return { own, deciding: new LiveDeciding(chat), packs: new LivePacks(chat) }
}
