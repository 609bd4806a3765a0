import assert from "node:assert/strict"
import { test } from "node:test"
import { idBytes } from "../account/ids"
import { NotYet } from "../chat/beside"
import type { RtcSignal } from "../e2ee/formats/rtc-signal"
import { type Heard, SignalInbox } from "./signals"

const CALL = "ca".repeat(16)
const OWN = "0d".repeat(16)
const BEN = { member: "be".repeat(16), device: "bd".repeat(16) }

/** An inbox whose group opens what is not of an epoch to come. */
function inbox() {
  const present = new Set<number>()
  const taken: string[] = []
  let epoch = 1
  let now = 0
  const open = (sealed: Uint8Array) => {
    const [sealedIn = 0, generation = 0] = sealed
    if (sealedIn > epoch) return Promise.reject(new NotYet())
    const ids = { call: idBytes(CALL), to: idBytes(OWN), pcGen: generation }
    const body: RtcSignal = { type: "rtc.signal", kind: "restart", ...ids, midMap: [], candidates: [] }
    return Promise.resolve({ from: { account: BEN.member, device: BEN.device }, content: { body } })
  }
  const take = ({ from, generation }: Heard) => {
    if (!present.has(from.connEpoch)) return false
    taken.push(`${String(from.connEpoch)}.${String(generation)}`)
    return true
  }
  const made = new SignalInbox({ call: CALL, device: OWN }, () => ({ open }) as never, take, {
    now: () => now,
    captioned: () => undefined,
    failed: (error) => assert.fail(String(error)),
  })
  const settled = () => new Promise((next) => setImmediate(next))
  return {
    present,
    taken,
    said: async (connEpoch: number, generation: number, sealedIn = 1): Promise<void> => {
      const sealed = new Uint8Array([sealedIn, generation])
      const fact = { ...BEN, call: CALL, seq: 1, conn_epoch: connEpoch, pc_gen: generation, sealed }
      made.hear(fact)
      await settled()
    },
    looks: async (change: { epoch?: number; after?: number } = {}): Promise<void> => {
      epoch = change.epoch ?? epoch
      now += change.after ?? 0
      made.look()
      await settled()
    },
  }
}

test("What somebody who has left said last holds up nobody who comes", async () => {
  const { present, taken, said } = inbox()
  await said(2, 1)
  present.add(3)
  await said(3, 1)
  assert.deepEqual(taken, ["3.1"])
})

test("What one connection says is taken in its order, once it is on the roster", async () => {
  const { present, taken, said, looks } = inbox()
  await said(2, 1)
  await said(2, 2)
  present.add(2)
  await looks()
  await said(2, 3)
  assert.deepEqual(taken, ["2.1", "2.2", "2.3"])
})

test("What an epoch to come opens is waited for, and all that came after it", async () => {
  const { present, taken, said, looks } = inbox()
  present.add(2)
  await said(2, 1, 2)
  await said(2, 2)
  assert.deepEqual(taken, [])
  await looks({ epoch: 2 })
  assert.deepEqual(taken, ["2.1", "2.2"])
})

test("What nobody took for long is forgotten", async () => {
  const { present, taken, said, looks } = inbox()
  await said(2, 1)
  await looks({ after: 6_000 })
  present.add(2)
  await looks()
  assert.deepEqual(taken, [])
})

test("What comes while a look ends is opened, too", async () => {
  const { present, taken, said, looks } = inbox()
  present.add(2)
  const looked = looks()
  await said(2, 1)
  await looked
  assert.deepEqual(taken, ["2.1"])
})
