import assert from "node:assert/strict"
import { test } from "node:test"
import { NotConnected } from "./errors"
import { Published } from "./published"

const HERE = "https://house.example"

/** What is asked for while `run` does, of a server that answers with this. */
async function asking(answer: () => Response, run: (published: Published) => Promise<unknown>): Promise<string[]> {
  const [before, asked] = [globalThis.fetch, [] as string[]]
  globalThis.fetch = (address) => {
    asked.push(address instanceof Request ? address.url : address.toString())
    return Promise.resolve(answer())
  }
  try {
    await run(new Published(HERE))
  } finally {
    globalThis.fetch = before
  }
  return asked
}

test("whoever shows a credential chooses no address that this device speaks to", async () => {
  const list = "https://elsewhere.example/credentials/status/0/revocation"
  const others = ["https://elsewhere.example/", `${HERE}/api/v1/blobs/1`, `${list}/more`, "nowhere", "file:///etc"]
  const asked = await asking(
    () => new Response("a.b.c"),
    async (published) => {
      assert.equal(await published.statusList(list), "a.b.c")
      for (const url of others) assert.equal(await published.statusList(url), undefined)
    },
  )
  assert.deepEqual(asked, [`${HERE}/credentials/status/0/revocation`])
})

test("a list that is not there says nothing, and without the document nobody can look", async () => {
  await asking(
    () => new Response("", { status: 404 }),
    async (published) => {
      assert.equal(await published.statusList(`${HERE}/credentials/status/0/revocation`), undefined)
      await assert.rejects(published.document(), NotConnected)
    },
  )
})
