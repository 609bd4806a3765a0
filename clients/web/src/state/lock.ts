/** Opening what is kept in this browser, or forgetting it. */

import type { Locking } from "../account/locking"
import type { DeviceRecord } from "../store/keyring"
import type { Lock, Outcome, Seal } from "./models"
import { outcome } from "./outcome"

export class DeviceLock implements Lock {
  readonly handle: string
  readonly ways: readonly Seal["kind"][]

  constructor(
    private readonly locking: Locking,
    { handle, wrapped }: DeviceRecord,
    /** What is stored stands differently from now on. */
    private readonly changed: () => void,
  ) {
    this.handle = handle
    this.ways = wrapped.map(({ kind }) => kind)
  }

  unlock(seal: Seal): Promise<Outcome> {
    return outcome(async () => {
      const vault = await this.locking.unlock(seal)
      vault.close()
      this.changed()
    })
  }

  async forget(): Promise<void> {
    await this.locking.forget()
    this.changed()
  }
}
