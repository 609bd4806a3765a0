import assert from "node:assert/strict"
import { test } from "node:test"
import { decode, MAX_U64, MAX_VARINT, Reader, Writer } from "./codec"
import { FormatError } from "./errors"

const octets = (...values: number[]) => new Uint8Array(values)
const refused = (code: string) => (error: unknown) => error instanceof FormatError && error.code === code

test("what a Writer writes a Reader reads, field by field", () => {
  const written = new Writer()
    .u8(255)
    .u16(65_535)
    .u32(2 ** 32 - 1)
    .u64(MAX_U64)
    .opaque(octets(1, 2))
    .vector([3, 4], (writer, item) => writer.u16(item))
    .optional(undefined, (writer, item: number) => writer.u8(item))
    .optional(7, (writer, item) => writer.u8(item))
    .octets()
  const reader = new Reader(written)
  assert.equal(reader.u8(), 255)
  assert.equal(reader.u16(), 65_535)
  assert.equal(reader.u32(), 2 ** 32 - 1)
  assert.equal(reader.u64(), MAX_U64)
  assert.deepEqual(reader.opaque(), octets(1, 2))
  assert.deepEqual(
    reader.vector((inner) => inner.u16()),
    [3, 4],
  )
  assert.equal(
    reader.optional((inner) => inner.u8()),
    undefined,
  )
  assert.equal(
    reader.optional((inner) => inner.u8()),
    7,
  )
  reader.end()
})

test("every length has its shortest form and is read back", () => {
  const forms: [number, Uint8Array][] = [
    [0, octets(0)],
    [0x3f, octets(0x3f)],
    [0x40, octets(0x40, 0x40)],
    [0x3fff, octets(0x7f, 0xff)],
    [0x4000, octets(0x80, 0, 0x40, 0)],
    [MAX_VARINT, octets(0xbf, 0xff, 0xff, 0xff)],
  ]
  for (const [value, form] of forms) {
    assert.deepEqual(new Writer().varint(value).octets(), form)
    assert.equal(new Reader(form).varint(), value)
  }
})

test("lengths in a longer form, cut short or with the reserved prefix are refused", () => {
  for (const form of [octets(0x40, 0x3f), octets(0x80, 0, 0x3f, 0xff), octets(0xc0), octets(0x40), octets()]) {
    assert.throws(() => new Reader(form).varint(), refused("mls.decode"))
  }
})

test("integers that do not fit their field are not written", () => {
  for (const write of [
    (writer: Writer) => writer.u8(256),
    (writer: Writer) => writer.u8(-1),
    (writer: Writer) => writer.u16(1.5),
    (writer: Writer) => writer.u32(2 ** 32),
    (writer: Writer) => writer.u64(MAX_U64 + 1n),
    (writer: Writer) => writer.varint(MAX_VARINT + 1),
  ]) {
    assert.throws(() => write(new Writer()), refused("mls.state.invalid_request"))
  }
})

test("an item may not reach over the end of its vector", () => {
  const crossing = octets(3, 0, 1, 0, 2)
  assert.throws(() => new Reader(crossing).vector((inner) => inner.u16()), refused("mls.decode"))
})

test("a structure ends with its input, and a field is no view of it", () => {
  assert.throws(() => decode((reader) => reader.u8(), octets(1, 2)), refused("mls.decode"))
  const input = octets(1, 9)
  const field = decode((reader) => reader.opaque(), input)
  input[1] = 0
  assert.deepEqual(field, octets(9))
})
