import assert from "node:assert/strict"
import { test } from "node:test"
import { unitDevice } from "../../test/unit-device"

test("operations of the engine do not overlap, and a check ends with its own", async () => {
  const device = await unitDevice(Date.now)
  const seen: string[] = []
  const first = device.checked(async (_engine, check) => {
    seen.push("first begins")
    await device.vault.names("contact")
    seen.push("first ends")
    return check
  })
  const second = device.checked(async (_engine, check) => {
    seen.push("second")
    await device.vault.write(check.puts())
  })
  const kept = await first
  await second
  assert.deepEqual(seen, ["first begins", "first ends", "second"])
  assert.throws(() => kept.puts(), /one operation/)
})

test("changes of what a device is are all kept, also when they come at once", async () => {
  const device = await unitDevice(Date.now)
  const credential = new Uint8Array([1])
  const asKeys = new Map([["k", new Uint8Array([2])]])
  await Promise.all([device.become({ credential }), device.become({ asKeys })])
  assert.deepEqual([device.identity.credential, device.identity.asKeys], [credential, asKeys])
})
