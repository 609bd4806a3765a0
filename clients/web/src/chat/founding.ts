/**
 * What a group is for stands in the group itself, in the extension `mv_group`, so that a
 * server cannot present a circle as a conversation between two:
 *
 *     struct { uint8 version = 1; uint8 kind; uint16 flags = 0; } MvGroup;
 */

import type { CryptoEngine, Extension, Group } from "../e2ee/engine"
import { equal } from "../e2ee/octets"
import type { ConversationKind } from "../protocol/events"

const MV_GROUP = 0xf0a0
const KINDS: Readonly<Record<ConversationKind, number>> = { direct: 1, circle: 2, crisis: 3, call: 4, side: 5 }

/** The extension that says what a group is for. */
export function mvGroup(kind: ConversationKind): Extension {
  return { type: MV_GROUP, data: new Uint8Array([1, KINDS[kind], 0, 0]) }
}

/** Whether a group says that it is for this, and nothing else. */
export function isFor(kind: ConversationKind, engine: Pick<CryptoEngine, "extensions">, group: Group): boolean {
  const [only, ...more] = engine.extensions(group)
  const wanted = mvGroup(kind)
  return only?.type === wanted.type && equal(only.data, wanted.data) && more.length === 0
}
