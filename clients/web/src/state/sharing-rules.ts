/** How a purpose stands, and whether a yes to it needs a second look first. */

import type { SharedPurpose } from "./sharing-models"

/** "older": a yes to words that have changed since. */
export type SharingStanding = "given" | "older" | "taken_back" | "none"

export function sharingStanding({ isGiven, givenVersion, takenBackAt }: SharedPurpose): SharingStanding {
  if (isGiven) return "given"
  if (takenBackAt !== undefined) return "taken_back"
  return givenVersion === undefined ? "none" : "older"
}

/** What stays for ever, or is about a crisis: more than one press. */
export function isWeighty({ purpose, recipients }: Pick<SharedPurpose, "purpose" | "recipients">): boolean {
  return purpose === "chain" || recipients.some(({ hearsOfCrises }) => hearsOfCrises)
}

/** Whether anybody has to know of it now: who would be told, or that there is a yes. */
export function isShownFirst(shown: SharedPurpose): boolean {
  const standing = sharingStanding(shown)
  return shown.recipients.length > 0 || standing === "given" || standing === "older"
}
