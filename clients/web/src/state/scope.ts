/** What lives as long as a view: everything begun in it ends with it. */

export class Scope {
  private readonly ending = new AbortController()

  get signal(): AbortSignal {
    return this.ending.signal
  }

  /** Calls this when the scope ends. */
  owns(stop: () => void): void {
    this.ending.signal.addEventListener("abort", stop, { once: true })
  }

  end(): void {
    this.ending.abort()
  }
}

/** Runs `work` now and after each `again`, never twice at once; the last call is never lost. */
export function settling(work: () => Promise<void>, failed: (error: unknown) => void): () => void {
  let running = false
  let asked = false
  const run = async (): Promise<void> => {
    running = true
    while (asked) {
      asked = false
      await work()
    }
    running = false
  }
  return () => {
    asked = true
    if (!running) run().catch(failed)
  }
}
