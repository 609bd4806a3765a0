import assert from "node:assert/strict"
import { test } from "node:test"
import encode from "qr"
import decode from "qr/decode.js"
import { fitsCode, MOST_CODE_OCTETS } from "./code"

const DOTS = 3

/** A picture of a code, some dots for each of its modules. */
function picture(text: string) {
  const rows = encode(text, "raw", { border: 4, ecc: "low" })
  const width = rows.length * DOTS
  const data = new Uint8Array(width * width * 4).fill(255)
  for (let at = 0; at < width * width; at++) {
    const dark = rows[Math.floor(at / width / DOTS)]?.[Math.floor((at % width) / DOTS)]
    if (dark) data.fill(0, at * 4, at * 4 + 3)
  }
  return { width, height: width, data }
}

test("a credential as this server signs them is read from its code again", () => {
  const jwt = "eyJhbGciOiJFZERTQSJ9.".padEnd(2_115, "aB3-_Zx9")
  assert.equal(decode(picture(jwt)), jwt)
})

test("the longest that fits the largest code is shown, and nothing longer", () => {
  const longest = "a".repeat(MOST_CODE_OCTETS)
  assert.ok(fitsCode(longest))
  assert.equal(decode(picture(longest)), longest)
  assert.ok(!fitsCode(`${longest}a`))
  assert.throws(() => picture(`${longest}a`))
})
