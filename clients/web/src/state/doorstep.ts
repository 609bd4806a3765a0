/** The phases before anybody is in: loaded only in a browser where nobody is. */

import { Locking } from "../account/locking"
import { stretchBy } from "../account/stretch"
import type { DeviceRecord, Keyring } from "../store/keyring"
import { DeviceLock } from "./lock"
import type { Phase } from "./models"
import type { Happenings, Page } from "./page"
import { Arrival } from "./welcome"

/** Whether somebody is new here or has to unlock what is kept. */
export async function doorstep(
  keyring: Keyring,
  record: DeviceRecord | undefined,
  { origin, argon2Worker }: Pick<Page, "origin" | "argon2Worker">,
  happenings: Happenings,
): Promise<Phase> {
  const stretch = stretchBy(argon2Worker)
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
  const locking = new Locking(keyring, stretch, random)
  if (record !== undefined && record.device !== "") {
    return { kind: "locked", lock: new DeviceLock(locking, record, happenings.changed) }
  }
  return { kind: "new", welcome: await Arrival.open({ origin, locking, stretch, random, ...happenings }) }
}
