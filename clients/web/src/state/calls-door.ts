/** Whether this server has calls; what shows them is loaded only then. */

import type { Chat } from "../chat/chat"
import { NotConnected, Refused } from "../protocol/errors"
import type { Calls as Listed } from "../protocol/events"
import type { LiveCalls, LiveCallsAround } from "./calls"

/** Null where there are none, undefined where it has to be asked again. */
export async function callsOf(chat: Chat, around: LiveCallsAround): Promise<LiveCalls | null | undefined> {
  let listed: Listed
  try {
    listed = await chat.call("call.list", {})
  } catch (error) {
    if (error instanceof Refused && error.fault === "caller") return null
    if (error instanceof NotConnected || error instanceof Refused) return undefined
    throw error
  }
  const { LiveCalls } = await import("./calls")
  return LiveCalls.open(chat, around, listed)
}
