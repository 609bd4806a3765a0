import "fake-indexeddb/auto"
import { bytesToHex } from "@noble/hashes/utils.js"
import assert from "node:assert/strict"
import { test } from "node:test"
import { Device } from "../account/device"
import { putIdentity } from "../account/identity"
import * as credentials from "../e2ee/formats/credential"
import * as lists from "../e2ee/formats/device-list"
import { signatureKeyPair } from "../e2ee/formats/ed25519"
import { X25519_AES128GCM } from "../e2ee/suites"
import { NotConnected, Refused } from "../protocol/errors"
import type { ConversationKind } from "../protocol/events"
import { newStoreKey } from "../store/keyring"
import { Vault } from "../store/vault"
import type { Clock } from "./bell"
import { Courier } from "./courier"
import type { Link } from "./link"
import * as opening from "./opening"
import { Room } from "./room"

const NOW = 1_767_225_600_000
let vaults = 0

/** A registered device, alone. */
async function aDevice(): Promise<Device> {
  const vault = await Vault.open(`courier-${vaults++}`, (await newStoreKey()).key)
  const seed = (octet: number) => new Uint8Array(32).fill(octet)
  const [account, device] = [signatureKeyPair(seed(1)), signatureKeyPair(seed(2))]
  const whose = { kind: "member", accountId: seed(4).slice(16), deviceId: seed(5).slice(16) } as const
  const request = credentials.sign(account, device.public, whose, NOW / 1000)
  const listed = { deviceId: whose.deviceId, signatureKey: device.public, addedAt: BigInt(NOW / 1000) }
  const identity = {
    ...{ origin: "http://localhost", server: "0".repeat(32), asKeys: new Map<string, Uint8Array>() },
    ...{ logPublic: seed(6), account: bytesToHex(whose.accountId), device: bytesToHex(whose.deviceId) },
    ...{
      handle: "ada",
      inviteCode: "",
      earlierKeys: [],
      accountPrivate: seed(1),
      devicePrivate: seed(2),
      registered: true,
    },
    credential: credentials.encode(request),
    deviceList: lists.encode(lists.signFirst(account, whose.accountId, [listed])),
  }
  await vault.write([putIdentity(identity)])
  return Device.open(vault, { now: () => NOW, suites: [X25519_AES128GCM] })
}

type Answer = Error | "ok"

/** A courier of a conversation with nobody else, and a server that answers as told. */
function aCourier(...answers: Answer[]) {
  return aCourierOf("direct", ...answers)
}

async function aCourierOf(kind: ConversationKind, ...answers: Answer[]) {
  const device = await aDevice()
  const { stored, members } = await opening.create(device, kind, [])
  const room = new Room(device, stored, members)
  const calls: { name: string; payload: Uint8Array | undefined; clientId: string | undefined }[] = []
  const pauses: number[] = []
  const stop = new AbortController()
  const call = (name: string, payload: object) => {
    const said = payload as { payload?: Uint8Array; client_id?: string }
    calls.push({ name, payload: said.payload, clientId: said.client_id })
    const answer = name === "message.send" ? (answers.shift() ?? "ok") : "ok"
    if (answer !== "ok") return Promise.reject(answer)
    return Promise.resolve({ seq: 1, at: NOW, epoch: 1, packages: [], lacking: [] })
  }
  const clock: Clock = {
    random: () => 0.5,
    pause: (milliseconds) => {
      pauses.push(milliseconds)
      return Promise.resolve()
    },
  }
  const nothing = () => Promise.resolve()
  const link: Link = {
    ...{ ready: nothing, call: call, store: nothing, sync: nothing, froze: freeze },
    ...{ whole: (message) => Promise.resolve(message), requireListed: nothing },
    requireMembers: (one) => one.prove(nothing),
    ...{ messageSent: () => undefined, changed: () => undefined },
  }
  async function freeze(one: Room) {
    await one.updateRecord({ frozen: true })
  }
  const courier = new Courier(room, link, device.random, clock, stop.signal)
  const ended = courier.run().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error
  })
  const sent = () => calls.filter(({ name }) => name === "message.send")
  return {
    ...{ room, courier, sent, pauses, calls },
    idle: async () => {
      courier.wake()
      await courier.idle.heard(stop.signal)
    },
    end: async () => {
      stop.abort(new Error("over"))
      await ended
      device.vault.close()
    },
  }
}

test("an entry is sealed once, and its very bytes are sent until they are taken", async () => {
  const lost = new NotConnected("the line broke")
  const { room, idle, sent, pauses, calls, end } = await aCourier(lost, new Refused("overloaded", 7_000), "ok")
  await room.write({ type: "text", text: "one" })
  await idle()
  assert.deepEqual(
    calls.map(({ name }) => name),
    ["conversation.create", "message.send", "message.send", "message.send"],
  )
  const [first, ...again] = sent()
  for (const { payload, clientId } of again) assert.deepEqual([payload, clientId], [first?.payload, first?.clientId])
  assert.deepEqual(pauses, [500, 8_000])
  assert.deepEqual([room.waiting.length, room.outbox.length], [0, 1]) // until its row is seen
  await end()
})

test("a message goes after the one before was taken", async () => {
  const { room, idle, sent, end } = await aCourier(new Refused("unavailable", undefined))
  await room.write({ type: "text", text: "one" })
  await room.write({ type: "text", text: "two" })
  await idle()
  const [first, second, third] = sent().map(({ clientId }) => clientId)
  assert.equal(first, second)
  assert.notEqual(second, third)
  await end()
})

test("what is in the log already counts as sent", async () => {
  const { room, idle, sent, end } = await aCourier(new Refused("conflict", undefined))
  await room.write({ type: "text", text: "one" })
  await idle()
  assert.deepEqual([sent().length, room.waiting.length, room.outbox[0]?.entry.accepted], [1, 0, true])
  await end()
})

test("what is refused for good is shown as failed, and the next goes on", async () => {
  const { room, idle, sent, end } = await aCourier(new Refused("too_large", undefined), "ok")
  await room.write({ type: "text", text: "one" })
  await room.write({ type: "text", text: "two" })
  await idle()
  assert.deepEqual(
    room.outbox.map(({ entry }) => [entry.failed, entry.accepted]),
    [
      ["too_large", false],
      ["", true],
    ],
  )
  assert.equal(sent().length, 2)
  await end()
})

test("after a stale epoch the same entry is encrypted anew under its client id", async () => {
  const { room, idle, sent, end } = await aCourier(new Refused("stale_epoch", undefined), "ok")
  await room.write({ type: "text", text: "one" })
  await idle()
  const [first, second] = sent()
  assert.equal(first?.clientId, second?.clientId)
  assert.notDeepEqual(first?.payload, second?.payload)
  await end()
})

test("in a frozen conversation everything waits, and nothing fails", async () => {
  const { room, idle, sent, end } = await aCourier(new Refused("frozen", undefined))
  await room.write({ type: "text", text: "one" })
  await idle()
  assert.deepEqual([sent().length, room.waiting.length, room.isHeld], [1, 1, true])
  await end()
})

test("who asked for help writes before anybody is there, and what brings somebody in goes first", async () => {
  const { room, idle, sent, calls, end } = await aCourierOf("crisis")
  await room.write({ type: "text", text: "is somebody there?" })
  await idle()
  assert.deepEqual([sent().length, room.waiting.length], [0, 1])
  await room.planChange({ add: ["0".repeat(32)] }) // who has no KeyPackage: nobody comes in
  await idle()
  assert.equal(calls.at(-1)?.name, "keys.take")
  assert.deepEqual([sent().length, room.waiting.length], [0, 1])
  await end()
})
