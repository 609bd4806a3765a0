import assert from "node:assert/strict"
import { test } from "node:test"
import { Refused } from "../protocol/errors"
import type { PurposeView } from "../protocol/events"
import { LiveSharing } from "./sharing"

type Call = ConstructorParameters<typeof LiveSharing>[0]["call"]

const view = (more: Partial<PurposeView> = {}): PurposeView => ({
  ...{ purpose: "reward", version: 1, is_given: false, given_version: null, granted_at: null, withdrawn_at: null },
  ...{ was_told: false, recipients: [{ host: "pay.example.org", types: ["*"], hears_of_crises: false }] },
  ...more,
})

test("each answer is how everything stands, in the server's order", async () => {
  const given = [view({ purpose: "audit" }), view({ is_given: true, given_version: 1, granted_at: 5 })]
  const sharing = new LiveSharing({ call: () => Promise.resolve({ consents: given }) })
  assert.deepEqual(await sharing.agree("reward", 1), { done: true })
  assert.deepEqual(
    sharing.purposes.value?.map(({ purpose, isGiven, givenAt }) => [purpose, isGiven, givenAt]),
    [
      ["audit", false, undefined],
      ["reward", true, new Date(5)],
    ],
  )
})

test("where the words have changed, those of now are asked for and nothing is agreed to", async () => {
  const asked: string[] = []
  const call = ((name: string) => {
    asked.push(name)
    return name === "consent.grant"
      ? Promise.reject(new Refused("conflict", undefined))
      : Promise.resolve({ consents: [view({ version: 2 })] })
  }) as Call
  const sharing = new LiveSharing({ call })
  const said = await sharing.agree("reward", 1)
  assert.equal(!said.done && said.problem.code, "conflict")
  assert.deepEqual(asked, ["consent.grant", "consent.list"])
  assert.equal(sharing.purposes.value?.[0]?.version, 2)
})
