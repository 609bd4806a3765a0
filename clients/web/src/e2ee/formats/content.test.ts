import assert from "node:assert/strict"
import { test } from "node:test"
import { type Content, decode, encode } from "./content"
import { FormatError } from "./errors"
import { Real } from "./json"

const ID = "0c5f3f0e-6a3b-4f4e-9d2a-0b1c2d3e4f50"
const utf8 = (text: string) => new TextEncoder().encode(text)
const shown = (octets: Uint8Array) => new TextDecoder().decode(octets)
const refused = (code: string) => (error: unknown) => error instanceof FormatError && error.code === code
const said = (text: string, more: Partial<Content> = {}): Content => ({
  id: ID,
  atMs: 7,
  body: { type: "text", text },
  ...more,
})

test("the form on the wire is fixed", () => {
  const reply: Content = {
    id: ID,
    atMs: 7,
    body: { type: "reply", text: "ja", to: { id: ID, quote: "über 8?" } },
    fallback: "antwortet: ja",
  }
  assert.equal(
    shown(encode(reply)),
    `{"v":1,"t":"reply","id":"${ID}","at":7,` +
      `"b":{"text":"ja","to":{"id":"${ID}","quote":"über 8?"}},"fb":"antwortet: ja"}`,
  )
})

test("members of a newer version are kept in their order and spelling", () => {
  const text = `{"2":[1.50,{"__proto__":null}],"1":-0.0,"v":1,"t":"text","id":"${ID}","at":7,"b":{"text":"a"}}`
  const read = decode(utf8(text))
  assert.ok(!("raw" in read))
  assert.deepEqual(read.extra?.get("1"), new Real("-0.0"))
  assert.equal(shown(encode(read)), text)
})

test("an unknown type or a later version is kept octet for octet", () => {
  for (const text of ['{ "v":1, "t":"mood", "fb":"feels better" }', '{"v":2,"t":"text","fb":"feels better","b":7}']) {
    const read = decode(utf8(text))
    assert.ok("raw" in read)
    assert.equal(read.fallback, "feels better")
    assert.equal(shown(encode(read)), text)
  }
})

test("a line of the system is read only by the device that made it", () => {
  const line: Content = { id: ID, atMs: 7, body: { type: "system", code: "member.joined", args: new Map() } }
  const written = encode(line, true)
  assert.ok(!("raw" in decode(written, true)))
  assert.throws(() => decode(written), refused("content.local_only"))
  assert.throws(() => encode(line), refused("content.unsendable"))
})

test("nothing kept stands in for something known", () => {
  for (const name of ["v", "t", "id", "at", "b", "fb"]) {
    assert.throws(() => encode(said("a", { extra: new Map([[name, 1]]) })), refused("content.unsendable"))
  }
})

test("what receivers would refuse is not sent", () => {
  for (const content of [
    said(""),
    said("a".repeat(32_000)),
    said("\ud800"),
    said("a", { atMs: -1 }),
    said("a", { atMs: 0.5 }),
    said("a", { id: ID.toUpperCase() }),
  ]) {
    assert.throws(() => encode(content), refused("content.unsendable"))
  }
})

test("octets that two readers could take differently are malformed", () => {
  for (const text of [
    '{"v":1,"v":1}',
    '{"v":9007199254740993}',
    '{"v":"\\ud800"}',
    '{"v":1e999}',
    "[[[[[[[[[0]]]]]]]]]",
    "\ufeff{}",
    "{} {}",
  ]) {
    assert.throws(() => decode(utf8(text)), refused("content.malformed"))
  }
  assert.throws(() => decode(new Uint8Array([0xff])), refused("content.malformed"))
  assert.throws(() => decode(utf8(" ".repeat(32_001))), refused("content.too_large"))
})

test("the name of a file is shown as what it is, and the file is not lost over it", () => {
  const members = `"blob":"${"A".repeat(22)}","key":"${"A".repeat(43)}","sha256":"${"A".repeat(43)}","size":9`
  const body = `{${members},"mime":"image/png","name":"../a\u202eb"}`
  const read = decode(utf8(`{"v":1,"t":"file","id":"${ID}","at":7,"b":${body}}`))
  assert.ok(!("raw" in read) && read.body.type === "file")
  assert.equal(read.body.attachment.name, ".._ab")
})

test("an appointment, a goal and a note have one form on the wire", () => {
  const agenda: Content = {
    ...{ id: ID, atMs: 7, fallback: "Appointment" },
    body: {
      ...{ type: "agenda", meeting: ID, startsAt: 1_796_144_400_000, minutes: 50 },
      ...{ zone: "Europe/Vienna", items: ["tea"], cancelled: false },
    },
  }
  assert.equal(
    shown(encode(agenda)),
    `{"v":1,"t":"agenda","id":"${ID}","at":7,"b":{"meeting":"${ID}","starts_at":1796144400000,"minutes":50,` +
      `"zone":"Europe/Vienna","items":["tea"],"cancelled":false},"fb":"Appointment"}`,
  )
  const gone: Content = { id: ID, atMs: 7, body: { type: "note", note: ID } }
  assert.equal(shown(encode(gone)), `{"v":1,"t":"note","id":"${ID}","at":7,"b":{"note":"${ID}"}}`)
  const far: Content = { id: ID, atMs: 7, body: { type: "goal", goal: ID, title: "a", progress: 101, done: false } }
  assert.throws(() => encode(far), refused("content.unsendable"))
})
