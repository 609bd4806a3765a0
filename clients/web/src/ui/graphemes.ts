const SEGMENTER = new Intl.Segmenter(undefined, { granularity: "grapheme" })

/** The first letters as people see them, emoji included: at most `most`. */
export function graphemes(text: string, most: number): readonly string[] {
  const found: string[] = []
  for (const { segment } of SEGMENTER.segment(text)) {
    if (found.length === most) break
    found.push(segment)
  }
  return found
}
