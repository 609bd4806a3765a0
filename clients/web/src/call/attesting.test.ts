import assert from "node:assert/strict"
import { test } from "node:test"
import { ed25519 } from "@noble/curves/ed25519.js"
import { Updates } from "../chat/updates"
import { NotConnected, Refused } from "../protocol/errors"
import type { AttendanceAttest, CallView, Roster } from "../protocol/events"
import { receiptOctets } from "./attendance-text"
import { Attesting, type AttestingAround } from "./attesting"

const [CALL, SESSION, ACCOUNT, DEVICE] = ["c", "5", "a", "d"].map((digit) => digit.repeat(32)) as [
  string,
  string,
  string,
  string,
]
const MARK = new Uint8Array(32).fill(7)
const SEED = new Uint8Array(32).fill(3)
const MINUTE = 60_000

function around(answers: readonly (Error | undefined)[] = []) {
  const sent: AttendanceAttest[] = []
  const updates = new Updates()
  const failures: unknown[] = []
  const chat = {
    ...{ updates, state: "online" },
    device: { identity: { account: ACCOUNT, device: DEVICE, devicePrivate: SEED } },
    call: (_name: string, payload: AttendanceAttest) => {
      const error = answers[sent.length]
      sent.push(payload)
      return error === undefined ? Promise.resolve({}) : Promise.reject(error)
    },
  }
  const given = { chat, before: undefined, keep: () => undefined, failed: (error: unknown) => failures.push(error) }
  return { around: given as unknown as AttestingAround, sent, updates, failures }
}

async function attended(of: AttestingAround, minutes: number, view: Partial<CallView> = {}): Promise<Attesting> {
  const attesting = new Attesting(of)
  const seen = { call: CALL, session: SESSION, conversation_kind: "direct", ...view } as CallView
  const members = [ACCOUNT, "b"].map((member) => ({ member, presence: "on", role: "participant" }))
  const roster = { view: seen, members } as unknown as Roster
  const beside = { mark: () => Promise.resolve(MARK) }
  for (let now = 0; now <= minutes * MINUTE; now += 1_000) attesting.look(now, { roster, heardAt: now }, beside, 4)
  await settled()
  return attesting
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0))

test("at the end a receipt goes out by itself, signed by the device", async () => {
  const { around: of, sent } = around()
  const attesting = await attended(of, 50)
  assert.equal(sent.length, 0)
  attesting.over()
  attesting.over()
  await settled()
  const [receipt, another] = [...sent]
  assert.ok(receipt !== undefined && another === undefined)
  assert.deepEqual([receipt.call, receipt.role, receipt.minutes, receipt.marks], [CALL, "participant", 50, [MARK]])
  const octets = receiptOctets({ ...receipt, session: SESSION, account: ACCOUNT, device: DEVICE })
  assert.ok(ed25519.verify(receipt.signature, octets, ed25519.getPublicKey(SEED)))
})

test("without a connection it goes out with the next one, and then no more", async () => {
  const { around: of, sent, updates } = around([new NotConnected("none"), new NotConnected("again")])
  ;(await attended(of, 50)).over()
  for (let round = 0; round < 4; round++) {
    await settled()
    updates.publish({ kind: "connection" })
  }
  await settled()
  assert.equal(sent.length, 3)
  assert.deepEqual(sent[0], sent[2])
})

test("what the server takes none of is not said again", async () => {
  const { around: of, sent, updates, failures } = around([new Refused("not_now", undefined)])
  ;(await attended(of, 50)).over()
  await settled()
  updates.publish({ kind: "connection" })
  await settled()
  assert.deepEqual([sent.length, failures], [1, []])
})

test("nothing says that there was a crisis, nor that somebody tried a call", async () => {
  for (const view of [{ conversation_kind: "crisis" }, { conversation_kind: "side" }] as const) {
    const { around: of, sent } = around()
    ;(await attended(of, 50, view)).over()
    await settled()
    assert.deepEqual(sent, [])
  }
  for (const [minutes, times] of [
    [4, 0],
    [5, 1],
  ] as const) {
    const { around: of, sent } = around()
    ;(await attended(of, minutes, { session: null })).over()
    await settled()
    assert.equal(sent.length, times)
  }
})
