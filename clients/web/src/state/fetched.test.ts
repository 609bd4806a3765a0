import assert from "node:assert/strict"
import { test } from "node:test"
import { Fetched } from "./fetched"

const MEGABYTE = 1024 * 1024

test("a file is fetched once, and again only after it failed", async () => {
  const files = new Fetched()
  let asked = 0
  const fetch = () => {
    asked += 1
    return asked === 1 ? Promise.reject(new Error("no line")) : Promise.resolve(new Blob(["x"]))
  }
  await assert.rejects(files.get("m", fetch))
  await Promise.all([files.get("m", fetch), files.get("m", fetch)])
  await files.get("m", fetch)
  assert.equal(asked, 2)
})

test("of more than 32 MiB the oldest files are let go", async () => {
  const files = new Fetched()
  const asked: string[] = []
  const get = (name: string) =>
    files.get(name, () => {
      asked.push(name)
      return Promise.resolve(new Blob([new Uint8Array(12 * MEGABYTE)]))
    })
  for (const name of ["a", "b", "c", "c", "b"]) await get(name)
  await get("a")
  assert.deepEqual(asked, ["a", "b", "c", "a"])
})
