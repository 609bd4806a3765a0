const SEGMENTER = new Intl.Segmenter(undefined, { granularity: "grapheme" })

/** What people see as single letters, emoji included. */
export function graphemes(text: string): readonly string[] {
  return Array.from(SEGMENTER.segment(text), ({ segment }) => segment)
}
