/** Who has a desk: asked of the server, and loaded for nobody else. */

import type { Signal } from "@preact/signals"
import type { Chat } from "../chat/chat"
import type { Role } from "../protocol/events"
import { NotConnected, Refused } from "../protocol/errors"
import type { LiveDesk } from "./desk"

const ROLES: readonly Role[] = ["responder", "supervisor"]

/**
 * The desk of this account; null if it has none here, undefined if the server could not
 * be asked. `told` takes the roles of the account, `failed` hears of defects.
 */
export async function deskOf(
  chat: Chat,
  told: Signal<readonly Role[]>,
  failed: (error: unknown) => void,
): Promise<LiveDesk | null | undefined> {
  try {
    const { roles } = await chat.call("account.me", {})
    told.value = roles
    if (!roles.some((role) => ROLES.includes(role))) return null
    // A server without a crisis desk knows no such command.
    await chat.call("desk.mine", {})
  } catch (error) {
    if (error instanceof Refused && error.fault === "caller") return null
    if (error instanceof NotConnected || error instanceof Refused) return undefined
    throw error
  }
  const { LiveDesk } = await import("./desk")
  return LiveDesk.open(chat, failed)
}
