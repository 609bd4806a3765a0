/** What the screens about finding a mentor say. */

import { MATCHING } from "../../i18n/languages"
import en from "../../i18n/locales/en/matching.json"
import { vocabulary } from "../vocabulary"

export type MatchKey = keyof typeof en

export const { say, nameOf, isKey, problem: matchProblem, speak: speakOfMatching } = vocabulary<MatchKey>(en, MATCHING)
