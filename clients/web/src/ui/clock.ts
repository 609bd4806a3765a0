import { signal } from "@preact/signals"

/** Now, for words like "yesterday"; it moves each minute while a page is open. */
export const now = signal(new Date())

export function startClock(): () => void {
  const timer = setInterval(() => {
    now.value = new Date()
  }, 60_000)
  return () => clearInterval(timer)
}
