/** Who is in a conversation and how its encryption stands, as a screen shows it. */

import { contacts } from "../account/trust"
import type { Chat } from "../chat/chat"
import type { Leaf } from "../chat/leaves"
import type { Conversation as Talking } from "../chat/conversation"
import { XWING_AES128GCM } from "../e2ee/suites"
import type { Encryption, Member, MemberDevice, Standing } from "./models"
import type { Names } from "./names"

/** How long it is said that somebody has a new device. */
const NEW_DEVICE_MS = 86_400_000
/** The newest rows in which new devices are looked for. */
const LOOKED_AT = 50

export async function membersOf(
  chat: Chat,
  { room }: Talking,
  names: Names,
  blocked: ReadonlySet<string>,
): Promise<Member[]> {
  const { account: own } = chat.device.identity
  const known = new Map((await contacts(chat.device.vault)).map((contact) => [contact.account, contact]))
  return [...room.accounts]
    .map((account) => ({
      account,
      handle: names.of(account),
      me: account === own,
      staff: room.record.seats.get(account) === "staff",
      devices: devicesOf(chat, room.leaves, account),
      verified: known.get(account)?.verified ?? false,
      blocked: blocked.has(account),
      leaving: room.record.leaving.includes(account),
    }))
    .sort((a, b) => a.handle.localeCompare(b.handle))
}

function devicesOf({ device: here }: Chat, leaves: Iterable<Leaf>, account: string): readonly MemberDevice[] {
  return Array.from(leaves)
    .filter((leaf) => leaf.account === account)
    .map(({ device }) => {
      const seconds = here.lists.approvedAt(account, device)
      const addedAt = seconds === undefined ? undefined : new Date(seconds * 1000)
      return { device, current: device === here.identity.device, addedAt }
    })
    .sort((a, b) => timeOf(a) - timeOf(b) || (a.device < b.device ? -1 : 1))
}

/** Those of no list come last: they are on their way out. */
function timeOf({ addedAt }: MemberDevice): number {
  return addedAt?.getTime() ?? Infinity
}

export async function encryptionOf(
  chat: Chat,
  talking: Talking,
  members: readonly Member[],
  names: Names,
): Promise<Encryption> {
  const { room } = talking
  const others = members.filter(({ me }) => !me)
  const since = chat.device.now() - NEW_DEVICE_MS
  const recent = (await talking.history(LOOKED_AT)).filter(({ at, kind }) => kind === "notice" && at > since)
  const added = recent.flatMap(({ events }) => events).filter(({ code }) => code === "device_added")
  const newDevices = new Set(added.flatMap(({ accounts }) => accounts))
  return {
    standing: standingOf(talking),
    strength: room.group.suite === XWING_AES128GCM ? "hybrid" : "classical",
    verified: others.length > 0 && others.every(({ verified }) => verified),
    newDevices: others.filter(({ account }) => newDevices.has(account)).map(({ handle }) => handle),
    check: room.checkNeeded === "" ? [] : [names.of(room.checkNeeded)],
  }
}

export const UNKNOWN: Encryption = {
  standing: "opening",
  strength: "classical",
  verified: false,
  newDevices: [],
  check: [],
}

/** How a conversation stands, in the words of the screens. */
export function standingOf({ room }: Talking): Standing {
  const { standing } = room.record
  if (room.isHeld) return "frozen"
  if (standing === "renewing" || (standing === "active" && room.checkNeeded !== "")) return "waiting"
  return standing
}
