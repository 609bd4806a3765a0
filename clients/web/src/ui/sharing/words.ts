/** What the screen about other systems says. */

import { SHARING } from "../../i18n/languages"
import en from "../../i18n/locales/en/sharing.json"
import type { ConsentPurpose } from "../../state/sharing-models"
import { vocabulary } from "../vocabulary"

export type SharingKey = keyof typeof en

export const { say, problem: sharingProblem, speak: speakOfSharing } = vocabulary<SharingKey>(en, SHARING)

/** Of the words that are shown here, in every language: those of `consent_text`. */
export const CONSENT_VERSIONS: Readonly<Record<ConsentPurpose, number>> = {
  reward: 1,
  matching: 1,
  credential: 1,
  quality: 1,
  operations: 1,
  audit: 1,
  care: 1,
  safety: 1,
  wallet: 1,
  chain: 1,
  witness: 1,
}

/** What is said of every purpose. */
export const COMMON = ["consent.common.1", "consent.common.2", "consent.common.3", "consent.common.4"] as const
