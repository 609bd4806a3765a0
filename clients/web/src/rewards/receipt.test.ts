import assert from "node:assert/strict"
import { suite, test } from "node:test"
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import { sign, signatureKeyPair } from "../e2ee/formats/ed25519"
import { bonusMicro, isAbove } from "./bonuses"
import { quota } from "./budget"
import { canonical, parsed, type Plain } from "./canonical"
import { Malformed } from "./errors"
import { openPack, readPack } from "./packs"
import { flaws, readReceipt, receiptHash, receiptText, subjectOf } from "./receipt"
import known from "./receipts.json"
import { evaluate, inRange } from "./rules"

const PACKS = new Map(Object.entries(known.packs).map(([name, { document }]) => [name, readPack(document)]))
const packOf = (name: string) => PACKS.get(name) ?? assert.fail(name)
const cases = Object.entries(known.receipts)

type Spoiled = Record<string, Plain> & { fact: Record<string, Plain> }
/** The receipt of a professional with something else in it. */
function changed(change: (said: Spoiled) => void): string {
  const said = parsed(known.receipts.professional.document) as Spoiled
  change(said)
  return canonical(said)
}
const flawsOf = (text: string) => flaws(readReceipt(text), packOf("professional"))

suite("a pack", () => {
  test("has the hash that Python gives it", () => {
    for (const [name, { hash }] of Object.entries(known.packs)) assert.equal(packOf(name).hash, hash)
  })

  test("is refused in another form than its own", () => {
    assert.throws(() => readPack(` ${known.packs.peer.document}`), Malformed)
  })

  test("may say what members pay, which makes no receipt", () => {
    const said = parsed(known.packs.professional.document) as Record<string, Plain>
    const fees = [{ code: "session", scale: [["half", 30_000_000n]] }]
    const pack = readPack(canonical({ ...said, fees }))
    const without = packOf("professional")
    assert.deepEqual({ ...pack, hash: without.hash }, without)
    assert.notEqual(pack.hash, without.hash)
  })

  test("is taken from the policy key alone", () => {
    const [text, pair] = [known.packs.peer.document, signatureKeyPair(new Uint8Array(32).fill(7))]
    const key = bytesToHex(pair.public)
    const message = concatBytes(utf8ToBytes("MentalVerse reward pack v1"), hexToBytes(packOf("peer").hash))
    const envelope = { document: text, key, signature: bytesToHex(sign(pair, message)) }
    assert.equal(openPack(envelope, key).hash, packOf("peer").hash)
    assert.throws(() => openPack({ ...envelope, signature: "00".repeat(64) }, key), Malformed)
    assert.throws(() => openPack(envelope, "11".repeat(32)), Malformed)
    assert.throws(() => openPack({ ...envelope, document: known.packs.professional.document }, key), Malformed)
  })
})

suite("a receipt", () => {
  for (const [name, { document: text, hash }] of cases) {
    test(`comes out the same here as in Python: ${name}`, () => {
      const receipt = readReceipt(text)
      assert.equal(receiptText(receipt), text)
      assert.equal(receiptHash(receipt), hash)
      assert.deepEqual(flaws(receipt, packOf(receipt.pack)), [])
    })
  }

  test("pays what the design says", () => {
    const paid = (name: keyof typeof known.receipts) => readReceipt(known.receipts[name].document).paidMicro
    assert.equal(paid("peer"), 67_500_000n)
    assert.equal(paid("professional"), 756_000_000n)
    assert.equal(paid("duty_480"), 1_350_000_000n)
    assert.equal(paid("duty_240"), 675_000_000n)
    assert.equal(paid("no_show"), 25_000_000n)
  })

  test("names what does not come out the same", () => {
    assert.deepEqual(flawsOf(changed((said) => (said["pack_hash"] = "00".repeat(32)))), ["pack_hash"])
    assert.deepEqual(flawsOf(changed((said) => (said["rule"] = "professional.unheard_of"))), ["rule"])
    assert.deepEqual(flawsOf(changed((said) => (said["pack"] = "other"))), ["pack"])
    assert.deepEqual(flawsOf(changed((said) => (said["rev"] = 2n))), ["rev"])
    assert.deepEqual(flawsOf(changed((said) => (said["export_as"] = "duty"))), ["export_as"])
    assert.deepEqual(flawsOf(changed((said) => (said.fact["minutes"] = 49n))), ["scored"])
    assert.deepEqual(flawsOf(changed((said) => (said.fact["is_drill"] = true))), ["reason"])
    assert.deepEqual(flawsOf(changed((said) => (said["reason"] = "no reason"))), ["reason"])
    assert.deepEqual(flawsOf(changed((said) => (said["reason"] = "cap"))), ["paid_micro"])
    assert.deepEqual(flawsOf(changed((said) => (said["paid_micro"] = "756000001"))), ["paid_micro"])
    assert.deepEqual(flawsOf(changed((said) => (said["owed_micro"] = "1"))), ["paid_micro"])
    assert.deepEqual(flawsOf(changed((said) => delete said["terms"])), ["terms"])
    assert.deepEqual(flawsOf(changed((said) => delete said["scored"])), ["scored", "paid_micro"])
  })

  test("is refused where it is none", () => {
    const spoils: ((said: Spoiled) => void)[] = [
      (said) => (said["paid_micro"] = 5n),
      (said) => (said["paid_micro"] = "05"),
      (said) => (said["paid_micro"] = "-5"),
      (said) => (said["paid_micro"] = "9".repeat(31)),
      (said) => (said["v"] = 2n),
      (said) => (said["more"] = 1n),
      (said) => delete said["salt"],
      (said) => (said.fact["minutes"] = "50"),
    ]
    for (const spoil of spoils) assert.throws(() => readReceipt(changed(spoil)), Malformed)
    const text = known.receipts.professional.document
    assert.throws(() => readReceipt(text.replace('"minutes":50', '"minutes":50.0')), Malformed)
    assert.throws(() => readReceipt(text.replace('"v":1', '"v":1,"v":1')), Malformed)
    assert.throws(() => readReceipt(text.replace("specialist", "spécialist")), Malformed)
  })

  test("is of the event and the person that its commitment says", () => {
    const { salt, subject } = readReceipt(known.receipts.peer.document)
    assert.equal(subjectOf(salt, "evt_1", "ada"), subject)
    assert.notEqual(subjectOf(salt, "evt_1", "grace"), subject)
  })
})

suite("amounts", () => {
  test("are the vectors of the design, to the micro", () => {
    assert.equal(inRange(25n, 75n, 5_000n), 50_000_000n)
    assert.equal(50_000_000n + bonusMicro(50_000_000n, [95n], 100n), 97_500_000n)
    assert.equal(inRange(25n, 75n, 8_500n), 67_500_000n)
    assert.equal(inRange(200n, 600n, 8_500n), 540_000_000n)
    assert.equal(540_000_000n + bonusMicro(540_000_000n, [25n, 15n], 100n), 756_000_000n)
    assert.equal((inRange(500n, 1_500n, 8_500n) * 240n) / 480n, 675_000_000n)
  })

  test("begin at the floor and end at the top, for each rule of the packs", () => {
    for (const { rules } of PACKS.values()) {
      for (const { lo, hi } of rules) {
        assert.equal(inRange(lo, hi, 0n), lo * 1_000_000n)
        assert.equal(inRange(lo, hi, 10_000n), hi * 1_000_000n)
      }
    }
  })

  test("have a bonus of 100 percent at most", () => {
    assert.equal(bonusMicro(1_000_000n, [60n, 60n], 100n), 1_000_000n)
  })

  test("have no bonus at the edge of a measure, nor of too few", () => {
    const above = { measure: "satisfaction", num: 9n, den: 2n, least: 20n }
    const of = (total: bigint, count: bigint) => isAbove(above, new Map([["satisfaction", { total, count }]]))
    assert.ok(!of(90n, 20n))
    assert.ok(of(91n, 20n))
    assert.ok(!of(95n, 19n))
  })

  test("of a short bucket may be off by one micro, and by no more", () => {
    assert.deepEqual(quota(10n, 1n, 3n), [3n, 4n])
    assert.deepEqual(quota(9n, 1n, 3n), [3n, 3n])
  })

  test("stay whole where a number of JavaScript would be rounded", () => {
    const most = BigInt(Number.MAX_SAFE_INTEGER)
    const fact = { ...readReceipt(known.receipts.peer.document).fact, minutes: most, plannedMinutes: most }
    const rule = packOf("peer").rules.find(({ code }) => code === "peer.session") ?? assert.fail()
    const found = evaluate(packOf("peer"), rule, fact)
    assert.ok("points" in found)
    assert.equal(found.points[0]?.value, 10_000n)
  })
})

test("the canonical form escapes as Python does, and sorts its names", () => {
  assert.equal(canonical({ b: '"\\\n\u007f', a: [true, 0n] }), '{"a":[true,0],"b":"\\"\\\\\\n\\u007f"}')
})
