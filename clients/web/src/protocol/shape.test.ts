import assert from "node:assert/strict"
import { test } from "node:test"
import * as s from "./shape"

const Record = s.struct({ octets: s.octets, keys: s.map(s.octets), more: s.list(s.integer) })

test("JSON holds octets as base64 and maps as objects, and a shape reads the same again", () => {
  const value = { octets: new Uint8Array([0, 255]), keys: new Map([["a", new Uint8Array([1])]]), more: [1, 2] }
  const json = s.toJson(value)
  assert.equal(json, '{"octets":"AP8=","keys":{"a":"AQ=="},"more":[1,2]}')
  assert.deepEqual(Record.read(JSON.parse(json), ""), value)
})

test("MessagePack gets octets as a buffer of their own and no field that is undefined", () => {
  const whole = new Uint8Array([1, 2, 3, 4])
  const made = s.toMessagePack({ part: whole.subarray(1, 3), list: [whole], nothing: undefined, none: null })
  assert.deepEqual(made, { part: new Uint8Array([2, 3]).buffer, list: [whole.buffer], none: null })
})
