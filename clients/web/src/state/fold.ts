/**
 * Text as it is searched: without case, accents and vowel marks, in every script.
 *
 * Each character is folded by itself, so that what was found can be marked in the text.
 */

/** Joined letters of Arabic are often typed without their dots, or drawn out. */
const ARABIC: Readonly<Record<string, string>> = { "\u0640": "", "\u0629": "\u0647", "\u0649": "\u064a" }

/** A text as it is searched. */
export function folded(text: string): string {
  let found = ""
  for (const character of text) found += foldedCharacter(character)
  return found
}

/** What to look for, word by word; a message holds all of them. */
export function wordsOf(query: string): readonly string[] {
  return folded(query).split(/\s+/u).filter(Boolean)
}

/** From where to where in `text` the words stand, in order, apart from each other. */
export function marksOf(text: string, words: readonly string[]): readonly (readonly [number, number])[] {
  const places: number[] = []
  let whole = ""
  let at = 0
  for (const character of text) {
    const part = foldedCharacter(character)
    for (let left = part.length; left > 0; left--) places.push(at)
    whole += part
    at += character.length
  }
  const found: [number, number][] = []
  for (const word of words) {
    for (let from = whole.indexOf(word); from >= 0; from = whole.indexOf(word, from + word.length)) {
      found.push([places[from] ?? 0, places[from + word.length] ?? text.length])
    }
  }
  return joined(found.sort(([one], [other]) => one - other))
}

function joined(marks: readonly [number, number][]): readonly (readonly [number, number])[] {
  const apart: [number, number][] = []
  for (const [start, end] of marks) {
    const last = apart.at(-1)
    if (last && start <= last[1]) last[1] = Math.max(last[1], end)
    else apart.push([start, end])
  }
  return apart
}

const known = new Map<string, string>()

function foldedCharacter(character: string): string {
  const before = known.get(character)
  if (before !== undefined) return before
  const plain = character.normalize("NFKD").replace(/\p{M}/gu, "")
  // In capitals, since those of one letter are one: ß is SS, and ς and σ are Σ.
  const fold = (ARABIC[plain] ?? plain).toUpperCase()
  known.set(character, fold)
  return fold
}
