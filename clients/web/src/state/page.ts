/** What the app has to know of the page that it is in; only `main.tsx` touches the page itself. */

/** Texts by name that last, such as `localStorage`. */
export interface Shelf {
  getItem(name: string): string | null
  setItem(name: string, text: string): void
  removeItem(name: string): void
}

export interface Page {
  readonly origin: string
  /** The address of the built `account/argon2-worker.ts`. */
  readonly argon2Worker: string
  /** The address of the built `call/frame-worker.ts`. */
  readonly frameWorker: string
  /** The best of our languages for whoever uses this browser. */
  readonly language: string
  readonly shelf: Shelf
  isInFront(): boolean
  /** Loads the page anew. */
  reload(): void
  /** Calls `then` whenever the page comes to the front. */
  onFront(then: () => void): void
  /** Calls `then` whenever the page is hidden: nothing is heard of it once more for certain. */
  onHidden(then: () => void): void
}

/** What the app hears from its phases. */
export interface Happenings {
  /** From now on leaving may not forget what is stored. */
  readonly begun: () => void
  /** What is stored stands differently. */
  readonly changed: () => void
  /** A defect. */
  readonly failed: (error: unknown) => void
}
