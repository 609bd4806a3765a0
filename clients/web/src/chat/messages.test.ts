import assert from "node:assert/strict"
import { test } from "node:test"
import type { Body } from "../e2ee/formats/content"
import { Leaves } from "./leaves"
import {
  changed,
  describeChange,
  EDIT_WINDOW_MS,
  isEdited,
  isReportable,
  MAX_EDITS,
  MAX_REACTIONS,
  type Message,
  opened,
  type Origin,
  quoted,
  REPORTABLE_AFTER_DELETION_MS,
  rowsOf,
  withoutProof,
} from "./messages"

const [ADA, BEN, CLEO] = ["a", "b", "c"].map((letter) => letter.repeat(32)) as [string, string, string]
const ID = "00000000-0000-4000-8000-000000000007"
const START = 1_767_225_600_000
const MAX_REPORTED_ROWS = 50

const origin = (account = ADA, seq = 1, afterMs = 0): Origin => ({
  ...{ conversation: "c".repeat(32), seq, at: START + afterMs, account, mine: account === ADA },
})
const edit = (text: string): Body => ({ type: "edit", of: ID, text })
const remove: Body = { type: "delete", of: ID }
const reaction = (emoji: string, on = true): Body => ({ type: "reaction", of: ID, emoji, on })

function aText(text = "hello"): Message {
  const message = opened({ id: ID, atMs: 0, body: { type: "text", text } }, origin())
  assert(message !== undefined)
  return message
}

function aVoice(): Message {
  const attachment = {
    ...{ blob: new Uint8Array(16), key: new Uint8Array(32), sha256: new Uint8Array(32) },
    ...{ size: 2_000, mediaType: "audio/ogg", name: "note.ogg" },
  }
  const body: Body = { type: "voice", attachment, ms: 1_500, waveform: [1, 2] }
  const message = opened({ id: ID, atMs: 0, body }, origin())
  assert(message !== undefined)
  return message
}

/** A change that has to take effect. */
function after(message: Message, body: Body, at: Origin): Message {
  const later = changed(message, body, at)
  assert(later !== undefined)
  return later
}

test("a file shows its name and keeps what opens it", () => {
  const message = aVoice()
  assert.deepEqual([message.kind, message.text], ["file", "note.ogg"])
  assert.deepEqual([message.file?.reference.size, message.file?.ms], [2_000, 1_500])
})

test("a file is taken back and reacted to and never edited", () => {
  assert.equal(changed(aVoice(), edit("another name"), origin()), undefined)
  assert.deepEqual([...after(aVoice(), reaction("🙂"), origin(BEN)).reactions], [["🙂", [BEN]]])
  const gone = after(aVoice(), remove, origin())
  assert.deepEqual([gone.file, gone.text, gone.quote], [null, "", null])
})

test("every wording anybody saw fits one report", () => {
  let message = aText()
  for (let seq = 2; seq < MAX_EDITS + 2; seq++) message = after(message, edit(String(seq)), origin(ADA, seq))
  assert.deepEqual(
    rowsOf(message),
    Array.from({ length: MAX_EDITS + 1 }, (_, place) => place + 1),
  )
  assert(rowsOf(message).length <= MAX_REPORTED_ROWS)
  assert.equal(changed(message, edit("once more"), origin(ADA, 99)), undefined)
})

test("only its sender edits a message", () => {
  const edited = after(aText(), edit("hi"), origin())
  assert.deepEqual([edited.text, isEdited(edited)], ["hi", true])
  assert.equal(changed(aText(), edit("hi"), origin(BEN)), undefined)
})

test("a message is edited for one day by the log", () => {
  assert(changed(aText(), edit("hi"), origin(ADA, 2, EDIT_WINDOW_MS)) !== undefined)
  assert.equal(changed(aText(), edit("hi"), origin(ADA, 2, EDIT_WINDOW_MS + 1)), undefined)
})

test("a deleted message keeps its place and nothing else", () => {
  const gone = after(after(aText(), reaction("🙂"), origin(BEN)), remove, origin())
  assert.deepEqual([gone.seq, gone.account, gone.text, gone.deleted, gone.reactions.size], [1, ADA, "", true, 0])
  assert.equal(changed(gone, edit("back"), origin()), undefined)
  assert.equal(changed(aText(), remove, origin(BEN)), undefined)
})

test("only what somebody else took back stays reportable", () => {
  const edited = after(aText(), edit("worse"), origin(ADA, 2))
  const theirs = after(edited, remove, { ...origin(ADA, 3), mine: false })
  assert.deepEqual([isReportable(theirs), rowsOf(theirs)], [true, [1, 2]])
  assert.equal(theirs.reportableUntil, START + REPORTABLE_AFTER_DELETION_MS)
  assert.deepEqual([theirs.text, isEdited(theirs)], ["", false])
  for (const gone of [after(edited, remove, origin(ADA, 3)), withoutProof(theirs)]) {
    assert.deepEqual([isReportable(gone), rowsOf(gone), gone.reportableUntil], [false, [], null])
  }
})

test("a person has each reaction on or off, whatever the order", () => {
  // Every sequence of four steps by two people with two emoji.
  const steps = [ADA, BEN].flatMap((who) =>
    ["🙂", "🎉"].flatMap((emoji) => [true, false].map((on) => ({ who, emoji, on }))),
  )
  for (let number = 0; number < steps.length ** 4; number++) {
    let message = aText()
    const last = new Map<string, boolean>()
    for (let rest = number, turn = 0; turn < 4; turn++, rest = Math.floor(rest / steps.length)) {
      const step = steps[rest % steps.length]
      assert(step !== undefined)
      message = changed(message, reaction(step.emoji, step.on), origin(step.who)) ?? message
      last.set(`${step.who} ${step.emoji}`, step.on)
    }
    const shown = [...message.reactions].flatMap(([emoji, people]) => people.map((who) => `${who} ${emoji}`))
    assert.deepEqual(new Set(shown), new Set([...last].filter(([, on]) => on).map(([key]) => key)))
    assert.equal(new Set(shown).size, shown.length)
  }
})

test("a flood of emoji is cut off", () => {
  let message = aText()
  for (let code = 0; code < MAX_REACTIONS + 10; code++) {
    message = changed(message, reaction(String.fromCodePoint(0x1f300 + code)), origin(BEN)) ?? message
  }
  assert.equal(message.reactions.size, MAX_REACTIONS)
})

test("an unknown type shows its fallback, and a receipt is no message", () => {
  const raw = new Uint8Array()
  const shown = opened({ raw, type: "mood", version: 1, fallback: "feeling fine" }, origin(ADA, 9))
  assert.deepEqual([shown?.kind, shown?.text, shown?.id], ["unknown", "feeling fine", "9"])
  const receipt: Body = { type: "receipt", upTo: 4, kind: "read" }
  assert.equal(opened({ id: ID, atMs: 0, body: receipt }, origin()), undefined)
})

test("a change of members is told by codes and accounts", () => {
  const leaf = (account: string, device: string) => ({ account, device })
  const before = new Leaves([leaf(ADA, "1"), leaf(BEN, "2")])
  const now = new Leaves([leaf(ADA, "1"), leaf(ADA, "3"), leaf(CLEO, "4")])
  assert.deepEqual(describeChange(before, now), [
    { code: "joined", accounts: [CLEO] },
    { code: "left", accounts: [BEN] },
    { code: "device_added", accounts: [ADA] },
  ])
  assert.deepEqual(describeChange(before, before), [])
  const returned = new Leaves([leaf(BEN, "2")])
  assert.deepEqual(describeChange(before, before, returned), [{ code: "came_back", accounts: [BEN] }])
})

test("a quote ends between characters", () => {
  assert.equal(quoted(aText("🙂🎉"), 1).quote, "🙂")
  assert.equal(quoted(aText(""), 1).quote, undefined)
})
