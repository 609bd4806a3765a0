/**
 * What a commit has to keep besides the rules of MLS.
 *
 * A commit is more than valid MLS. The members it declares to the server must be those it
 * adds and removes, no device may get a second leaf, a leaf stays with its device (the
 * engine sees to that), a direct conversation stays between two people, nobody enters
 * uninvited, and what proves a message fits a report. A commit that breaks one of these is not applied, whoever signed it.
 *
 * Nobody enters from outside but a device that comes back (RFC 9420 §12.4.3.2): its
 * account is in the group, its account's list names it, and it replaces no leaf but its
 * own. Unless it proves that it was in an earlier epoch, its account has to have listed
 * it for a day: who steals an account's key would not be in every group at once. The day
 * is counted by the time of the commit's row, so that everybody counts the same, up to
 * this device's own clock, which a server cannot put forward. An hour is let off, since
 * the clocks of three devices take part.
 */

import type { DeviceLists } from "../account/device-lists"
import { idText } from "../account/ids"
import { checkOneLeafPerDevice, leafOf } from "../account/trust"
import type { CryptoEngine, Group, ReadCommit } from "../e2ee/engine"
import * as declared from "../e2ee/formats/declared"
import { FormatError } from "../e2ee/formats/errors"
import { equal } from "../e2ee/octets"
import type { ConversationKind } from "../protocol/events"
import { type Leaf, Leaves } from "./leaves"

/** Age from which a device comes in without having been in the group. */
export const UNPROVEN_AFTER_SECONDS = 86_400
/** How far the clocks may be apart of who listed a device, who returns, and the log. */
export const CLOCKS_DIFFER_SECONDS = 3_600
/**
 * Longest GroupContext, and longest LeafNode. Both go into reports: nobody gets out of one by
 * a leaf that does not fit. Those we make take 3 KiB.
 */
export const MAX_PROOF_PART_BYTES = 16 * 1024
/** Most accounts: two people; eight and two of the staff; somebody in a crisis and four who help. */
const PLACES: Readonly<Record<ConversationKind, number>> = { direct: 2, circle: 10, crisis: 5, call: 10, side: 2 }

/** A commit that is valid MLS, and not one we take part in. */
export class CommitRefused extends Error {
  constructor(readonly code: string) {
    super(code)
    this.name = "CommitRefused"
  }
}

/** Whether a commit is acceptable depends on the account's newest device list. */
export class ListNeeded extends Error {
  constructor(readonly account: string) {
    super("a device list is needed")
    this.name = "ListNeeded"
  }
}

type Judging = Pick<CryptoEngine, "members" | "longestProofPart">
type Lists = Pick<DeviceLists, "approvedAt">

/**
 * Checks somebody's commit that leads from `before` to `processed.group`. `atSeconds`:
 * when it came into the log, no later than now. Throws `CommitRefused`, `ListNeeded`.
 */
export function checkCommit(
  kind: ConversationKind,
  engine: Judging,
  before: Group,
  processed: ReadCommit,
  lists: Lists,
  atSeconds: number,
): void {
  const [added, removed] = [Leaves.ofMembers(processed.added), Leaves.ofMembers(processed.removed)]
  const stated = declaredIn(processed.authenticatedData)
  if (!stated.adds.equals(added) || !stated.removes.equals(removed)) throw new CommitRefused("commit.undeclared")
  if (processed.external) checkReturn(Leaves.of(engine, before), before, processed, added, removed, lists, atSeconds)
  if (processed.group.standing !== "removed") checkMembers(kind, engine, processed.group)
}

/** Checks who is in a group, after a commit or on joining it. Throws `CommitRefused`. */
export function checkMembers(kind: ConversationKind, engine: Judging, group: Group): void {
  const members = engine.members(group).map(({ identity }) => leafOf(identity))
  try {
    checkOneLeafPerDevice(members)
  } catch {
    throw new CommitRefused("commit.device_twice")
  }
  if (engine.longestProofPart(group) > MAX_PROOF_PART_BYTES) throw new CommitRefused("commit.unreportable")
  if (new Leaves(members).accounts.size > PLACES[kind]) throw new CommitRefused("commit.too_many_people")
}

/** Whether a device has been listed long enough to come in without proof. */
export function mayReturnUnproven(lists: Lists, { account, device }: Leaf, nowSeconds: number): boolean {
  const approved = lists.approvedAt(account, device)
  return approved !== undefined && nowSeconds - approved >= UNPROVEN_AFTER_SECONDS
}

function declaredIn(authenticatedData: Uint8Array): { adds: Leaves; removes: Leaves } {
  try {
    const { adds, removes } = declared.decode(authenticatedData)
    return { adds: leavesOf(adds), removes: leavesOf(removes) }
  } catch (error) {
    if (error instanceof FormatError) throw new CommitRefused("commit.undeclared")
    throw error
  }
}

function leavesOf(changes: readonly declared.DeclaredChange[]): Leaves {
  return new Leaves(
    changes.map(({ accountId, deviceId }) => ({ account: idText(accountId), device: idText(deviceId) })),
  )
}

function checkReturn(
  were: Leaves,
  before: Group,
  processed: ReadCommit,
  added: Leaves,
  removed: Leaves,
  lists: Lists,
  atSeconds: number,
): void {
  const joined = leafOf(processed.committer.identity)
  const own = new Leaves([joined])
  if (!added.equals(own) || removed.without(own).size > 0) throw new CommitRefused("commit.return_changes_others")
  if (!were.accounts.has(joined.account)) throw new CommitRefused("commit.stranger")
  const approved = lists.approvedAt(joined.account, joined.device)
  if (approved === undefined) throw new ListNeeded(joined.account)
  const age = atSeconds - approved
  if (!knowsPast(before, processed) && age < UNPROVEN_AFTER_SECONDS - CLOCKS_DIFFER_SECONDS) {
    throw new CommitRefused("commit.too_young")
  }
}

function knowsPast(before: Group, { psks }: ReadCommit): boolean {
  return psks.some((psk) => psk.kind === "resumption" && equal(psk.groupId, before.groupId))
}
