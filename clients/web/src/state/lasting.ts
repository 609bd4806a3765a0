/**
 * Asks the browser not to drop what is stored here when it runs out of room (Storage
 * Standard, "persistent storage"). Some browsers ask the person in turn: so it is done once,
 * with the first conversation, when there is something to lose. A refusal changes nothing,
 * since what opens an account also brings it back.
 */

import { effect, type ReadonlySignal } from "@preact/signals"

/** `rows`: the conversations of this device, as they were read. Ends with `over`. */
export function keepFromTheFirstOn(
  rows: ReadonlySignal<{ readonly size: number }>,
  over: AbortSignal,
  storage: Pick<StorageManager, "persist"> = navigator.storage,
): void {
  if (rows.peek().size > 0) return
  const stop = effect(() => {
    if (rows.value.size === 0) return
    // Within its first run an effect cannot end itself.
    queueMicrotask(() => stop())
    void storage.persist().catch(() => false)
  })
  over.addEventListener("abort", stop)
}
