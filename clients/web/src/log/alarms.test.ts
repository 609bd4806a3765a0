import assert from "node:assert/strict"
import { test } from "node:test"
import { unitDevice } from "../../test/unit-device"
import { alarmId, Alarms, MAX_ALARMS } from "./alarms"

const DAY_MS = 24 * 60 * 60 * 1000

/** Alarms of a device whose clock the test moves, and how often somebody was told. */
async function alarms() {
  const clock = { ms: Date.UTC(2026, 0, 1), told: 0 }
  const device = await unitDevice(() => clock.ms)
  const open = () => Alarms.open(device, () => (clock.told += 1))
  return { clock, open, known: await open() }
}

test("a finding is told once, and again a day after it was seen", async () => {
  const { clock, known } = await alarms()
  await known.tell("other_key", "ben")
  await known.tell("other_key", "ben")
  assert.equal(clock.told, 1)
  const [alarm] = known.current()
  assert.ok(alarm)
  await known.acknowledge(alarmId(alarm))
  await known.tell("other_key", "ben")
  assert.deepEqual(known.current(), [])
  clock.ms += DAY_MS
  await known.tell("other_key", "ben")
  assert.equal(known.stands("other_key"), true)
})

test("alarms outlive the page, and that a device was added is shown for a day", async () => {
  const { clock, known, open } = await alarms()
  await known.tell("new_device", "d")
  await known.tell("split_view")
  clock.ms += DAY_MS
  const again = await open()
  assert.deepEqual(
    again.current().map(({ kind }) => kind),
    ["split_view"],
  )
  assert.equal(again.every().length, 2)
})

test("strangers who cause alarms push out their own, and nothing that matters more", async () => {
  const { clock, known } = await alarms()
  await known.tell("own_account", "ada", "entry 7 of the log")
  for (let stranger = 0; stranger < MAX_ALARMS + 3; stranger++) {
    clock.ms += 1
    await known.tell("refused", "", `stranger ${stranger}`)
  }
  assert.equal(known.every().length, MAX_ALARMS)
  assert.equal(known.stands("own_account"), true)
  assert.equal(known.every().at(-1)?.detail, `stranger ${MAX_ALARMS + 2}`)
})
