import { useEffect, useRef, useState } from "preact/hooks"
import { onLeave } from "../../exit/exit"

/** How long something can be undone: long enough to read the button and reach it. */
export const UNDO_MS = 10_000

export interface Undo {
  /** What is about to happen, by id. */
  readonly waiting: ReadonlySet<string>
  readonly begin: (id: string) => void
  readonly keep: (id: string) => void
}

/** Does something a while later, unless somebody undoes it; at once where the screen is left. */
export function useUndo(act: (id: string) => void): Undo {
  const [waiting, setWaiting] = useState<ReadonlySet<string>>(new Set())
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>()).current
  const latest = useRef(act)
  latest.current = act
  const stop = (id: string) => {
    clearTimeout(timers.get(id))
    timers.delete(id)
    setWaiting(new Set(timers.keys()))
  }
  const happen = (id: string) => {
    stop(id)
    latest.current(id)
  }
  useEffect(() => {
    // Whoever leaves in a hurry has decided nothing more.
    const left = onLeave(() => {
      for (const timer of timers.values()) clearTimeout(timer)
      timers.clear()
    })
    return () => {
      left()
      for (const id of [...timers.keys()]) happen(id)
    }
  }, [])
  return {
    waiting,
    begin: (id) => {
      clearTimeout(timers.get(id))
      timers.set(
        id,
        setTimeout(() => happen(id), UNDO_MS),
      )
      setWaiting(new Set(timers.keys()))
    },
    keep: stop,
  }
}
