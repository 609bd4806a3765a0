/** What the screens about credentials work with; it looks anew where something changed that is shown. */

import type { Chat } from "../chat/chat"
import { LiveApplying } from "./applying"
import { LiveCredentials } from "./held-credentials"
import { LookAnew } from "./look-anew"
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
  const own = new LookAnew(
    () =>
      Promise.all([
        ...(applying.applications.peek() === undefined ? [] : [applying.look()]),
        ...(held.list.peek() === undefined ? [] : [held.look()]),
      ]),
    failed,
    ending,
  )
  const reviews = new LookAnew(
    () => {
      const current = reviewing.current.peek()
      return Promise.all([
        ...(reviewing.waiting.peek() === undefined ? [] : [reviewing.look()]),
        ...(current === undefined ? [] : [reviewing.see(current.application)]),
      ])
    },
    failed,
    ending,
  )
  chat.updates.listen((update) => {
    const name = update.kind === "told" ? update.notice.name : undefined
    // Nobody tells later what was told while there was no line.
    const isBack = update.kind === "connection" && chat.state === "online"
    if (isBack || name === "credential.changed") own.soon()
    if (isBack || name === "review.changed") reviews.soon()
  }, ending)
  return { applying, held, reviewing, standings: new LiveStandings(chat) }
}
