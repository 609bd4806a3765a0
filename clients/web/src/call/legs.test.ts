import assert from "node:assert/strict"
import { afterEach, beforeEach, mock, test } from "node:test"
import type { Call } from "../account/keys"
import { Slot } from "../e2ee/formats/media-slots"
import { NotConnected, Refused } from "../protocol/errors"
import type { FeedView, Roster, RosterMember } from "../protocol/events"
import { Legs } from "./legs"
import { PROFILES } from "./profile"

/** As much of a browser's connection as the legs use; it says nothing of media. */
class Connection {
  static all: Connection[] = []
  signalingState: RTCSignalingState = "stable"
  connectionState: RTCPeerConnectionState = "new"
  iceGatheringState: RTCIceGatheringState = "complete"
  localDescription: { type: string; sdp: string } | null = null
  readonly transceivers: { mid: string | null; receiver: { track: { kind: string }; transform: unknown } }[] = []
  isClosed = false
  checks = 0
  restarts = 0
  readonly number = Connection.all.push(this)

  /** Checks of a path, of which none is answered. */
  getStats(): Promise<ReadonlyMap<string, object>> {
    this.checks += 1
    const pair = { type: "candidate-pair", requestsSent: this.checks, responsesReceived: 0 }
    return Promise.resolve(
      new Map<string, object>([
        ["transport", { type: "transport", selectedCandidatePairId: "pair" }],
        ["pair", pair],
      ]),
    )
  }

  restartIce(): void {
    this.restarts += 1
  }

  setConfiguration(): void {
    // Whatever the relays are.
  }

  addEventListener(): void {
    // Nothing happens by itself here.
  }

  addTransceiver(kind: string): object {
    const sender = { replaceTrack: () => Promise.resolve(), getParameters: () => ({ encodings: [] }) }
    const receiver = { track: { kind }, transform: null }
    const transceiver = { mid: null, sender, receiver, setCodecPreferences: () => undefined }
    this.transceivers.push(transceiver)
    return transceiver
  }

  getTransceivers(): readonly object[] {
    return this.transceivers
  }

  setLocalDescription(): Promise<void> {
    const type = this.signalingState === "have-remote-offer" ? "answer" : "offer"
    this.signalingState = type === "answer" ? "stable" : "have-local-offer"
    this.localDescription = { type, sdp: `${type} of ${this.number}` }
    return Promise.resolve()
  }

  /** An offer names the kind of each of its lines. */
  setRemoteDescription({ type, sdp }: { type: string; sdp: string }): Promise<void> {
    this.signalingState = type === "offer" ? "have-remote-offer" : "stable"
    this.connectionState = "connected"
    if (type !== "offer") return Promise.resolve()
    for (const [mid, kind] of sdp.split(" ").entries()) {
      if (mid < this.transceivers.length) continue
      this.transceivers.push({ mid: String(mid), receiver: { track: { kind }, transform: null } })
    }
    return Promise.resolve()
  }

  close(): void {
    this.isClosed = true
  }
}

Object.assign(globalThis, { RTCPeerConnection: Connection, RTCRtpReceiver: { getCapabilities: () => null } })

beforeEach(() => {
  Connection.all = []
  mock.timers.enable({ apis: ["setTimeout"] })
})

afterEach(() => {
  mock.timers.reset()
})

function member(of: string, conn_epoch = 1): RosterMember {
  return {
    ...{ member: of, device: `${of}-device`, handle: of, seat_no: 1, role: "participant", conn_epoch },
    ...{ presence: "on", joined_at: 0, muted: false, camera: true, quality: "good" },
    ...{ is_held_mute: false, is_recorder: false, standing: "none", licence_checked_at: null },
  }
}

function rosterOf(members: readonly RosterMember[], feeds: readonly FeedView[] = []): Roster {
  // What of it the legs read.
  return { members, feeds, presenter: null } as unknown as Roster
}

const bens: FeedView = { feed: "ben:1", member: "ben", device: "ben-device", label: "main", paused: false }

interface Asked {
  readonly name: string
  readonly payload: Record<string, unknown>
}

/** The legs of ada, with a server that answers as `answers` says: by command, one after the other. */
function legsOf(answers: Record<string, readonly (object | Error)[]>, now = () => 0) {
  const asked: Asked[] = []
  const received: string[] = []
  const left = new Map(Object.entries(answers).map(([name, all]) => [name, [...all]]))
  const ask = ((name: string, payload: Record<string, unknown>) => {
    asked.push({ name, payload })
    const answer = left.get(name)?.shift() ?? new Promise(() => undefined)
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  }) as Call
  const legs = new Legs("ada", 1, {
    ...{ call: "call", profile: PROFILES.sfu, hasPictures: true, ask },
    frames: {
      sends: () => undefined,
      receives: (_receiver, slot, device) => received.push(`${device} ${String(slot)}`),
    },
    ...{ now, random: () => 0, configuration: () => ({}), refresh: () => Promise.resolve() },
    ...{ track: () => undefined, changed: () => undefined, isLeaf: () => true },
    failed: (error) => {
      throw error
    },
  })
  const named = (name: string) => asked.filter((each) => each.name === name)
  return { legs, asked, named, received }
}

/** Whatever can go on without time, does. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Two attempts of what fails, which are 100 ms apart. */
async function soon(): Promise<void> {
  await settled()
  mock.timers.tick(100)
  await settled()
}

const PUBLISHED = { feed: "ada:1", jsep: { type: "answer", sdp: "answer", e2ee: true } }
const OFFERED = {
  ...{ offer: 1, jsep: { type: "offer", sdp: "audio video", e2ee: true } },
  map: [
    { mid: "0", feed: "ben:1" },
    { mid: "1", feed: "ben:1" },
  ],
}

test("a server that does not answer is asked again over the same connection", async () => {
  const away = new NotConnected("away")
  const { named, legs } = legsOf({ "feed.publish": [away, PUBLISHED] })
  await soon()
  const jseps = named("feed.publish").map(({ payload }) => payload["jsep"])
  assert.equal(jseps.length, 2)
  assert.deepEqual(jseps[1], { type: "offer", sdp: "offer of 1", e2ee: true })
  assert.equal(Connection.all.filter(({ isClosed }) => isClosed).length, 0)
  legs.close()
})

test("every line opens the frames of whoever sends its feed, as the roster has them", async () => {
  const { legs, received } = legsOf({ "feed.subscribe": [OFFERED], "feed.answer": [{}] })
  legs.reconcile(rosterOf([member("ada"), member("ben")], [bens]))
  await soon()
  assert.deepEqual(received, [`ben-device ${String(Slot.microphone)}`, `ben-device ${String(Slot.camera)}`])
  assert.ok(legs.received("ben", Slot.camera) !== undefined)
  assert.equal(legs.received("ben", Slot.screen), undefined)
  legs.close()
})

test("a line of which nothing is known is opened for nobody, and never left as it is", async () => {
  const map = [...OFFERED.map, { mid: "2", feed: "eve:1" }]
  const offered = { ...OFFERED, jsep: { ...OFFERED.jsep, sdp: "audio video audio" }, map }
  const { legs, received } = legsOf({ "feed.subscribe": [offered], "feed.answer": [{}] })
  legs.reconcile(rosterOf([member("ada"), member("ben")], [bens]))
  await soon()
  assert.equal(received[2], ` ${String(Slot.microphone)}`)
  legs.close()
})

test("an answer that came too late keeps the connection, and the newer offer is answered", async () => {
  const newer = { ...OFFERED, offer: 2 }
  const answers = { "feed.subscribe": [OFFERED, newer], "feed.answer": [new Refused("stale_pc_gen", undefined), {}] }
  const { legs, named } = legsOf(answers)
  legs.reconcile(rosterOf([member("ada"), member("ben")], [bens]))
  await soon()
  assert.deepEqual(
    named("feed.answer").map(({ payload }) => payload["offer"]),
    [1, 2],
  )
  assert.equal(Connection.all.length, 2)
  assert.ok(Connection.all.every(({ isClosed }) => !isClosed))
  legs.close()
})

test("an answer that did not get through is sent again, and nothing else", async () => {
  const answers = { "feed.subscribe": [OFFERED], "feed.answer": [new NotConnected("away"), {}] }
  const { legs, named } = legsOf(answers)
  legs.reconcile(rosterOf([member("ada"), member("ben")], [bens]))
  await soon()
  const [first, second] = named("feed.answer")
  assert.deepEqual(first, second)
  assert.equal(named("feed.subscribe").length, 1)
  legs.close()
})

test("after a fall of the forwarder both begin anew at once, whatever is still asked of the one before", async () => {
  const { legs, named } = legsOf({})
  legs.reconcile(rosterOf([member("ada"), member("ben")], [bens]))
  await soon()
  legs.restarted(2)
  await settled()
  assert.deepEqual([named("feed.publish").length, named("feed.subscribe").length], [2, 2])
  assert.deepEqual(
    Connection.all.map(({ isClosed }) => isClosed),
    [true, true, false, false],
  )
  legs.restarted(2)
  legs.reconcile(rosterOf([member("ada", 2), member("ben")], [bens]))
  assert.equal(Connection.all.length, 4)
  legs.close()
})

test("who missed that is told by the number of their own connection in the roster", () => {
  const { legs } = legsOf({})
  legs.reconcile(rosterOf([member("ada", 2)]))
  assert.deepEqual(
    Connection.all.map(({ isClosed }) => isClosed),
    [true, true, false, false],
  )
  legs.close()
})

/** Looks at the legs until nothing can be missed: the path of whoever only sends is judged by its checks. */
async function silence(legs: Legs, clock: { now: number }, ms = 4_000): Promise<void> {
  for (const until = clock.now + ms; clock.now < until; clock.now += 250) {
    legs.tick()
    await settled()
  }
}

test("a path that does not answer is another one, and a connection if the server says so", async () => {
  const clock = { now: 0 }
  const path = { replace: false, conn_epoch: 1, offer: 0, jsep: { type: "answer", sdp: "answer", e2ee: true } }
  const answers = {
    "feed.publish": [PUBLISHED, PUBLISHED],
    "feed.restart": [path, { ...path, replace: true, conn_epoch: 2, jsep: null }],
  }
  const { legs, named } = legsOf(answers, () => clock.now)
  await settled()
  await silence(legs, clock)
  assert.equal(Connection.all[0]?.restarts, 1)
  assert.equal(Connection.all[0].isClosed, false)
  await silence(legs, clock, 2_000)
  assert.deepEqual(
    Connection.all.map(({ isClosed }) => isClosed),
    [true, false, false],
  )
  assert.equal(named("feed.publish").length, 2)
  legs.reconcile(rosterOf([member("ada", 2)]))
  assert.equal(Connection.all.length, 3, "the number that was given is no fall of the forwarder")
  legs.close()
})

test("a path that is lost while the server is away ends no connection", async () => {
  const clock = { now: 0 }
  const away = Array.from({ length: 100 }, () => new NotConnected("away"))
  const { legs } = legsOf({ "feed.publish": [PUBLISHED], "feed.restart": away }, () => clock.now)
  await settled()
  for (let turn = 0; turn < 10; turn++) {
    await silence(legs, clock)
    mock.timers.tick(2_000)
  }
  assert.ok(Connection.all.every(({ isClosed }) => !isClosed))
  legs.close()
})
