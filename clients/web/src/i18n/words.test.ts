import assert from "node:assert/strict"
import { test } from "node:test"
import { choose, Words } from "./words"

const en = {
  greeting: "Hello {name}, welcome.",
  unread: { one: "{count} new message", other: "{count} new messages" },
} as const
const words = (language: string, catalogue: object = en) => new Words(language, catalogue, en, "UTC")

test("values stand where the sentence names them", () => {
  assert.equal(words("en").say("greeting", { name: "Ada" }), "Hello Ada, welcome.")
})

test("a value is never read as part of the sentence", () => {
  assert.equal(words("en").say("greeting", { name: "{name}" }), "Hello {name}, welcome.")
})

test("a missing value stays visible and nothing breaks", () => {
  assert.equal(words("en").say("greeting"), "Hello {name}, welcome.")
})

test("the plural is the language's own", () => {
  assert.equal(words("en").say("unread", { count: 1 }), "1 new message")
  assert.equal(words("en").say("unread", { count: 1200 }), "1,200 new messages")
  const arabic = { unread: { two: "رسالتان", few: "{count} رسائل", other: "{count} رسالة" } }
  assert.equal(words("ar", arabic).say("unread", { count: 2 }), "رسالتان")
})

test("what a locale does not say is said in the source language", () => {
  assert.equal(words("es", {}).say("greeting", { name: "Ada" }), "Hello Ada, welcome.")
})

test("a language knows its direction", () => {
  assert.equal(words("ar").direction, "rtl")
  assert.equal(words("ar-EG").direction, "rtl")
  assert.equal(words("es").direction, "ltr")
})

test("relative times are whole units of the largest that fits", () => {
  const now = new Date(1_000_000_000_000)
  const ago = (seconds: number) => words("en").relative(new Date(now.getTime() - seconds * 1000), now)
  assert.equal(ago(59), "59 seconds ago")
  assert.equal(ago(3599), "59 minutes ago")
  assert.equal(ago(86_400), "yesterday")
})

test("the language is the first that is wanted and there, near matches included", () => {
  assert.equal(choose(["en", "es", "ar"], ["de-DE", "es-MX", "en"]), "es")
  assert.equal(choose(["en", "es"], ["fr"]), "en")
})
