/**
 * Resumption PSKs (RFC 9420 §8.6) that outlive a device: they decrypt nothing, and prove to
 * the others that the account was in a group.
 */

import { hexToBytes } from "@noble/hashes/utils.js"
import { newestResumption, type ResumptionSecret } from "../e2ee/formats/account-record"
import { keyOf } from "../e2ee/octets"
import * as s from "../protocol/shape"
import type { Put, Vault } from "../store/vault"
import type { Device } from "./device"
import { getRecord, putRecord } from "./stored"

/** By group, what the account kept of groups that this device was never in. */
const SPACE = "resumption"
const Secrets = s.struct({ byEpoch: s.map(s.octets) })

/** Of groups that this device is in; else as they were handed to it. */
export async function gatheredSecrets(device: Device): Promise<ResumptionSecret[]> {
  const { vault } = device
  const [current, found] = [new Set<string>(), [] as ResumptionSecret[]]
  for (const conversation of await vault.names("group")) {
    const stored = await vault.get("group", conversation)
    if (stored === undefined) continue
    await device.checked((engine) => {
      const group = engine.restore(stored)
      current.add(keyOf(group.groupId))
      found.push(...newestResumption(group.groupId, engine.resumptionSecrets(group)))
      return Promise.resolve()
    })
  }
  for (const name of await vault.names(SPACE)) {
    if (!current.has(name)) found.push(...(await heldSecrets(vault, hexToBytes(name))))
  }
  return found
}

/** What the account kept of a group that this device was never in. */
export async function heldSecrets(vault: Vault, groupId: Uint8Array): Promise<ResumptionSecret[]> {
  const held = await getRecord(vault, Secrets, SPACE, keyOf(groupId))
  const byEpoch = Array.from(held?.byEpoch ?? [], ([epoch, secret]) => [BigInt(epoch), secret] as const)
  return newestResumption(groupId, new Map(byEpoch))
}

/** Those of a record, for a fresh vault. */
export function putSecrets(secrets: readonly ResumptionSecret[]): Put[] {
  const groups = new Set(secrets.map(({ groupId }) => keyOf(groupId)))
  return Array.from(groups, (group) => {
    const held = secrets.filter(({ groupId }) => keyOf(groupId) === group)
    return putRecord(SPACE, { byEpoch: new Map(held.map(({ epoch, secret }) => [String(epoch), secret])) }, group)
  })
}
