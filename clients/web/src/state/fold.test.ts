import assert from "node:assert/strict"
import { test } from "node:test"
import { folded, marksOf, wordsOf } from "./fold"

const SAME = [
  ["canción", "CANCION"],
  ["café", "cafe\u0301"],
  ["Straße", "STRASSE"],
  ["ὈΔΥΣΣΕΎΣ", "οδυσσευς"],
  ["İstanbul", "istanbul"],
  ["مُحَمَّد", "محمد"],
  ["أحمد", "احمد"],
  ["رحمـــة", "رحمه"],
  ["مستشفى", "مستشفي"],
  ["ﬁne", "fine"],
] as const

for (const [one, other] of SAME) {
  test(`${one} is found as ${other}`, () => assert.equal(folded(one), folded(other)))
}

test("words are looked for one by one", () => {
  assert.deepEqual(wordsOf("  quiet\n Lake "), ["QUIET", "LAKE"])
  assert.deepEqual(wordsOf("   "), [])
})

test("what was found is marked in the text as it was written", () => {
  for (const [text, query, marked] of [
    ["A quiet Straße.", "strasse", ["Straße"]],
    ["Déjà vu, deja vu", "deja", ["Déjà", "deja"]],
    ["cafe\u0301 noir", "cafe noir", ["cafe\u0301", "noir"]],
    ["هذا مُحَمَّد هنا", "محمد", ["مُحَمَّد"]],
    ["🌱 tree 🌱", "tree", ["tree"]],
    ["aaa", "a aa", ["aaa"]],
    ["nothing", "zebra", []],
  ] as const) {
    const found = marksOf(text, wordsOf(query)).map(([start, end]) => text.slice(start, end))
    assert.deepEqual(found, marked, text)
  }
})
