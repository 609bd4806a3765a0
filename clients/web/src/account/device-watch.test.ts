import assert from "node:assert/strict"
import { test } from "node:test"
import { NotConnected, Refused } from "../protocol/errors"
import { DeviceWatch } from "./device-watch"

/** A watch over lists that answer as `answers` say, and what it reported once it rests. */
async function watched(answers: (account: string) => Promise<unknown>, ...wanted: string[]): Promise<string[]> {
  const changed: string[] = []
  const stop = new AbortController()
  let failure: unknown
  const asked: Promise<unknown>[] = []
  const ask = (account: string) => {
    const answer = answers(account)
    asked.push(answer.catch(() => undefined))
    return answer
  }
  const watch = new DeviceWatch(
    ask,
    (account) => changed.push(account),
    stop.signal,
    (error) => (failure = error),
  )
  watch.look(wanted)
  for (let settled = -1; settled !== asked.length; ) {
    settled = asked.length
    await Promise.all(asked)
    await new Promise((resolve) => setImmediate(resolve))
  }
  stop.abort()
  if (failure instanceof Error) throw failure
  return changed
}

test("every account that was looked at is reported once, one that the server keeps back is not", async () => {
  const answers = (account: string) =>
    account === "ben" ? Promise.reject(new Refused("not_found", undefined)) : Promise.resolve()
  assert.deepEqual(await watched(answers, "ada", "ben", "cleo", "ada"), ["ada", "cleo"])
})

test("a lost line ends the question for one account and not for the others", async () => {
  const answers = (account: string) => (account === "ada" ? Promise.reject(new NotConnected("")) : Promise.resolve())
  assert.deepEqual(await watched(answers, "ada", "ben"), ["ben"])
})

test("what must not happen is told to the owner", async () => {
  await assert.rejects(
    watched(() => Promise.reject(new RangeError("a defect")), "ada"),
    RangeError,
  )
})
