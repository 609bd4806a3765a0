import assert from "node:assert/strict"
import { test } from "node:test"
import { lineOf, madeHere, messageOf } from "./archived-lines"
import type { Happened, Message } from "./messages"
import { notice, unreadable } from "./messages"

const [ADA, BEN, CLEO] = ["a", "b", "c"].map((letter) => letter.repeat(32)) as [string, string, string]
const TALK = "1".repeat(32)
const ORIGIN = { conversation: TALK, seq: 7, at: 1_700_000_000_000, account: ADA, mine: true }

function readBack(message: Message): Message {
  const row = lineOf(message)
  const line = madeHere(row)
  assert.ok(line !== undefined && !("names" in line))
  return messageOf(TALK, row, line, ADA)
}

function pythonLine(text: string): Message {
  const content = new TextEncoder().encode(JSON.stringify({ line: "notice", id: "7", text, deleted: false }))
  const row = { ...lineOf(notice([], ORIGIN)), content }
  const line = madeHere(row)
  assert.ok(line !== undefined && !("names" in line))
  return messageOf(TALK, row, line, ADA)
}

test("what a device says of its group is read back as it was", () => {
  const said: Happened[][] = [
    [{ code: "added_by", accounts: [ADA, BEN] }],
    [
      { code: "joined", accounts: [BEN, CLEO] },
      { code: "device_removed", accounts: [ADA] },
    ],
    [
      { code: "left", accounts: [BEN] },
      { code: "came_back", accounts: [CLEO] },
    ],
    [
      { code: "set_up_anew", accounts: [ADA] },
      { code: "not_in_fresh_group", accounts: [CLEO] },
    ],
  ]
  for (const events of said) assert.deepEqual(readBack(notice(events, ORIGIN)), notice(events, ORIGIN))
  const lost = unreadable("message.refused", ORIGIN)
  assert.deepEqual(readBack(lost), lost)
})

test("what the Python client says of a group becomes codes and accounts", () => {
  const { events, text } = pythonLine(`{${BEN}} and {${CLEO}} joined; {${ADA}} added a device`)
  assert.deepEqual(events, [
    { code: "joined", accounts: [BEN, CLEO] },
    { code: "device_added", accounts: [ADA] },
  ])
  assert.equal(text, "")
  const back = pythonLine(`{${ADA}} came back on this device; messages in between are not here`)
  assert.deepEqual(back.events, [{ code: "came_back_here", accounts: [ADA] }])
})

test("a sentence that is none of these is shown as it is", () => {
  const { events, text } = pythonLine("{nobody} did something")
  assert.deepEqual([events, text], [[], "{nobody} did something"])
})

test("a message of the log is none of the writer's own lines", () => {
  const row = { ...lineOf(notice([], ORIGIN)), content: Uint8Array.of(0x83, 0x01) }
  assert.equal(madeHere(row), undefined)
})
