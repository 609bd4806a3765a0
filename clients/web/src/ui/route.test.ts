import assert from "node:assert/strict"
import { test } from "node:test"
import { parse } from "./route"

test("an address names a screen and what is on it", () => {
  assert.deepEqual(parse("#/"), { screen: "home" })
  assert.deepEqual(parse("#/invite/ABC-123"), { screen: "invite", code: "ABC-123" })
  assert.deepEqual(parse("#/c/0a"), { screen: "conversation", id: "0a", part: "talk", message: undefined })
  assert.deepEqual(parse("#/c/0a/safety"), { screen: "conversation", id: "0a", part: "safety", message: undefined })
  assert.deepEqual(parse("#/c/0a/report/7"), { screen: "conversation", id: "0a", part: "report", message: "7" })
  assert.deepEqual(parse("#/c/0a/at/7"), { screen: "conversation", id: "0a", part: "at", message: "7" })
  assert.deepEqual(parse("#/c/0a/session"), { screen: "conversation", id: "0a", part: "session", message: undefined })
  assert.deepEqual(parse("#/c/0a/call"), { screen: "conversation", id: "0a", part: "call", message: undefined })
  assert.deepEqual(parse("#/desk"), { screen: "desk", part: "all", held: "" })
  assert.deepEqual(parse("#/desk/called"), { screen: "desk", part: "called", held: "" })
  assert.deepEqual(parse("#/desk/case/0a"), { screen: "desk", part: "case", held: "0a" })
  assert.deepEqual(parse("#/mentor"), { screen: "mentor", part: "find" })
  assert.deepEqual(parse("#/mentor/data"), { screen: "mentor", part: "data" })
  assert.deepEqual(parse("#/rewards"), { screen: "rewards", part: "own" })
  assert.deepEqual(parse("#/rewards/decide"), { screen: "rewards", part: "decide" })
  assert.deepEqual(parse("#/hooks"), { screen: "hooks", part: "all" })
  assert.deepEqual(parse("#/hooks/log"), { screen: "hooks", part: "log" })
  assert.deepEqual(parse("#/settings/devices"), { screen: "settings", part: "devices" })
})

test("what names no screen is the home screen, whatever it holds", () => {
  for (const hash of [
    "",
    "#",
    "#main",
    "#/nowhere",
    "#/c",
    "#/c/x/nothing",
    "#/settings/x",
    "#/desk/case",
    "#/desk/x",
    "#/mentor/x",
    "#/rewards/x",
    "#/hooks/x",
    "#/%E0%A4%A",
  ]) {
    assert.deepEqual(parse(hash), { screen: "home" }, hash)
  }
})
