/** Answers as they go to whoever helps: in the words in which they were asked and given. */

import type { Screening } from "../e2ee/formats/screening"
import { type Answers, askedItems, type Instrument, optionOf, resultOf } from "./instrument"

/** The body of a content. Its band is the one that the server is told. */
export function sealed(instrument: Instrument, answers: Answers): Screening {
  const asked = askedItems(instrument, answers).map((item) => ({
    question: item.text,
    answer: optionOf(item, answers.get(item.id))?.text,
  }))
  const { id, version, language, title } = instrument
  return { type: "screening", instrument: id, version, language, title, asked, ...resultOf(instrument, answers) }
}
