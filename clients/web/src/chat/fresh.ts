/**
 * A fresh group for a conversation whose members could not apply a commit.
 *
 * The server says which conversation is frozen, who begins, and with which devices. What
 * it says can leave somebody out; it can let nobody in: the devices are of the group as
 * this device knows it, and the resumption PSK of the last epoch all agreed on is part of
 * the fresh group's keys.
 */

import type { Device } from "../account/device"
import { idBytes, newId } from "../account/ids"
import { getRecord } from "../account/stored"
import { leafOf } from "../account/trust"
import type { PskId } from "../e2ee/engine"
import * as declared from "../e2ee/formats/declared"
import { keyOf } from "../e2ee/octets"
import { readPackage } from "../e2ee/tsmls-outside"
import type { CommitAccepted, FrozenView } from "../protocol/events"
import { carried } from "./bundle"
import { declare } from "./change"
import { checkMembers } from "./commit-rules"
import { Draft } from "./draft"
import { mvGroup } from "./founding"
import { type Leaf, Leaves } from "./leaves"
import { notice } from "./messages"
import { freshEvents, keptOf } from "./opening"
import { type ConversationRecord, saveMessage, saveStored, Staged } from "./records"
import type { Room } from "./room"
import { settlePassed } from "./passed-over"

/** The devices to add: those named that are known to be in the group. */
export function wanted(room: Room, own: Leaf, freeze: FrozenView): Leaves {
  const there = room.leaves.filter(({ device }) => freeze.devices.includes(device))
  const others = new Set(there.with([own]).accounts)
  others.delete(freeze.committer)
  // Whose commit it was stays out, unless that leaves one person alone: a conversation
  // with nobody helps nobody.
  const stays = (account: string) => others.size <= 1 || account !== freeze.committer
  return there.without(new Leaves([own])).filter(({ account }) => stays(account))
}

/** Makes the first commit of the fresh group, and stores it with where it leads. */
export function stage(
  device: Device,
  room: Room,
  freeze: FrozenView,
  packages: readonly Uint8Array[],
): Promise<Staged> {
  return device.checked(async (engine, check) => {
    const { group } = room
    const alone = await engine.create(idBytes(newId(device.random)), group.suite, [mvGroup(room.record.kind)])
    const epoch = BigInt(freeze.epoch)
    const psk: PskId = { kind: "resumption", usage: "application", groupId: group.groupId, epoch }
    const adds = packages.map((keyPackage) => ({ kind: "add", keyPackage }) as const)
    const clientId = newId(device.random)
    const added = new Leaves(packages.map((message) => leafOf(readPackage(message).identity)))
    const made = await engine.stageCommit(alone, [...adds, { kind: "psk", psk }], {
      authenticatedData: declared.encode(idBytes(clientId), declare(added)),
      known: [group],
    })
    checkMembers(room.record.kind, engine, made.accepted)
    const { commit, welcome = null, groupInfo } = made
    const staged: Staged = {
      ...carried(device.random, { commit, welcome, groupInfo }),
      ...{ clientId, epoch: 0, entering: null, renews: false, nextState: engine.serialise(made.accepted) },
    }
    const draft = new Draft(device.vault)
    draft.save("fresh", staged, room.id)
    draft.put(...check.puts())
    await draft.write()
    return staged
  })
}

/** The first commit that was made, and whose answer is not known. */
export function staged(device: Device, room: Room): Promise<Staged | undefined> {
  return getRecord(device.vault, Staged, "fresh", room.id)
}

/** Drops a first commit: somebody else begins. */
export function unstage(device: Device, room: Room): Promise<void> {
  return device.vault.write([{ space: "fresh", name: room.id, value: undefined }])
}

/** Goes on in the fresh group that the server has taken, stored. */
export function enter(device: Device, room: Room, made: Staged, accepted: CommitAccepted): Promise<void> {
  return device.checked(async (engine) => {
    const group = engine.restore(made.nextState)
    const members = engine.members(group)
    const record: ConversationRecord = {
      ...room.record,
      ...{ group: keyOf(group.groupId), standing: "active", cursor: accepted.seq, cause: "" },
      ...{ rejects: null, frozen: false, keysAtMs: device.now() },
    }
    const draft = new Draft(device.vault)
    const stored = await settlePassed(draft, device.leaf, { record, group, ...keptOf(room) })
    saveStored(draft, engine, room.current, stored)
    draft.delete("fresh", room.id)
    const account = device.identity.account
    const origin = { conversation: room.id, seq: accepted.seq, at: accepted.at, account, mine: true }
    saveMessage(draft, notice(freshEvents(room, Leaves.ofMembers(members), account), origin))
    await draft.write()
    room.enter(stored, members)
  })
}

/** The packages that are of one of these devices. */
export function forLeaves(packages: readonly Uint8Array[], leaves: Leaves): Uint8Array[] {
  return packages.filter((message) => leaves.has(leafOf(readPackage(message).identity)))
}
