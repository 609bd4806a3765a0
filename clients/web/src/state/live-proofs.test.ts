import assert from "node:assert/strict"
import { suite, test } from "node:test"
import { sha256 } from "@noble/hashes/sha2.js"
import { concatBytes } from "@noble/hashes/utils.js"
import { issuing } from "../../test/issued"
import { unitDevice } from "../../test/unit-device"
import type { Device } from "../account/device"
import { Draft } from "../chat/draft"
import { noteSaid, ofConversation } from "../chat/shown-credentials"
import * as contents from "../e2ee/formats/content"
import type { CredentialAsk, CredentialShown } from "../e2ee/formats/shown-credential"
import { NotConnected } from "../protocol/errors"
import { holderKey } from "./holder-key"
import { LiveProofs } from "./live-proofs"
import { askedAndShown } from "./of-two"

type Around = ConstructorParameters<typeof LiveProofs>

const TALK = "0123456789abcdef0123456789abcdef"
const NOW_SECONDS = 1_800_000_000
const HOUSE = issuing(7)
const ID = "5d1f6c0e-9a3b-4c7d-8e21-0f4a6b8c9d10"
const nameOf = (account: string) => account.slice(0, 4)

/** What all members make of a group that stands for its epoch. */
const engine = {
  export: (group: unknown, label: string, context: Uint8Array) =>
    Promise.resolve(sha256(concatBytes(new TextEncoder().encode(`${String(group)} ${label} `), context))),
}

/** The device of somebody in a conversation of two, and what it has written there. */
class Someone {
  readonly written: contents.Body[] = []
  readonly waiting: unknown[] = []
  isCaughtUp = true
  set: "revocation" | "suspension" | undefined
  epoch = "epoch 1"
  isReached = true
  readonly proofs: LiveProofs

  private constructor(
    readonly device: Device,
    readonly clock: { nowSeconds: number },
  ) {
    const chat = { device, adopt: () => undefined, changed: () => undefined, isCaughtUp: true }
    Object.defineProperty(chat, "isCaughtUp", { get: () => this.isCaughtUp })
    this.proofs = new LiveProofs(chat, this.room() as unknown as Around[1], nameOf, {
      document: () =>
        this.isReached ? Promise.resolve(HOUSE.document) : Promise.reject(new NotConnected("not reached")),
      statusList: (url) => Promise.resolve(HOUSE.list(url, this.clock.nowSeconds, this.set)),
    })
  }

  static async new(): Promise<Someone> {
    const clock = { nowSeconds: NOW_SECONDS }
    return new Someone(await unitDevice(() => clock.nowSeconds * 1000), clock)
  }

  get account(): string {
    return this.device.leaf.account
  }

  /** The newest thing that it wrote. */
  said<Type extends contents.Body["type"]>(type: Type): Extract<contents.Body, { type: Type }> {
    const found = this.written.findLast((body) => body.type === type)
    return (found as Extract<contents.Body, { type: Type }> | undefined) ?? assert.fail(`${type} was not written`)
  }

  /** Takes in what a device has said; `epoch`: of the message, if it is another one than now. */
  async hears(from: Device, body: CredentialAsk | CredentialShown, epoch = this.epoch): Promise<void> {
    const content = contents.encode({ id: ID, atMs: 0, body, fallback: undefined })
    const said = { seq: 1, at: NOW_SECONDS * 1000, ...from.leaf, content, proof: null }
    const draft = new Draft(this.device.vault)
    const state = epoch === this.epoch ? { engine, group: epoch } : undefined
    await noteSaid(draft, TALK, said, from.leaf.account === this.account, state as Parameters<typeof noteSaid>[4])
    await draft.write()
  }

  async known() {
    return askedAndShown(await ofConversation(this.device.vault, TALK), nameOf)
  }

  private room() {
    return {
      id: TALK,
      requireSendable: () => undefined,
      waiting: this.waiting,
      current: {
        toString: () => this.epoch,
        group: { toString: () => this.epoch },
      },
      write: (body: contents.Body) => Promise.resolve(this.written.push(body)),
      step: async (work: (within: unknown) => Promise<readonly [unknown, unknown]>) => {
        const draft = new Draft(this.device.vault)
        const [, result] = await work({ engine, draft })
        await draft.write()
        return result
      },
    }
  }
}

/** Mia has asked, and Max knows. */
async function asked(): Promise<{ readonly mia: Someone; readonly max: Someone; readonly ask: string }> {
  const [mia, max] = [await Someone.new(), await Someone.new()]
  assert.deepEqual(await mia.proofs.ask("?"), { done: true })
  await max.hears(mia.device, mia.said("credential.ask"))
  const [one] = (await max.known()).asked
  return { mia, max, ask: one?.ask ?? assert.fail("nobody asks") }
}

const copyOf = async ({ device }: Someone, issuer = HOUSE, lastsSeconds?: number) =>
  issuer.issue((await holderKey(device)).public, NOW_SECONDS, lastsSeconds === undefined ? {} : { lastsSeconds })

async function verdict(mia: Someone) {
  const { shown = [] } = await mia.proofs.look()
  assert.equal(shown.length, 1)
  return shown[0]?.verdict
}

/** Max shows what he has, and Mia gets it. */
async function shown(jwt?: string) {
  const { mia, max, ask } = await asked()
  assert.deepEqual(await max.proofs.show(ask, jwt ?? (await copyOf(max)), "!"), { done: true })
  const body = max.said("credential.shown")
  await mia.hears(max.device, body)
  return { mia, max, ask, body }
}

suite("a credential that is asked for", () => {
  test("is shown, and holds", async () => {
    const { mia, max } = await shown()
    assert.deepEqual(await max.known(), { asked: [], ownAt: undefined, answers: 0, isNew: false })
    assert.equal((await mia.known()).isNew, true)
    const found = await verdict(mia)
    assert.equal(found?.kind, "holds")
    const { type, issuer, isListed } = found.credential
    assert.deepEqual([type, issuer, isListed], ["peer_mentor", "House", true])
    assert.deepEqual(await mia.known(), {
      ...{ asked: [], ownAt: new Date(NOW_SECONDS * 1000), answers: 1, isNew: false },
    })
  })

  test("is the same question until somebody answers, and then another one", async () => {
    const { mia, max, ask } = await asked()
    await mia.proofs.ask("?")
    await max.hears(mia.device, mia.said("credential.ask"))
    assert.equal(mia.written.length, 2)
    assert.deepEqual(
      (await max.known()).asked.map((each) => each.ask),
      [ask],
    )
    await max.proofs.show(ask, await copyOf(max), "!")
    await mia.hears(max.device, max.said("credential.shown"))
    const { nonce } = mia.said("credential.ask")
    await mia.proofs.ask("?")
    assert.notDeepEqual(mia.said("credential.ask").nonce, nonce)
    assert.equal((await mia.known()).answers, 0)
  })

  test("is asked for once while the question waits on this device", async () => {
    const { mia } = await asked()
    const body = mia.said("credential.ask")
    const content = contents.encode({ id: ID, atMs: 0, body, fallback: undefined })
    mia.waiting.push({ position: 0, entry: { task: "message", content } })
    assert.deepEqual(await mia.proofs.ask("?"), { done: true })
    assert.equal(mia.written.length, 1)
  })

  test("can be put off, which nobody is told", async () => {
    const { mia, max, ask } = await asked()
    assert.deepEqual(await max.proofs.putOff(mia.account), { done: true })
    assert.deepEqual((await max.known()).asked, [])
    assert.deepEqual(max.written, [])
    const late = await max.proofs.show(ask, await copyOf(max), "!")
    assert.deepEqual(late, { done: false, problem: { code: "client.unknown_message", fault: "yours" } })
  })

  test("is of the key of this device, and goes out now or not at all", async () => {
    const { mia, max, ask } = await asked()
    const foreign = await max.proofs.show(ask, await copyOf(mia), "!")
    assert.deepEqual(foreign, { done: false, problem: { code: "client.issued_elsewhere", fault: "theirs" } })
    max.isCaughtUp = false
    const late = await max.proofs.show(ask, await copyOf(max), "!")
    assert.deepEqual(late, { done: false, problem: { code: "offline", fault: "network" } })
    assert.deepEqual(max.written, [])
    assert.equal((await max.known()).asked.length, 1)
  })

  test("is answered for all devices of an account, and no question of its own", async () => {
    const { mia, max, body } = await shown()
    const other = await Someone.new()
    await other.hears(mia.device, mia.said("credential.ask"))
    Object.defineProperty(max.device, "leaf", { value: { account: other.account, device: max.device.leaf.device } })
    await other.hears(max.device, body)
    await other.hears(max.device, mia.said("credential.ask"))
    assert.deepEqual((await other.known()).asked, [])
  })
})

suite("what was shown does not hold", () => {
  const refused = (flaw: string) => ({ kind: "refused", flaw })

  test("once it was taken back or paused, also when it held before", async () => {
    const { mia } = await shown()
    assert.equal((await verdict(mia))?.kind, "holds")
    mia.set = "suspension"
    assert.deepEqual(await verdict(mia), refused("suspended"))
    mia.set = "revocation"
    assert.deepEqual(await verdict(mia), refused("revoked"))
  })

  test("once it has ended", async () => {
    const { mia } = await shown()
    mia.clock.nowSeconds += 31_536_000
    assert.deepEqual(await verdict(mia), refused("expired"))
  })

  test("where it was altered, or somebody else issued it", async () => {
    const { mia, max, ask } = await asked()
    const [head = "", , tail = ""] = (await copyOf(max)).split(".")
    const [, longer = ""] = (await copyOf(max, HOUSE, 99_999_999)).split(".")
    const cases = [
      [`${head}.${longer}.${tail}`, "wrong_signature"],
      [await copyOf(max, issuing(8)), "malformed_credential"],
    ] as const
    for (const [jwt, flaw] of cases) {
      await max.hears(mia.device, mia.said("credential.ask"))
      await max.proofs.show(ask, jwt, "!")
      await mia.hears(max.device, max.said("credential.shown"))
      assert.deepEqual(await verdict(mia), refused(flaw))
    }
  })

  test("out of another mouth, or in another epoch", async () => {
    const { mia, max, body } = await shown()
    mia.epoch = "epoch 2"
    await mia.hears(max.device, body)
    assert.deepEqual(await verdict(mia), refused("shown_elsewhere"))
    const { mia: ida, body: theirs } = await shown()
    const eve = await Someone.new()
    await ida.hears(eve.device, theirs)
    const { shown: found = [] } = await ida.proofs.look()
    assert.deepEqual(
      found.map(({ account, verdict: { kind } }) => [account === eve.account, kind]),
      [
        [false, "holds"],
        [true, "refused"],
      ],
    )
  })

  test("where it came in an epoch that was over", async () => {
    const { mia, max, body } = await shown()
    await mia.hears(max.device, body, "epoch 0")
    assert.deepEqual(await verdict(mia), refused("epoch_over"))
  })

  test("where nobody can say so by the clock of this device", async () => {
    const { mia } = await shown()
    Object.defineProperty(mia.device, "nowSeconds", { value: () => NOW_SECONDS + 3_600 })
    assert.deepEqual(await verdict(mia), refused("status_unknown"))
  })

  test("is not said where the server cannot be reached", async () => {
    const { mia } = await shown()
    mia.isReached = false
    const found = await mia.proofs.look()
    assert.deepEqual(found, { done: false, problem: { code: "offline", fault: "network" }, shown: undefined })
    assert.equal((await mia.known()).isNew, true)
  })

  test("nor kept, where this device has not asked", async () => {
    const { max, body } = await shown()
    const other = await Someone.new()
    await other.hears(max.device, body)
    assert.deepEqual(await other.proofs.look(), { done: true, shown: [] })
    assert.equal((await other.known()).isNew, false)
  })
})
