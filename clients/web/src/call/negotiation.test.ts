import assert from "node:assert/strict"
import { test } from "node:test"
import { begin, type Candidate, decide, type Negotiation, type NegotiationEvent, type Signal } from "./negotiation"

const SEEDS = 2_000

/** mulberry32. */
function randomOf(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What is to happen, by simulated time; of the same time in the order of being asked for. */
class Clock {
  now = 0
  private readonly due: { at: number; order: number; run: () => void }[] = []
  private order = 0

  at(delay: number, run: () => void): void {
    this.due.push({ at: this.now + delay, order: this.order++, run })
  }

  wait(delay: number): Promise<void> {
    return new Promise((resolve) => this.at(delay, resolve))
  }

  async drain(): Promise<void> {
    for (let steps = 0; this.due.length > 0; steps++) {
      assert.ok(steps < 5_000, "it never comes to rest")
      this.due.sort((a, b) => a.at - b.at || a.order - b.order)
      const { at, run } = this.due.shift() ?? { at: 0, run: () => undefined }
      this.now = at
      run()
      for (let i = 0; i < 12; i++) await Promise.resolve()
    }
  }
}

interface Sdp {
  readonly type: "offer" | "answer"
  readonly fragment: string
  readonly tracks: readonly string[]
  readonly answers?: string
  readonly id: string
}

/** As much of an RTCPeerConnection as negotiation rests on, refusing what the standard refuses. */
class Pc {
  signalling: RTCSignalingState = "stable"
  isClosed = false
  needed: () => void = () => undefined
  found: (candidate: Candidate) => void = () => undefined
  readonly tracks = new Set<string>()
  remote: Sdp | undefined
  readonly candidates = new Set<string>()
  /** Tracks that the other side has heard of, in an exchange that came to its end. */
  private agreed: readonly string[] | undefined
  private local: Sdp | undefined
  private fragment: string | undefined
  private wantsRestart = false
  private count = 0

  constructor(
    private readonly name: string,
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {}

  get isNeeded(): boolean {
    const known = this.agreed ?? []
    return this.wantsRestart || this.agreed === undefined || [...this.tracks].some((track) => !known.includes(track))
  }

  /** The browser asks in a task of its own, and only where nothing is under way. */
  check(): void {
    this.clock.at(0, () => {
      if (!this.isClosed && this.signalling === "stable" && this.isNeeded && this.tracks.size > 0) this.needed()
    })
  }

  restartIce(): void {
    this.wantsRestart = true
    this.check()
  }

  async setLocal(): Promise<Sdp> {
    await this.clock.wait(this.random() * 20)
    assert.ok(this.signalling === "stable" || this.signalling === "have-remote-offer")
    const type = this.signalling === "stable" ? "offer" : "answer"
    if (this.fragment === undefined || (this.wantsRestart && type === "offer")) this.gather()
    const made = {
      type,
      fragment: this.fragment ?? "",
      tracks: [...this.tracks],
      id: `${this.name}${++this.count}`,
    } as const
    if (type === "offer") {
      this.signalling = "have-local-offer"
      this.local = made
      return made
    }
    const answer: Sdp = { ...made, ...(this.remote && { answers: this.remote.id }) }
    this.settle(answer.tracks)
    return answer
  }

  async setRemote(sdp: Sdp): Promise<void> {
    await this.clock.wait(this.random() * 20)
    if (sdp.type === "answer") {
      assert.equal(this.signalling, "have-local-offer")
      assert.equal(sdp.answers, this.local?.id, "an answer to another offer")
      this.become(sdp)
      this.wantsRestart = false
      this.settle(this.local?.tracks ?? [])
      return
    }
    assert.ok(this.signalling === "stable" || this.signalling === "have-local-offer")
    // Implicit rollback: what only the rolled back offer had begun is over with it.
    if (this.signalling === "have-local-offer" && this.agreed === undefined) this.fragment = undefined
    this.signalling = "have-remote-offer"
    this.become(sdp)
  }

  add(candidate: Candidate): void {
    if (candidate.candidate.split("/")[0] === this.remote?.fragment) this.candidates.add(candidate.candidate)
  }

  private become(sdp: Sdp): void {
    if (this.remote?.fragment !== sdp.fragment) this.candidates.clear()
    this.remote = sdp
  }

  private settle(tracks: readonly string[]): void {
    this.signalling = "stable"
    this.agreed = tracks
    this.check()
  }

  private gather(): void {
    const fragment = `${this.name}-${Math.floor(this.random() * 1e9)}`
    this.fragment = fragment
    for (let i = 0; i < 3; i++) {
      const candidate = { mid: "0", candidate: `${fragment}/${i}` }
      this.clock.at(this.random() * 100, () => this.fragment === fragment && !this.isClosed && this.found(candidate))
    }
  }
}

/** One of the two, driven as `peer.ts` drives it: one thing after the other. */
class Side {
  pc: Pc
  state: Negotiation
  send: (generation: number, signal: Signal) => void = () => undefined
  private chain: Promise<void> = Promise.resolve()
  private readonly wished = new Set<string>()

  constructor(
    private readonly name: string,
    other: string,
    isNewcomer: boolean,
    private readonly clock: Clock,
    private readonly random: () => number,
  ) {
    this.state = begin(name, other, isNewcomer)
    this.pc = this.build()
  }

  addTrack(track: string): void {
    this.wished.add(track)
    this.pc.tracks.add(track)
    this.pc.check()
  }

  take(event: (pc: Pc) => NegotiationEvent): void {
    this.chain = this.chain.then(() => this.handle(event))
  }

  private async handle(of: (pc: Pc) => NegotiationEvent): Promise<void> {
    const [state, effects] = decide(this.state, of(this.pc))
    this.state = state
    for (const effect of effects) {
      const { pc } = this
      const { generation } = this.state
      if (effect.kind === "build") this.rebuild(effect.offers)
      if (effect.kind === "restart") pc.restartIce()
      if (effect.kind === "accept") await pc.setRemote(JSON.parse(effect.sdp) as Sdp)
      if (effect.kind === "add") for (const candidate of effect.candidates) pc.add(candidate)
      if (effect.kind === "offer") this.say(generation, await pc.setLocal())
      if (effect.kind === "answer") {
        await pc.setRemote(JSON.parse(effect.sdp) as Sdp)
        this.say(generation, await pc.setLocal())
      }
    }
  }

  private say(generation: number, sdp: Sdp): void {
    this.send(generation, { kind: sdp.type, sdp: JSON.stringify(sdp) })
  }

  private rebuild(offers: boolean): void {
    this.pc.isClosed = true
    this.pc = this.build()
    if (offers) this.pc.check()
  }

  private build(): Pc {
    const { generation } = this.state
    const pc = new Pc(this.name, this.clock, this.random)
    for (const track of this.wished) pc.tracks.add(track)
    const event = () => ({ kind: "needed", signalling: pc.signalling }) as const
    pc.needed = () => this.take((current) => (current === pc ? event() : { kind: "needed", signalling: "closed" }))
    pc.found = (candidate) => this.send(generation, { kind: "candidates", candidates: [candidate] })
    return pc
  }
}

/** Delivers in order, after a delay of its own for each. */
function connect(from: Side, to: Side, clock: Clock, random: () => number): void {
  let last = 0
  from.send = (generation, signal) => {
    last = Math.max(last, clock.now + random() * 250)
    clock.at(last - clock.now, () => to.take(({ signalling }) => ({ kind: "heard", generation, signal, signalling })))
  }
}

async function play(seed: number): Promise<readonly [Side, Side]> {
  const random = randomOf(seed)
  const clock = new Clock()
  const isFirst = random() < 0.5
  const sides = [new Side("aa", "bb", isFirst, clock, random), new Side("bb", "aa", !isFirst, clock, random)] as const
  connect(sides[0], sides[1], clock, random)
  connect(sides[1], sides[0], clock, random)
  for (const [index, side] of sides.entries()) {
    side.addTrack(`microphone${index}`)
    for (let i = 0; i < 3; i++) clock.at(random() * 1_500, () => side.addTrack(`track${index}.${i}`))
    if (random() < 0.5) clock.at(random() * 1_500, () => side.pc.restartIce())
    if (random() < 0.4) clock.at(random() * 1_500, () => side.take(() => ({ kind: "replace" })))
  }
  await clock.drain()
  return sides
}

test(`two who offer at once come to rest with every track, over ${SEEDS} seeds`, async () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    const [a, b] = await play(seed)
    const at = `seed ${seed}`
    assert.equal(a.state.generation, b.state.generation, at)
    for (const [one, other] of [
      [a.pc, b.pc],
      [b.pc, a.pc],
    ] as const) {
      assert.equal(one.signalling, "stable", at)
      assert.equal(one.isNeeded, false, at)
      assert.deepEqual([...(one.remote?.tracks ?? [])].sort(), [...other.tracks].sort(), at)
      assert.equal(one.candidates.size, 3, `${at}: candidates lost`)
    }
  }
})

test("what belongs to an earlier connection is dropped", () => {
  const [state] = decide(begin("aa", "bb", true), { kind: "replace" })
  const late = { kind: "heard", generation: 1, signalling: "stable", signal: { kind: "offer", sdp: "" } } as const
  assert.deepEqual(decide(state, late), [state, []])
})

test("candidates wait for a description, and not without a bound", () => {
  const candidate = { mid: "0", candidate: "c" }
  let state = begin("aa", "bb", false)
  for (let i = 0; i < 100; i++) {
    const signal = { kind: "candidates", candidates: [candidate] } as const
    const [after, effects] = decide(state, { kind: "heard", generation: 1, signalling: "stable", signal })
    assert.deepEqual(effects, [])
    state = after
  }
  const signal = { kind: "offer", sdp: "s" } as const
  const [, effects] = decide(state, { kind: "heard", generation: 1, signalling: "stable", signal })
  assert.equal(effects[1]?.kind === "add" && effects[1].candidates.length, 64)
})
