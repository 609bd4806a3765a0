/** What the screens about rewards say. */

import { REWARDS } from "../../i18n/languages"
import en from "../../i18n/locales/en/rewards.json"
import { vocabulary } from "../vocabulary"

export type RewardKey = keyof typeof en

export const { say, nameOf, isKey, problem: rewardProblem, speak: speakOfRewards } = vocabulary<RewardKey>(en, REWARDS)
