/**
 * The instruments that a browser can ask: those of `mentalverse_crisis` whose terms need
 * nobody's acknowledgement, written into the client when it is built, so that they are there
 * without a network. What needs one is not in here, and so is asked by nobody unread.
 */

import phq9Item9 from "../../../../crisis/mentalverse_crisis/instrument_files/phq9_item9.en.json"
import selfTriageAr from "../../../../crisis/mentalverse_crisis/instrument_files/self_triage.ar.json"
import selfTriageEn from "../../../../crisis/mentalverse_crisis/instrument_files/self_triage.en.json"
import selfTriageEs from "../../../../crisis/mentalverse_crisis/instrument_files/self_triage.es.json"
import { type Instrument, mayBeAsked } from "./instrument"

const SHIPPED = [selfTriageEn, selfTriageEs, selfTriageAr, phq9Item9] as readonly unknown[] as readonly Instrument[]

/** What can be asked in a language; in English where there is nothing in it. */
export function instrumentsIn(language: string): readonly Instrument[] {
  const all = SHIPPED.filter(mayBeAsked)
  const own = all.filter((each) => each.language === language)
  return own.length > 0 ? own : all.filter((each) => each.language === "en")
}
