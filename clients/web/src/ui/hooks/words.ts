/** What the operator's screens about webhooks say. */

import { HOOKS } from "../../i18n/languages"
import en from "../../i18n/locales/en/hooks.json"
import { vocabulary } from "../vocabulary"

export type HookKey = keyof typeof en

export const { say, nameOf, isKey, problem: hookProblem, speak: speakOfHooks } = vocabulary<HookKey>(en, HOOKS)
