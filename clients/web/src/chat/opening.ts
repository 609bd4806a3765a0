/** How a conversation begins on this device: made here, or entered by a Welcome. */

import type { Device } from "../account/device"
import { idBytes, newId } from "../account/ids"
import type { Private } from "../account/keys"
import { leafOf } from "../account/trust"
import { type CryptoEngine, EngineError, type Group, type Joined, type Member } from "../e2ee/engine"
import { equal, keyOf } from "../e2ee/octets"
import type { ConversationKind, GroupWelcomed } from "../protocol/events"
import { checkMembers } from "./commit-rules"
import { Draft } from "./draft"
import { isFor, mvGroup } from "./founding"
import { Leaves } from "./leaves"
import { type Happened, type Message, notice } from "./messages"
import {
  appended,
  conversations,
  type ConversationRecord,
  outgoing,
  saveMessage,
  saveStored,
  type Stored,
  type Waiting,
} from "./records"
import type { Room } from "./room"
import { settlePassed } from "./passed-over"

/** What was stored, and who is in the group. */
export interface Entered {
  readonly stored: Stored
  readonly members: readonly Member[]
}

/**
 * A new conversation, and where in its outbox the adding of `add` waits. Group, creation
 * and invitations become durable together: after a crash the outbox goes on from wherever
 * it was.
 */
export async function create(
  device: Device,
  kind: ConversationKind,
  add: readonly string[],
  staff: readonly string[] = [],
): Promise<Entered & { readonly position: number }> {
  const [id, groupId] = [newId(device.random), newId(device.random)]
  const now = device.now()
  const entry = () => ({ clientId: newId(device.random), writtenAtMs: now })
  return device.checked(async (engine) => {
    const group = await engine.create(idBytes(groupId), firstOf(device.suites), [mvGroup(kind)])
    const record: ConversationRecord = {
      ...{ id, group: groupId, kind, standing: "opening", cursor: 0, read: 0, keysAtMs: now },
      seats: new Map([[device.identity.account, kind === "direct" ? "participant" : "staff"]]),
      ...{ leaving: [], cause: "", suiteOpen: true, rejects: null, frozen: false },
    }
    const bare: Stored = { record, group, staged: undefined, outbox: [], end: 0 }
    const created = appended(bare, outgoing({ task: "create", ...entry() }))
    const invited = [...add, ...staff]
    const change = outgoing({ task: "change", ...entry(), add: invited, staff })
    const stored = invited.length > 0 ? appended(created, change) : created
    const draft = new Draft(device.vault)
    saveStored(draft, engine, undefined, stored)
    await draft.write()
    return { stored, members: engine.members(group), position: created.end }
  })
}

/**
 * The conversation that a Welcome leads into, stored. `before` is the conversation as this
 * device has it, if it does: unless the device is out of it, another group must prove that
 * it continues this one. Throws `EngineError` when the Welcome cannot be used,
 * `CommitRefused` when too many people are in the group.
 */
export async function join(
  device: Device,
  held: Private,
  welcomed: GroupWelcomed,
  before: Room | undefined,
): Promise<Entered> {
  return device.checked(async (engine, check) => {
    const known = before === undefined ? {} : { known: [before.group] }
    const joined = await engine.joinWelcome(welcomed.payload, held.keyPackages, undefined, known)
    const { group } = joined
    checkMembers(welcomed.kind, engine, group)
    if (!isFor(welcomed.kind, engine, group)) throw refused("the group is of another kind")
    await checkNotElsewhere(device, welcomed.conversation, group)
    if (before !== undefined) checkNotEarlier(before.group, group)
    const fresh = before !== undefined && isFresh(before, group)
    if (fresh) checkContinues(engine, before, joined)
    const draft = new Draft(device.vault)
    const record = recordOf(device, welcomed, group, fresh ? before : undefined)
    const stored = await settlePassed(draft, device.leaf, { record, group, ...keptOf(before) })
    const members = engine.members(group)
    saveStored(draft, engine, before?.current, stored)
    draft.delete("fresh", welcomed.conversation)
    saveMessage(draft, entrance(device, welcomed, joined, fresh ? before : undefined, members))
    const used = held.puts.filter(({ name }) => name === keyOf(joined.keyPackage.ref))
    draft.put(...used, ...check.puts())
    await draft.write()
    // Within this operation: the next one on the device finds it.
    before?.enter(stored, members)
    return { stored, members }
  })
}

function recordOf(device: Device, welcomed: GroupWelcomed, group: Group, before: Room | undefined): ConversationRecord {
  return {
    ...{ id: welcomed.conversation, group: keyOf(group.groupId), kind: welcomed.kind, standing: "active" },
    ...{ cursor: welcomed.joined_seq, read: before?.record.read ?? welcomed.joined_seq, keysAtMs: device.now() },
    seats: before?.record.seats ?? new Map<string, "participant" | "staff">(),
    ...{ leaving: [], cause: "", suiteOpen: false, rejects: null, frozen: false },
  }
}

/**
 * The outbox of a device that has another leaf than before: what waits is encrypted again,
 * since nobody can read what the earlier leaf encrypted.
 */
export function keptOf(before: Room | undefined): Omit<Stored, "record" | "group"> {
  const anew = ({ position, entry }: Waiting): Waiting => {
    const again = !entry.accepted && entry.payload.length > 0
    return again ? { position, entry: { ...entry, payload: new Uint8Array(), proof: null } } : { position, entry }
  }
  const current = before?.current
  return { staged: undefined, outbox: current?.outbox.map(anew) ?? [], end: current?.end ?? 0 }
}

/** One group under two conversations would ratchet one leaf from two states. */
export async function checkNotElsewhere(device: Device, conversation: string, group: Group): Promise<void> {
  const id = keyOf(group.groupId)
  const known = await conversations(device.vault)
  if (known.some((other) => other.group === id && other.id !== conversation)) {
    throw refused("the group belongs to another conversation")
  }
}

/** An old Welcome to a last-resort KeyPackage leads back to spent keys. */
function checkNotEarlier(held: Group, group: Group): void {
  if (equal(held.groupId, group.groupId) && group.epoch <= held.epoch) {
    throw refused("the Welcome is older than what is known of the group")
  }
}

function isFresh(before: Room, group: Group): boolean {
  return before.record.standing !== "left" && !equal(group.groupId, before.group.groupId)
}

/**
 * Whether a group continues the one of a conversation whose commit did not apply. It is
 * the first epoch, holds nobody who was not there, and takes the resumption PSK of an
 * epoch of the group before: who was not in that one cannot have made it.
 */
function checkContinues(engine: CryptoEngine, before: Room, { group, psks }: Joined): void {
  const proven = psks.some(
    (psk) => psk.kind === "resumption" && psk.usage === "application" && equal(psk.groupId, before.group.groupId),
  )
  if (!proven || group.epoch !== 1n) throw refused("the group does not continue the one before")
  if (group.suite !== before.group.suite) throw refused("the group has another suite than the one before")
  const strangers = [...Leaves.of(engine, group).accounts].filter((account) => !before.accounts.has(account))
  if (strangers.length > 0) throw refused("somebody new is in the group")
}

/** The first line of what this device can read. */
function entrance(
  device: Device,
  welcomed: GroupWelcomed,
  joined: Joined,
  before: Room | undefined,
  members: readonly Member[],
): Message {
  const by = leafOf(joined.inviter.identity).account
  const events: Happened[] =
    before === undefined
      ? [{ code: "added_by", accounts: [by, device.identity.account] }]
      : freshEvents(before, Leaves.ofMembers(members), by)
  const origin = { seq: welcomed.joined_seq, at: device.now(), account: by, mine: false }
  return notice(events, { conversation: welcomed.conversation, ...origin })
}

/** That a conversation goes on in a fresh group, and who is not in it. */
export function freshEvents(before: Room, leaves: Leaves, by: string): Happened[] {
  const there = leaves.accounts
  const gone = [...before.accounts].filter((account) => !there.has(account)).sort()
  const missing = gone.length > 0 ? [{ code: "not_in_fresh_group", accounts: gone }] : []
  return [{ code: "set_up_anew", accounts: [by] }, ...missing]
}

function firstOf(suites: readonly number[]): number {
  const [best] = suites
  if (best === undefined) throw new EngineError("misuse", "the device offers no suite")
  return best
}

function refused(message: string): EngineError {
  return new EngineError("refused", message)
}
