/**
 * What an open page does about notices: the server knows from it which conversations wake
 * nobody, and while it is behind others it tells by itself that something came. The server
 * wakes no browser that acknowledged, and an open one acknowledges at once.
 */

import { effect, type ReadonlySignal } from "@preact/signals"
import type { PushNotices, PushStanding } from "../account/push"
import { NotConnected, Refused, SignedOut } from "../protocol/errors"
import type { Connection, ConversationRow } from "./models"
import { settling } from "./scope"

export interface Noticed {
  readonly push: ReadonlySignal<PushStanding>
  readonly connection: ReadonlySignal<Connection>
  readonly conversations: ReadonlySignal<readonly ConversationRow[]>
  /** Conversations that wake nobody. */
  readonly silent: ReadonlySignal<readonly string[]>
}

/** Follows what is shown until the returned function is called. `failed` hears of defects. */
export function followNotices(
  notices: Pick<PushNotices, "mute" | "tell">,
  { push, connection, conversations, silent }: Noticed,
  failed: (error: unknown) => void,
): () => void {
  let told: string | undefined
  const mute = settling(async () => {
    const wanted = [...silent.peek()].sort()
    if (push.peek() !== "on" || connection.peek() !== "online" || told === wanted.join()) return
    if (await done(notices.mute(wanted))) told = wanted.join()
  }, failed)
  const stopMuting = effect(() => {
    // All three are read, so that each is heard when it changes.
    if ([push.value, connection.value, silent.value].length > 0) mute()
  })
  let unread: ReadonlyMap<string, number> | undefined
  const stopTelling = effect(() => {
    const before = unread
    unread = new Map(conversations.value.map((row) => [row.id, row.unread]))
    if (push.value !== "on" || before === undefined) return
    for (const [id, count] of unread) {
      const isNew = count > (before.get(id) ?? 0) && !silent.value.includes(id)
      if (isNew) notices.tell(id).catch(failed)
    }
  })
  return () => {
    stopMuting()
    stopTelling()
  }
}

/** Whether `work` got done; what failed for the line or the server is done at the next occasion. */
export async function done(work: Promise<unknown>): Promise<boolean> {
  try {
    await work
    return true
  } catch (error) {
    if (error instanceof NotConnected || error instanceof Refused || error instanceof SignedOut) return false
    throw error
  }
}
