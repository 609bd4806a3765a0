import "fake-indexeddb/auto"
import assert from "node:assert/strict"
import { test } from "node:test"
import { encode } from "../e2ee/formats/content"
import type { Planned } from "../e2ee/formats/session-page"
import { newStoreKey } from "../store/keyring"
import { Vault } from "../store/vault"
import { Draft } from "./draft"
import { changeOf, type Shared } from "./planned"
import { held, MOST, rewind, take } from "./session-page"

const [TALK, ADA, BEN] = ["c".repeat(32), "a".repeat(32), "b".repeat(32)] as const
const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`
let vaults = 0

const aVault = async () => Vault.open(`session-page-${vaults++}`, (await newStoreKey()).key)

function agenda(number: number, startsAt: number, cancelled = false): Planned {
  return { type: "agenda", meeting: idOf(number), startsAt, minutes: 50, zone: "UTC", items: [], cancelled }
}
const note = (number: number, text?: string): Planned => ({ type: "note", note: idOf(number), text })

async function taken(vault: Vault, body: Shared, seq: number, account = ADA): Promise<Shared | undefined> {
  const draft = new Draft(vault)
  const content = encode({ id: idOf(seq), atMs: 7, body })
  const before = await take(draft, body, content, { conversation: TALK, seq, at: 7, account, mine: account === ADA })
  await draft.write()
  return before
}

const shown = async (vault: Vault, waiting: readonly Shared[] = []) =>
  (await held(vault, TALK, ADA, waiting)).map(({ body, revision, account, pending }) => {
    const what = body.type === "agenda" ? body.startsAt : body.type === "note" ? body.text : textOf(body)
    return [what, revision, account, pending]
  })

function textOf(body: Shared): string | undefined {
  if (body.type !== "safety.plan") return undefined
  return body.lines[0]?.text ?? String(body.reviewedAt)
}

test("a change of the safety plan is many things, each of which its last change holds", async () => {
  const line = (number: number, text?: string) => ({ line: idOf(number), part: "signs" as const, text })
  const changes: [Shared, number, string][] = [
    [{ type: "safety.plan", lines: [line(1, "one"), line(2, "two")], reviewedAt: 5 }, 1, ADA],
    [{ type: "safety.plan", lines: [line(2, "other"), line(3, "three")] }, 2, BEN],
    [{ type: "safety.plan", lines: [line(1)] }, 3, ADA],
  ]
  const [one, other] = [await aVault(), await aVault()]
  for (const row of changes) await taken(one, ...row)
  for (const row of [...changes].reverse()) await taken(other, ...row)
  for (const vault of [one, other]) {
    const found = await shown(vault, [{ type: "safety.plan", lines: [line(3, "mine"), line(4, "four")] }])
    assert.deepEqual(
      new Set(found.map((each) => JSON.stringify(each))),
      new Set([
        JSON.stringify(["undefined", 3, ADA, false]),
        JSON.stringify(["other", 2, BEN, false]),
        JSON.stringify(["5", 1, ADA, false]),
        JSON.stringify(["mine", 3, ADA, true]),
        JSON.stringify(["four", 1, ADA, true]),
      ]),
    )
  }
})

test("of each the last in the order of the log holds, in whatever order it is read", async () => {
  const rows: [Planned, number, string][] = [
    [agenda(1, 100), 1, ADA],
    [note(1, "one"), 2, BEN],
    [agenda(1, 300), 3, BEN],
    [note(1), 4, ADA],
  ]
  const [one, other] = [await aVault(), await aVault()]
  for (const row of rows) await taken(one, ...row)
  for (const row of [...rows].reverse()) await taken(other, ...row)
  const expected = [
    [300, 3, BEN, false],
    [undefined, 4, ADA, false],
  ]
  assert.deepEqual(await shown(one), expected)
  assert.deepEqual(await shown(other), expected)
})

test("what waits to be sent stands on the page, above what was sent", async () => {
  const vault = await aVault()
  await taken(vault, agenda(1, 100), 8, BEN)
  assert.deepEqual(await shown(vault, [agenda(1, 200), note(2, "new")]), [
    [200, 9, ADA, true],
    ["new", 1, ADA, true],
  ])
})

test("a flood of notes takes no appointment from the page", async () => {
  const vault = await aVault()
  await taken(vault, agenda(1, 100), 1)
  for (let number = 0; number < MOST + 3; number++) await taken(vault, note(number, "n"), 2 + number)
  const all = await shown(vault)
  assert.equal(all.length, MOST + 1)
  assert.deepEqual(all[0], [100, 1, ADA, false])
})

test("what a server that was put back takes next is later than what was there", async () => {
  const vault = await aVault()
  await taken(vault, agenda(1, 100), 80)
  const draft = new Draft(vault)
  await rewind(draft, TALK, 50)
  await draft.write()
  await taken(vault, agenda(1, 200), 51)
  assert.deepEqual(await shown(vault), [[200, 51, ADA, false]])
})

test("a line says what became of what was there before", () => {
  assert.equal(changeOf(agenda(1, 100)).code, "planned")
  assert.equal(changeOf(agenda(1, 200), agenda(1, 100)).code, "moved")
  assert.equal(changeOf(agenda(1, 100), agenda(1, 100)).code, "agenda_changed")
  assert.equal(changeOf(agenda(1, 100, true), agenda(1, 100)).code, "cancelled")
  assert.equal(changeOf(agenda(1, 100), agenda(1, 100, true)).code, "planned")
  assert.equal(changeOf(note(1, "a")).code, "note_written")
  assert.equal(changeOf(note(1), note(1, "a")).code, "note_removed")
})
