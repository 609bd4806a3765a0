import { signal } from "@preact/signals"

const query = matchMedia("(min-width: 60em)")

/** Whether a list and a conversation fit beside each other. */
export const isWide = signal(query.matches)

query.addEventListener("change", () => {
  isWide.value = query.matches
})
