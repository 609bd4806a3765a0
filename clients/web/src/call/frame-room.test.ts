import assert from "node:assert/strict"
import { test } from "node:test"
import { Slot } from "../e2ee/formats/media-slots"
import { type Frame, FrameRoom } from "./frame-room"

const BASE = new Uint8Array(32).fill(7)
const CAMERA = { side: "send", slot: Slot.camera } as const
let seed = 0

function roomAt(now = () => 0): FrameRoom {
  return new FrameRoom((length) => new Uint8Array(length).fill(++seed), now)
}

/** What comes out of a transform for these frames. */
async function through(room: FrameRoom, use: Parameters<FrameRoom["transform"]>[0], frames: readonly Uint8Array[]) {
  const out: Uint8Array[] = []
  let asked = 0
  const { transform } = room.transform(use, { sendKeyFrameRequest: () => Promise.resolve(asked++) })
  const controller: TransformStreamDefaultController<Frame> = {
    ...{ desiredSize: 1, error: () => undefined, terminate: () => undefined },
    enqueue: (frame?: Frame) => {
      if (frame !== undefined) out.push(new Uint8Array(frame.data))
    },
  }
  for (const frame of frames) {
    await transform?.({ data: frame.slice().buffer }, controller)
  }
  return { out, asked }
}

const frames = Array.from({ length: 20 }, (_, index) => new Uint8Array(100).fill(2 * index + 1))
const counterOf = (sealed: Uint8Array) => Buffer.from(sealed.subarray(-13)).toString("hex")

test("what goes in comes out at whoever has the key, and nowhere else", async () => {
  const [ada, ben, eve] = [roomAt(), roomAt(), roomAt()]
  ada.take({ kind: "send_under", epoch: 3n, base: BASE })
  ben.take({ kind: "open", sender: "ada", epoch: 3n, base: BASE, isRemoval: false })
  eve.take({ kind: "open", sender: "ada", epoch: 3n, base: new Uint8Array(32), isRemoval: false })
  const { out } = await through(ada, CAMERA, frames)
  const use = { side: "receive", slot: Slot.camera, sender: "ada" } as const
  assert.deepEqual((await through(ben, use, out)).out, frames)
  const wrong = await through(eve, use, out)
  assert.deepEqual(wrong.out, [])
  assert.equal(wrong.asked, 1)
  assert.deepEqual((await through(ben, { ...use, sender: "somebody" }, out)).out, [])
})

test("the transforms of all peers share one counter: no nonce comes twice", async () => {
  const room = roomAt()
  room.take({ kind: "send_under", epoch: 1n, base: BASE })
  const all = await Promise.all(Array.from({ length: 9 }, () => through(room, CAMERA, frames)))
  const seen = all.flatMap(({ out }) => out.map(counterOf))
  assert.equal(seen.length, 9 * frames.length)
  assert.equal(new Set(seen).size, seen.length)
})

test("without a key, and while it is stopped, nothing leaves", async () => {
  const room = roomAt()
  assert.deepEqual((await through(room, CAMERA, frames)).out, [])
  room.take({ kind: "send_under", epoch: 1n, base: BASE })
  room.take({ kind: "stopped", isStopped: true })
  assert.deepEqual((await through(room, CAMERA, frames)).out, [])
  room.take({ kind: "stopped", isStopped: false })
  assert.equal((await through(room, CAMERA, frames)).out.length, frames.length)
  assert.equal(room.counts().unsent, 2 * frames.length)
})

test("what was not sealed is not shown", async () => {
  const room = roomAt()
  room.take({ kind: "open", sender: "ada", epoch: 1n, base: BASE, isRemoval: false })
  const { out } = await through(room, { side: "receive", slot: Slot.camera, sender: "ada" }, frames)
  assert.deepEqual(out, [])
  const dropped = [...(room.counts().dropped.get("ada")?.values() ?? [])]
  assert.equal(
    dropped.reduce((sum, count) => sum + count, 0),
    frames.length,
  )
})

test("a frame that comes twice is shown once, and the second is counted", async () => {
  const [ada, ben] = [roomAt(), roomAt()]
  ada.take({ kind: "send_under", epoch: 1n, base: BASE })
  ben.take({ kind: "open", sender: "ada", epoch: 1n, base: BASE, isRemoval: false })
  const { out } = await through(ada, CAMERA, frames)
  const use = { side: "receive", slot: Slot.camera, sender: "ada" } as const
  assert.deepEqual((await through(ben, use, [...out, ...out])).out, frames)
  assert.equal(ben.counts().dropped.get("ada")?.get("replayed"), frames.length)
})

test("a frame of one slot is not shown in another", async () => {
  const [ada, ben] = [roomAt(), roomAt()]
  ada.take({ kind: "send_under", epoch: 1n, base: BASE })
  ben.take({ kind: "open", sender: "ada", epoch: 1n, base: BASE, isRemoval: false })
  const { out } = await through(ada, CAMERA, frames)
  assert.deepEqual((await through(ben, { side: "receive", slot: Slot.screen, sender: "ada" }, out)).out, [])
})

test("another group counts its epochs anew, and nothing of the one before opens", async () => {
  const [ada, ben] = [roomAt(), roomAt()]
  const other = new Uint8Array(32).fill(9)
  const use = { side: "receive", slot: Slot.camera, sender: "ada" } as const
  ada.take({ kind: "send_under", epoch: 7n, base: BASE })
  ben.take({ kind: "open", sender: "ada", epoch: 7n, base: BASE, isRemoval: false })
  const before = await through(ada, CAMERA, frames)
  for (const room of [ada, ben]) room.take({ kind: "begin" })
  assert.deepEqual((await through(ada, CAMERA, frames)).out, [])
  ada.take({ kind: "send_under", epoch: 1n, base: other })
  ben.take({ kind: "open", sender: "ada", epoch: 1n, base: other, isRemoval: false })
  assert.deepEqual((await through(ben, use, (await through(ada, CAMERA, frames)).out)).out, frames)
  assert.deepEqual((await through(ben, use, before.out)).out, [])
})
