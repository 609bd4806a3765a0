/** What an account keeps, its backup, and the pairing of another device with it. */

import { type AccountRecord, decodeRecord, encodeRecord, newestResumption } from "../src/e2ee/formats/account-record"
import { argon2id, type Argon2Cost, type Stretch } from "../src/e2ee/formats/argon2"
import { openBackup, reopenBackup, sealBackup } from "../src/e2ee/formats/backup"
import type { AccountIdentity } from "../src/e2ee/formats/identity"
import {
  type BackupSecret,
  deviceSecret,
  newSlot,
  passphraseSecret,
  type Slot,
  wordsSecret,
} from "../src/e2ee/formats/key-slots"
import {
  answer,
  type Approved,
  approve,
  compare,
  invite,
  type NewDevice,
  type NewDeviceCompared,
  type OldDevice,
  type OldDeviceCompared,
  openGrant,
  reveal,
  sealGrant,
} from "../src/e2ee/formats/pairing"
import {
  decodeAnswer,
  decodeOffer,
  decodeReveal,
  invitationText,
  parseInvitation,
} from "../src/e2ee/formats/pairing-messages"
import { shown, taken } from "./values"
import { base64, drawn, type Fields, type Json, octetsOf, type Verbs } from "./wire"

const stretch: Stretch = (secret, salt, cost) => Promise.resolve(argon2id(secret, salt, cost))

/** `{words}`, `{passphrase}` or `{secret}`. */
function secretOf(value: Json | undefined): BackupSecret {
  const { words, passphrase, secret } = value as Fields
  if (words !== undefined) return wordsSecret(octetsOf(words))
  if (passphrase !== undefined) return passphraseSecret(passphrase as string)
  return deviceSecret(octetsOf(secret))
}

const records: Verbs = {
  recodeRecord: ({ octets }) => base64(encodeRecord(decodeRecord(octetsOf(octets)))),
  readRecord: ({ octets }) => shown(decodeRecord(octetsOf(octets))),
  writeRecord: ({ record }) => base64(encodeRecord(taken(record) as AccountRecord)),
  newestResumption: ({ groupId, psks }) =>
    shown(newestResumption(octetsOf(groupId), new Map(taken(psks) as [bigint, Uint8Array][]))),
}

const backups: Verbs = {
  newSlot: async ({ secret, random, cost }) =>
    shown(await newSlot(secretOf(secret), drawn(random), stretch, taken(cost) as Argon2Cost | undefined)),
  sealBackup: ({ record, slots, counter, random }) =>
    base64(sealBackup(taken(record) as AccountRecord, taken(slots) as Slot[], taken(counter) as bigint, drawn(random))),
  openBackup: async ({ envelope, secret, accountPublic, minimumCounter }) => {
    const known = {
      accountPublic: taken(accountPublic) as Uint8Array | undefined,
      minimumCounter: (taken(minimumCounter) as bigint | undefined) ?? 0n,
    }
    return shown(await openBackup(octetsOf(envelope), secretOf(secret), known, stretch))
  },
  reopenBackup: ({ envelope, slot, accountPublic, minimumCounter }) =>
    shown(
      reopenBackup(octetsOf(envelope), taken(slot) as Slot, octetsOf(accountPublic), taken(minimumCounter) as bigint),
    ),
}

const pairings: Verbs = {
  invite: async ({ deviceId, signatureKey, suite, random }) => {
    const device = await invite(octetsOf(deviceId), octetsOf(signatureKey), drawn(random), suite as number)
    return { device: shown(device), text: invitationText(device.invitation) }
  },
  parseInvitation: ({ text }) => shown(parseInvitation(text as string)),
  answer: ({ invitation, offer, account, random }) =>
    shown(
      answer(parseInvitation(invitation as string), octetsOf(offer), taken(account) as AccountIdentity, drawn(random)),
    ),
  reveal: ({ device, message }) => shown(reveal(taken(device) as NewDevice, octetsOf(message))),
  compare: ({ device, message }) => shown(compare(taken(device) as OldDevice, octetsOf(message))),
  approve: ({ compared, typed }) => shown(approve(taken(compared) as OldDeviceCompared, typed as string)),
  sealGrant: async ({ approved, credential, record }) =>
    base64(await sealGrant(taken(approved) as Approved, octetsOf(credential), taken(record) as AccountRecord)),
  openGrant: async ({ compared, sealed }) =>
    shown(await openGrant(taken(compared) as NewDeviceCompared, octetsOf(sealed))),
  readOffer: ({ octets }) => shown(decodeOffer(octetsOf(octets))),
  readAnswer: ({ octets }) => shown(decodeAnswer(octetsOf(octets))),
  readReveal: ({ octets }) => shown(decodeReveal(octetsOf(octets))),
}

export const account: Verbs = { ...records, ...backups, ...pairings }
