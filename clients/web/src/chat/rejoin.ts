/**
 * Coming back into a group from outside (RFC 9420 §12.4.3.2), for a device that cannot
 * follow a conversation any further, or was never added to one that its account is in. It
 * makes an external commit over the GroupInfo that the server keeps, which removes its old
 * leaf, and every member sees it.
 *
 * Which GroupInfo the server gives is its choice. Three things keep it from leading this
 * device into a group of its own making: the group must be the one that is known, its
 * epoch no earlier, and, where every member of it was in the group that is known, the
 * commit needs the resumption PSK of that epoch (§8.6), which a former member lacks.
 * Members who came since lack it too: with one of them in the group it is left out, the
 * GroupInfo has to be signed by somebody who was there before, and what changed is shown.
 */

import type { Device } from "../account/device"
import { idBytes, newId } from "../account/ids"
import { heldSecrets } from "../account/resumption"
import { leafOf } from "../account/trust"
import { type CryptoEngine, EngineError, type Member, type PskId, type ResumptionSecret } from "../e2ee/engine"
import * as declared from "../e2ee/formats/declared"
import { equal, keyOf } from "../e2ee/octets"
import { readGroupInfo } from "../e2ee/tsmls-outside"
import type { CommitAccepted, ConversationKind } from "../protocol/events"
import { carried } from "./bundle"
import { checkMembers, CommitRefused, mayReturnUnproven } from "./commit-rules"
import { Draft } from "./draft"
import { isFor } from "./founding"
import { keyOf as keyOfLeaf, Leaves } from "./leaves"
import { describeChange, type Happened, notice } from "./messages"
import { checkNotElsewhere, type Entered, keptOf } from "./opening"
import { type ConversationRecord, saveMessage, saveStored, type Staged } from "./records"
import type { Room } from "./room"
import { settlePassed } from "./passed-over"

/** A conversation to come back into. */
export interface Target {
  readonly id: string
  readonly groupId: Uint8Array
  readonly kind: ConversationKind
  /** As far as this device has it. */
  readonly room: Room | undefined
}

/**
 * Makes the external commit and stores it with where it leads. Throws `EngineError` when
 * the GroupInfo is not one to join by, or not of this group; `CommitRefused` when the
 * members would not take this device.
 */
export function stage(device: Device, target: Target, groupInfo: Uint8Array): Promise<Staged> {
  return device.checked(async (engine, check) => {
    const members = membersOfInfo(groupInfo, target)
    const own = new Leaves([device.leaf])
    const isThere = members.some(({ identity }) => own.has(leafOf(identity)))
    const held = target.room === undefined ? await heldSecrets(device.vault, target.groupId) : []
    const use = proofFor(device, engine, target, held, members)
    if (use.length === 0 && !mayReturnUnproven(device.lists, device.leaf, device.nowSeconds())) {
      throw new CommitRefused("commit.too_young")
    }
    const clientId = newId(device.random)
    const change = [{ accountId: idBytes(device.leaf.account), deviceId: idBytes(device.leaf.device) }]
    const data = declared.encode(idBytes(clientId), change, isThere ? change : [])
    const known = target.room === undefined ? [] : [target.room.group]
    const made = await engine.joinExternal(groupInfo, isThere, undefined, { known, resumption: held, use }, data)
    checkMembers(target.kind, engine, made.group)
    if (!isFor(target.kind, engine, made.group)) throw refused("the group is of another kind")
    await checkNotElsewhere(device, target.id, made.group)
    const staged: Staged = {
      ...carried(device.random, { commit: made.commit, welcome: null, groupInfo: made.groupInfo }, "outside"),
      ...{ clientId, epoch: Number(made.group.epoch) - 1, entering: target.kind },
      ...{ nextState: engine.serialise(made.group), renews: true },
    }
    const draft = new Draft(device.vault)
    if (target.room === undefined) draft.save("staged", staged, target.id)
    else saveStored(draft, engine, target.room.current, { ...target.room.current, staged })
    draft.put(...check.puts())
    await draft.write()
    target.room?.staging(staged)
    return staged
  })
}

/** Drops a commit that was not taken. */
export async function unstage(device: Device, target: Target): Promise<void> {
  if (target.room !== undefined) return target.room.unstage()
  await device.vault.write([{ space: "staged", name: target.id, value: undefined }])
}

/** The conversation from the row that brought this device in, stored. */
export function enter(device: Device, target: Target, staged: Staged, accepted: CommitAccepted): Promise<Entered> {
  return device.checked(async (engine) => {
    const group = engine.restore(staged.nextState)
    const members = engine.members(group)
    const before = target.room
    const record: ConversationRecord = {
      ...{ id: target.id, group: keyOf(group.groupId), kind: target.kind, standing: "active" },
      ...{ cursor: accepted.seq, read: before?.record.read ?? accepted.seq, keysAtMs: device.now() },
      seats: before?.record.seats ?? new Map<string, "participant" | "staff">(),
      leaving: before?.record.leaving ?? [],
      ...{ cause: "", suiteOpen: false, rejects: null, frozen: false },
    }
    const draft = new Draft(device.vault)
    const stored = await settlePassed(draft, device.leaf, { record, group, ...keptOf(before) })
    saveStored(draft, engine, before?.current, stored)
    draft.delete("staged", target.id)
    draft.delete("fresh", target.id)
    const account = device.identity.account
    const origin = { conversation: target.id, seq: accepted.seq, at: accepted.at, account, mine: true }
    saveMessage(draft, notice(whatHappened(device, target, members), origin))
    await draft.write()
    before?.enter(stored, members)
    return { stored, members }
  })
}

function whatHappened(device: Device, { room }: Target, members: readonly Member[]): Happened[] {
  const { leaf } = device
  if (room === undefined) return [{ code: "came_in_here", accounts: [leaf.account] }]
  const own = new Leaves([leaf])
  const others = describeChange(room.leaves.without(own), Leaves.ofMembers(members).without(own))
  return [{ code: "came_back_here", accounts: [leaf.account] }, ...others]
}

/**
 * Who is in the group of a GroupInfo, if it is the one to come back into. Nothing is
 * verified: the engine does.
 */
function membersOfInfo(groupInfo: Uint8Array, target: Target): readonly Member[] {
  const info = readGroupInfo(groupInfo)
  if (!equal(info.groupId, target.groupId)) throw refused("the GroupInfo is of another group")
  if (target.room !== undefined && info.epoch < target.room.group.epoch) {
    throw refused("the GroupInfo is older than what is known of the group")
  }
  if (info.members === undefined) throw refused("the GroupInfo comes without a tree")
  // Newcomers are taken from somebody who was there, never from one of themselves: whoever
  // has an account and a GroupInfo, as a server has, can write a group that they entered.
  const signer = info.members.find(({ leafIndex }) => leafIndex === info.signer)
  if (target.room !== undefined && signer !== undefined) {
    const isKnown = target.room.accounts.has(leafOf(signer.identity).account)
    if (!isKnown) throw refused("only somebody new says who came into the group")
  }
  return info.members
}

/** The PSK to prove an earlier epoch with: one that every member has, or none. */
function proofFor(
  device: Device,
  engine: CryptoEngine,
  { room, groupId }: Target,
  held: readonly ResumptionSecret[],
  members: readonly Member[],
): PskId[] {
  // A restored device: the account was there, and who else was cannot be known.
  if (room === undefined)
    return useNewest(
      groupId,
      held.map(({ epoch }) => epoch),
    )
  const places = (all: readonly Member[]) => all.map((one) => [one.leafIndex, keyOfLeaf(leafOf(one.identity))] as const)
  const were = new Map(places(engine.members(room.group)))
  const own = keyOfLeaf(device.leaf)
  const everyoneWas = places(members).every(([at, leaf]) => leaf === own || were.get(at) === leaf)
  return everyoneWas ? useNewest(groupId, engine.pastEpochs(room.group)) : []
}

function useNewest(groupId: Uint8Array, epochs: readonly bigint[]): PskId[] {
  const [first, ...others] = epochs
  if (first === undefined) return []
  const epoch = others.reduce((newest, one) => (one > newest ? one : newest), first)
  return [{ kind: "resumption", usage: "application", groupId, epoch }]
}

function refused(message: string): EngineError {
  return new EngineError("refused", message)
}
