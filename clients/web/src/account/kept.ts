/**
 * What an account keeps beyond this device: out of the vault, and into a fresh one.
 *
 * It goes into every backup, and an old device hands it to a new one. The account's key
 * is in it, whom the account knows and has verified, where its archives are, and how to
 * tell the true server. Nothing of it decrypts or continues a group: a ratchet that comes
 * back from a copy would use a key and nonce twice, so a device that is restored gets
 * keys of its own.
 *
 * The record's settings are those of the Python client, field by field: a device of
 * either restores what the other wrote.
 */

import type { AccountRecord, ContactPin } from "../e2ee/formats/account-record"
import { acceptedAsKeys, decode as decodeAsKey } from "../e2ee/formats/as-keys"
import type { AsKeys } from "../e2ee/formats/credential"
import * as lists from "../e2ee/formats/device-list"
import { FormatError } from "../e2ee/formats/errors"
import type { Slot, SlotKind } from "../e2ee/formats/key-slots"
import { equal, keyOf } from "../e2ee/octets"
import type { ServerInfo } from "../protocol/events"
import * as s from "../protocol/shape"
import type { Put, Vault } from "../store/vault"
import type { Device } from "./device"
import { ClientError } from "./errors"
import { EarlierKey } from "./identity"
import { idBytes, idText } from "./ids"
import { archives, INHERITED, inherited, isOfOne, keptOf, nameOf, putArchive, storedOf } from "./kept-archives"
import { gatheredSecrets, putSecrets } from "./resumption"
import { getRecord, putRecord, readRecord } from "./stored"
import { contact, contacts, newContact, putContact } from "./trust"

const BACKUP = "backup"
const SLOT_KINDS: readonly SlotKind[] = ["words", "passphrase", "secret"]

export const StoredSlot = s.struct({
  /** words(1), passphrase(2), secret(3) */
  kind: s.integer,
  cost: s.nullable(s.struct({ passes: s.integer, memory_kibibytes: s.integer })),
  salt: s.octets,
  key: s.octets,
})

/** What writes the next backup without asking the person for anything. */
export const BackupAccess = s.struct({
  /** The secret that finds the backup; it opens nothing. */
  lookup: s.octets,
  slots: s.list(StoredSlot),
  /** By passkey, in base64url: the salt of the slot that it opens. */
  passkeys: s.absent(s.map(s.octets), new Map()),
})
export type BackupAccess = s.Of<typeof BackupAccess>

const BackupState = s.struct({
  access: BackupAccess,
  /** Of the last one that this device wrote or saw; 0 before any. */
  counter: s.integer,
  atMs: s.integer,
  /** SHA-256 of the account record in it. */
  digest: s.octets,
  /** Code of what kept the last attempt from being whole; empty if nothing did. */
  trouble: s.text,
})
export type BackupState = s.Of<typeof BackupState>

const Settings = s.struct({
  server: s.text,
  as_keys: s.map(s.octets),
  log_pub: s.octets,
  handle: s.text,
  backup: s.absent(s.nullable(BackupAccess), null),
  earlier_keys: s.absent(s.list(EarlierKey), []),
})
export type Settings = s.Of<typeof Settings>

/** The account record of this moment; `access` to the backup that is about to be made, else to the one there is. */
export async function gather(device: Device, access?: BackupAccess): Promise<AccountRecord> {
  const { identity, vault } = device
  const own = device.lists.newest(identity.account)
  const settings = {
    server: identity.server,
    as_keys: identity.asKeys,
    log_pub: identity.logPublic,
    handle: identity.handle,
    backup: access ?? (await loadBackup(vault))?.access ?? null,
    earlier_keys: identity.earlierKeys,
  }
  const pins = (await contacts(vault)).map(({ account, accountPublic, verified }): ContactPin => {
    return { accountId: idBytes(account), accountPublic, verified }
  })
  return {
    accountId: idBytes(identity.account),
    accountPrivate: identity.accountPrivate,
    deviceList: own === undefined ? new Uint8Array() : lists.encode(own),
    contacts: pins,
    archives: (await archives(vault)).map(keptOf),
    resumption: await gatheredSecrets(device),
    settings: putRecord("settings", settings).value ?? new Uint8Array(),
  }
}

/** The client's own part of a record. `client.untrusted_server`: no client of ours wrote it. */
export function settingsOf(record: AccountRecord): Settings {
  try {
    return readRecord(Settings, "settings", record.settings)
  } catch {
    throw new ClientError("client.untrusted_server", "the account was kept by another client")
  }
}

/**
 * Compares a server with the account's; the service keys to pin. Keys that came since are
 * taken if those before introduce them. Whether the log shows them, too, is looked at
 * with the first reading of it. `client.untrusted_server`.
 */
export function checkServer(settings: Settings, info: ServerInfo): AsKeys {
  if (settings.server !== info.server || !equal(settings.log_pub, info.log_pub)) {
    throw new ClientError("client.untrusted_server", "the account was made on another server")
  }
  try {
    const known = new Set(Array.from(settings.as_keys.values(), keyOf))
    const shown = info.as_succession.map(decodeAsKey)
    const newest = shown.findLast((key) => known.has(keyOf(key.public)))
    return new Map([...settings.as_keys, ...acceptedAsKeys(newest?.public ?? new Uint8Array(), shown)])
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new ClientError("client.untrusted_server", "the server's keys do not follow on those known")
  }
}

/** What a record puts into a fresh vault, but for the identity itself. */
export function takeOver(record: AccountRecord): Put[] {
  const access = settingsOf(record).backup
  return [
    ...record.contacts.map(({ accountId, accountPublic, verified }) =>
      putContact({ ...newContact(idText(accountId), accountPublic), verified }),
    ),
    ...record.archives.map((kept) => putArchive(storedOf(kept))),
    ...putSecrets(record.resumption),
    ...(access === null ? [] : [putBackup({ access, counter: 0, atMs: 0, digest: new Uint8Array(), trouble: "" })]),
  ]
}

/**
 * Takes over what another device of the account has written down since. An archive that
 * has a successor is not named any more.
 */
export function merge(device: Device, record: AccountRecord): Promise<void> {
  return device.checked(async () => {
    const known = new Map((await inherited(device.vault)).map((one) => [nameOf(one), one]))
    const theirs = record.archives.map(storedOf).filter((one) => idText(one.writer) !== device.identity.device)
    const later = theirs.filter((one) => (known.get(nameOf(one))?.pieces ?? -1) < one.pieces)
    const shown = new Set(theirs.map(nameOf))
    const followed = [...known.values()].filter(
      (one) => !shown.has(nameOf(one)) && theirs.some((next) => isOfOne(one, next) && next.period > one.period),
    )
    const people = await Promise.all(record.contacts.map((pin) => mergedContact(device.vault, pin)))
    await device.vault.write([
      ...followed.map((one) => ({ space: INHERITED, name: nameOf(one), value: undefined })),
      ...later.map(putArchive),
      ...people.flat(),
    ])
  })
}

export function loadBackup(vault: Vault): Promise<BackupState | undefined> {
  return getRecord(vault, BackupState, BACKUP)
}

export function putBackup(state: BackupState): Put {
  return putRecord(BACKUP, state)
}

/** There is no backup from here on. */
export function dropBackup(): Put {
  return { space: BACKUP, value: undefined }
}

/** A slot as settings have it. */
export function storedSlot(slot: Slot): BackupAccess["slots"][number] {
  const cost = slot.cost && { passes: slot.cost.passes, memory_kibibytes: slot.cost.memoryKibibytes }
  return { kind: SLOT_KINDS.indexOf(slot.kind) + 1, cost: cost ?? null, salt: slot.salt, key: slot.key }
}

/** The slots of an access. `client.untrusted_server` for a kind that is not known here. */
export function slotsOf(access: BackupAccess): Slot[] {
  return access.slots.map(slotOf)
}

/** A slot that `storedSlot` wrote down. */
export function slotOf({ kind: number, cost, salt, key }: s.Of<typeof StoredSlot>): Slot {
  const kind = SLOT_KINDS[number - 1]
  if (kind === undefined) throw new ClientError("client.untrusted_server", "the backup was made by another client")
  return { kind, cost: cost === null ? undefined : costOf(cost), salt, key }
}

function costOf({ passes, memory_kibibytes }: { passes: number; memory_kibibytes: number }) {
  return { passes, memoryKibibytes: memory_kibibytes }
}

async function mergedContact(vault: Vault, { accountId, accountPublic, verified }: ContactPin): Promise<Put[]> {
  const account = idText(accountId)
  const known = await contact(vault, account)
  if (known === undefined) return [putContact({ ...newContact(account, accountPublic), verified })]
  const isNews = equal(known.accountPublic, accountPublic) && verified && !known.verified
  return isNews ? [putContact({ ...known, verified })] : []
}
