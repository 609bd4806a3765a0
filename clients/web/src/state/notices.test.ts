import { signal } from "@preact/signals"
import assert from "node:assert/strict"
import { test } from "node:test"
import type { PushStanding } from "../account/push"
import { NotConnected } from "../protocol/errors"
import type { Connection, ConversationRow } from "./models"
import { followNotices } from "./notices"

const ROW: ConversationRow = {
  id: "one",
  kind: "direct",
  people: [],
  unread: 0,
  last: undefined,
  draft: false,
  muted: false,
  standing: "active",
  meetings: [],
}

function followed() {
  const said: string[] = []
  const shown = {
    push: signal<PushStanding>("on"),
    connection: signal<Connection>("online"),
    conversations: signal<readonly ConversationRow[]>([ROW]),
    silent: signal<readonly string[]>([]),
  }
  let isDown = false
  const notices = {
    mute: (ids: readonly string[]) => {
      said.push(`mute ${ids.join()}`)
      return isDown ? Promise.reject(new NotConnected("gone")) : Promise.resolve()
    },
    tell: (id: string) => {
      said.push(`tell ${id}`)
      return Promise.resolve()
    },
  }
  const stop = followNotices(notices, shown, (error) => said.push(String(error)))
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  return { said, shown, stop, settled, fall: (down: boolean) => (isDown = down) }
}

test("the server hears of what wakes nobody, once for each change, and again after a loss", async () => {
  const { said, shown, stop, settled, fall } = followed()
  await settled()
  assert.deepEqual(said.splice(0), ["mute "])
  fall(true)
  shown.silent.value = ["two", "one"]
  await settled()
  assert.deepEqual(said.splice(0), ["mute one,two"])
  shown.connection.value = "offline"
  fall(false)
  shown.connection.value = "online"
  await settled()
  assert.deepEqual(said.splice(0), ["mute one,two"])
  shown.connection.value = "offline"
  shown.connection.value = "online"
  await settled()
  assert.deepEqual(said, [])
  stop()
})

test("a page tells of what came since it was opened, but not where nobody wants to be woken", async () => {
  const { said, shown, stop, settled } = followed()
  await settled()
  said.length = 0
  shown.conversations.value = [{ ...ROW, unread: 2 }]
  shown.conversations.value = [{ ...ROW, unread: 0 }]
  await settled()
  assert.deepEqual(said.splice(0), ["tell one"])
  shown.silent.value = ["one"]
  await settled()
  said.length = 0
  shown.conversations.value = [{ ...ROW, unread: 3 }]
  shown.push.value = "off"
  shown.silent.value = []
  shown.conversations.value = [{ ...ROW, unread: 4 }]
  await settled()
  assert.deepEqual(said, [])
  stop()
})
