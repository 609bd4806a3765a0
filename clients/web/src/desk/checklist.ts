/** What a responder goes through before a conversation ends; it stays on their device. */

export const CHECKS = ["means", "plan", "follow_up", "safe_contact"] as const
export type Check = (typeof CHECKS)[number]

/** What somebody wrote for themselves about a case. */
export interface CaseNotes {
  readonly text: string
  readonly checked: readonly Check[]
}

export const NO_NOTES: CaseNotes = { text: "", checked: [] }

/** How long notes stay after their last change: longer than any follow-up is due. */
export const NOTES_KEPT_MS = 14 * 86_400_000

export function toggled(notes: CaseNotes, check: Check): CaseNotes {
  const has = notes.checked.includes(check)
  const checked = CHECKS.filter((each) => (each === check ? !has : notes.checked.includes(each)))
  return { ...notes, checked }
}
