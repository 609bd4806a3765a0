import assert from "node:assert/strict"
import { test } from "node:test"
import { ed25519 } from "@noble/curves/ed25519.js"
import { claimOctets } from "../chat/claims"
import type { ClaimAttest, ClaimView } from "../protocol/events"
import { LiveGoalSigning } from "./goal-signing"

type Around = ConstructorParameters<typeof LiveGoalSigning>[0]

const GOAL = "5d1f6c0e-9a3b-4c7d-8e21-0f4a6b8c9d10"
const TALK = "0123456789abcdef0123456789abcdef"
const DAY_MS = 86_400_000
const TODAY = 20_500
const key = new Uint8Array(32).fill(7)

/** A server that keeps what is signed, and the device of `ada`. */
function two(before: readonly ClaimView[] = []) {
  const attested: ClaimAttest[] = []
  const device = { now: () => TODAY * DAY_MS + 5, identity: { account: "ada", devicePrivate: key } }
  const call = (name: string, payload: ClaimAttest) => {
    if (name === "claim.fetch") return Promise.resolve({ claims: before })
    attested.push(payload)
    return Promise.resolve({})
  }
  return { attested, signing: new LiveGoalSigning({ call, device } as unknown as Around, TALK) }
}

test("whoever signs first names today, with a key of the device, and no word of the goal", async () => {
  const { signing, attested } = two()
  assert.deepEqual(await signing.sign(GOAL, "set"), { done: true })
  const [sent] = attested
  assert.equal(sent?.day, TODAY)
  assert.equal(sent.kind, "goal.set")
  assert.equal(sent.ref.length, 16)
  assert.ok(ed25519.verify(sent.signature, claimOctets(sent), ed25519.getPublicKey(key)))
})

test("the second signs the day of the first, of the same goal", async () => {
  const first = two()
  await first.signing.sign(GOAL, "completed")
  const ref = first.attested[0]?.ref ?? new Uint8Array()
  const { signing, attested } = two([{ kind: "goal.completed", ref, day: TODAY - 3, attested_by: ["ben"] }])
  await signing.look()
  assert.deepEqual(signing.claims.value, [
    { goal: GOAL, step: "completed", isMine: false, isTheirs: true, on: new Date((TODAY - 3) * DAY_MS) },
  ])
  await signing.sign(GOAL, "completed")
  assert.equal(attested[0]?.day, TODAY - 3)
})

test("a milestone is no goal", async () => {
  const ref = new Uint8Array(16)
  const { signing } = two([{ kind: "milestone", ref, day: TODAY, attested_by: ["ben"] }])
  await signing.look()
  assert.deepEqual(signing.claims.value, [])
})
