/** What a call is opened by: rooms that are planned, the session that it belongs to, and how two are connected. */

import { newId } from "../account/ids"
import type { Chat } from "../chat/chat"
import type { RouteView, SessionView } from "../protocol/events"
import type { CallPlan, CallRoute, PlannedCall, RoomKind } from "./call-models"
import type { Requests } from "./requests"

/** So early before its time a session can be opened, as the server has it. */
const EARLY_MS = 30 * 60_000

/** Kinds of rooms with a line before them, in the order of the server. */
export async function roomKinds(chat: Chat): Promise<readonly RoomKind[]> {
  const { kinds } = await chat.call("session.kinds", {})
  return kinds
    .filter(({ has_waiting_room: hasLine }) => hasLine)
    .map(({ kind, minutes, min_participants: least, max_participants: most }) => ({ name: kind, minutes, least, most }))
}

/** Says of these members that they fit, and finds or plans the session that begins now. */
export async function sessionNow(
  chat: Chat,
  conversation: string,
  kind: string,
  fits: readonly string[],
): Promise<SessionView> {
  for (const member of fits) await chat.call("session.screen", { conversation, member, fits: true })
  const { now, sessions } = await chat.call("session.list", { conversation })
  const isNow = (each: SessionView) =>
    each.kind === kind && (each.status === "open" || (each.status === "planned" && each.starts_at <= now + EARLY_MS))
  const found = sessions.find(isNow)
  if (found !== undefined) return found
  const request = newId((length) => crypto.getRandomValues(new Uint8Array(length)))
  return chat.call("session.plan", { request, conversation, kind, starts_at: now })
}

/** What is planned in a conversation and not over. */
export async function planned(chat: Chat, conversation: string): Promise<readonly PlannedCall[]> {
  const { now, sessions } = await chat.call("session.list", { conversation })
  return sessions.filter((each) => isToCome(each, now)).map(plannedOf)
}

/** Plans a call of two. Without an answer the same plan is the same request, and planned once. */
export function plan(
  chat: Chat,
  requests: Requests,
  conversation: string,
  { startsAt, minutes, media }: CallPlan,
): Promise<SessionView> {
  const wanted = { conversation, kind: "individual", starts_at: startsAt.getTime(), minutes, media }
  return requests.of(JSON.stringify(wanted), (request) => chat.call("session.plan", { request, ...wanted }))
}

export function isToCome({ status, starts_at: startsAt, minutes }: SessionView, now: number): boolean {
  return status === "open" || (status === "planned" && startsAt + minutes * 60_000 > now)
}

function plannedOf(view: SessionView): PlannedCall {
  const { session, conversation, kind, media, minutes, call, starts_at: startsAt } = view
  return {
    ...{ session, conversation, kind, media, minutes },
    startsAt: new Date(startsAt),
    opensAt: new Date(startsAt - EARLY_MS),
    call: call ?? undefined,
    needsTalk: !view.is_screened,
  }
}

export function routeOf({ may_choose: mayChoose, wishes_direct: wishesDirect, relay }: RouteView): CallRoute {
  return { mayChoose, wishesDirect, isRelayed: relay }
}
