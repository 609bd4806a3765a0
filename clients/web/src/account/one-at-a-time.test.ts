import assert from "node:assert/strict"
import { test } from "node:test"
import { OneAtATime } from "./one-at-a-time"

test("each work begins when the one before has ended, also when it failed", async () => {
  const works = new OneAtATime()
  const seen: string[] = []
  const work = (name: string, fails: boolean) => async () => {
    seen.push(`${name} begins`)
    await Promise.resolve()
    seen.push(`${name} ends`)
    if (fails) throw new Error(name)
    return name
  }
  const [first, second] = [works.run(work("first", true)), works.run(work("second", false))]
  await assert.rejects(first, /first/)
  assert.equal(await second, "second")
  assert.deepEqual(seen, ["first begins", "first ends", "second begins", "second ends"])
})
