/** Credentials, device lists, declared changes, keys of the service, what people compare. */

import * as asKeys from "../src/e2ee/formats/as-keys"
import * as credentials from "../src/e2ee/formats/credential"
import * as declared from "../src/e2ee/formats/declared"
import * as lists from "../src/e2ee/formats/device-list"
import { signatureKeyPair } from "../src/e2ee/formats/ed25519"
import * as identity from "../src/e2ee/formats/identity"
import * as negotiation from "../src/e2ee/formats/negotiation"
import { describe, revive } from "./described"
import { base64, octetsOf, type Fields, type Json, type Verbs } from "./wire"

const octetsEach = (value: Json | undefined) => (value as string[]).map(octetsOf)
const numbersEach = (value: Json | undefined) => value as number[][]
const account = ({ accountId, accountPublic }: Fields) =>
  identity.accountIdentity(octetsOf(accountId), octetsOf(accountPublic))
const pair = (fields: Fields) => [account(fields.one as Fields), account(fields.other as Fields)] as const
const previous = ({ previousSeed }: Fields) =>
  typeof previousSeed === "string" ? signatureKeyPair(octetsOf(previousSeed)) : undefined

const credentialVerbs: Verbs = {
  readCredential: ({ data }) => describe(credentials.decode(octetsOf(data))),
  writeCredential: ({ value }) => base64(credentials.encode(revive(value))),
  signCredential: (fields) =>
    base64(
      credentials.encode(
        credentials.sign(
          signatureKeyPair(octetsOf(fields.seed)),
          octetsOf(fields.signatureKey),
          {
            kind: fields.kind as credentials.DeviceKind,
            accountId: octetsOf(fields.accountId),
            deviceId: octetsOf(fields.deviceId),
          },
          fields.now as number,
          fields.lifetime as number,
        ),
      ),
    ),
  verifyCredential: (fields) => {
    const keys = credentials.byKeyId(octetsEach(fields.asKeys))
    const credential = credentials.decode(octetsOf(fields.data))
    credentials.verify(credential, octetsOf(fields.signatureKey), keys, fields.now as number)
    return true
  },
  followCredential: ({ before, after }) => {
    credentials.checkSuccessor(credentials.decode(octetsOf(before)), credentials.decode(octetsOf(after)))
    return true
  },
  clientOf: ({ data }) => base64(credentials.clientOf(octetsOf(data))),
  readAsKey: ({ data }) => describe(asKeys.decode(octetsOf(data))),
  writeAsKey: ({ value }) => base64(asKeys.encode(revive(value))),
  acceptedAsKeys: ({ pinned, keys }) => {
    const accepted = asKeys.acceptedAsKeys(octetsOf(pinned), octetsEach(keys).map(asKeys.decode))
    return describe(Object.fromEntries(accepted))
  },
}

const listVerbs: Verbs = {
  readDeviceList: ({ data }) => describe(lists.decode(octetsOf(data))),
  writeDeviceList: ({ value }) => base64(lists.encode(revive(value))),
  hashDeviceList: ({ data }) => base64(lists.hashOf(lists.decode(octetsOf(data)))),
  verifyDeviceList: ({ data }) => {
    lists.verify(lists.decode(octetsOf(data)))
    return true
  },
  firstDeviceList: (fields) => {
    lists.checkFirst(lists.decode(octetsOf(fields.data)), account(fields))
    return true
  },
  followDeviceList: ({ before, after }) => {
    lists.checkSuccessor(lists.decode(octetsOf(before)), lists.decode(octetsOf(after)))
    return true
  },
  signFirst: ({ seed, accountId, devices }) =>
    base64(lists.encode(lists.signFirst(signatureKeyPair(octetsOf(seed)), octetsOf(accountId), revive(devices)))),
  signNext: (fields) => {
    const before = lists.decode(octetsOf(fields.before))
    const key = signatureKeyPair(octetsOf(fields.seed))
    return base64(lists.encode(lists.signNext(key, before, revive(fields.devices), previous(fields))))
  },
}

export const keys: Verbs = {
  ...credentialVerbs,
  ...listVerbs,
  readDeclared: ({ data }) => describe(declared.decode(octetsOf(data))),
  writeDeclared: ({ value }) => {
    const given = revive<declared.Declared>(value)
    return base64(declared.encode(given.clientId, given.adds, given.removes))
  },
  safetyNumber: (fields) => identity.safetyNumber(account(fields)),
  pairSafetyNumber: (fields) => identity.pairSafetyNumber(...pair(fields)),
  qrPayload: (fields) => base64(identity.qrPayload(...pair(fields))),
  qrMatches: (fields) => identity.qrMatches(octetsOf(fields.scanned), ...pair(fields)),
  circleCode: ({ data }) => identity.circleCode(octetsOf(data)),
  grouped: ({ digits }) => identity.grouped(digits as string),
  negotiate: ({ offers }) => negotiation.negotiate(numbersEach(offers)),
  upgrade: ({ current, offers }) => negotiation.upgrade(current as number, numbersEach(offers)),
  withheld: ({ packages }) => [...negotiation.withheld(packages as unknown as negotiation.SuiteOffer[])].sort(),
}
