/**
 * Recovery words: 256 bits that somebody can write on paper (BIP-39, English list).
 *
 * 24 words of a list of 2,048, of which the last carries 8 bits of checksum. Only the list
 * and the checksum are BIP-39's; nothing here makes a wallet's seed. The words are the
 * whole secret. 256 random bits cannot be guessed, so what is derived from them needs no
 * slow hash for its strength.
 *
 * The list is loaded when somebody first writes down or types words.
 */

import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { FormatError } from "./errors"
import { require } from "./requests"
import { parted } from "./text"

/** What the words stand for: 256 bits. */
export const ENTROPY_BYTES = 32
/** How many words that are. */
export const WORD_COUNT = 24
/** How many words the list has. */
export const WORDS = 2048

const NEAR_WORDS = 3
const MOST_MISTAKES = 2
const LOOKUP_LABEL = new TextEncoder().encode("MentalVerse recovery lookup v1")

/**
 * A word that is not in the list: `words.unknown`. The words of the list that look like it,
 * best first, tell about a secret: show them, never log them.
 */
export class UnknownWord extends FormatError {
  constructor(
    /** Which one, from 1. */
    readonly position: number,
    readonly near: readonly string[],
  ) {
    super("words.unknown", `word ${position} is not in the list`)
  }
}

/** The 24 words of 32 random octets. */
export async function toWords(entropy: Uint8Array): Promise<string[]> {
  require(entropy.length === ENTROPY_BYTES, "recovery words stand for 32 octets")
  const { entropyToMnemonic, wordlist } = await bip39()
  return entropyToMnemonic(entropy, wordlist).split(" ")
}

/**
 * The 32 octets that typed words stand for; capital letters, line breaks, commas and
 * repeated spaces do not matter. `words.count`, `words.unknown`, `words.checksum`.
 */
export async function toEntropy(typed: string): Promise<Uint8Array> {
  const { mnemonicToEntropy, wordlist } = await bip39()
  const words = await readWords(typed, WORD_COUNT)
  try {
    return mnemonicToEntropy(words.join(" "), wordlist)
  } catch {
    throw new FormatError("words.checksum", "the words do not belong together")
  }
}

/** So many words of the list, as somebody typed them, in lower case. `words.count`, `words.unknown`. */
export async function readWords(typed: string, count: number): Promise<string[]> {
  const { wordlist } = await bip39()
  const words = parted(typed.normalize("NFKC").toLowerCase().replaceAll(",", " "))
  if (words.length !== count) throw new FormatError("words.count", `${words.length} words instead of ${count}`)
  const unknown = words.findIndex((word) => !wordlist.includes(word))
  if (unknown !== -1) throw new UnknownWord(unknown + 1, near(words[unknown] ?? "", wordlist))
  return words
}

/** A word of the list, by its place from 0. */
export async function wordAt(place: number): Promise<string> {
  const { wordlist } = await bip39()
  return wordlist[place] ?? ""
}

/** Undefined for a word of the list, in lower case; else words that look like it. */
export async function checkWord(word: string): Promise<string[] | undefined> {
  const { wordlist } = await bip39()
  return wordlist.includes(word) ? undefined : near(word, wordlist)
}

/**
 * The 32 octets by which a backup is asked for; they open nothing. The server keeps their
 * SHA-256 beside the backup: whoever has the words finds it without the account's id.
 */
export function lookupSecret(entropy: Uint8Array): Uint8Array {
  return hmac(sha256, entropy, LOOKUP_LABEL)
}

async function bip39() {
  const [{ entropyToMnemonic, mnemonicToEntropy }, { wordlist }] = await Promise.all([
    import("@scure/bip39"),
    import("@scure/bip39/wordlists/english.js"),
  ])
  return { entropyToMnemonic, mnemonicToEntropy, wordlist }
}

function near(word: string, wordlist: readonly string[]): string[] {
  return wordlist
    .map((known) => ({ known, mistakes: distance(word.slice(0, 16), known) }))
    .filter(({ mistakes }) => mistakes <= MOST_MISTAKES)
    .sort((one, other) => one.mistakes - other.mistakes)
    .slice(0, NEAR_WORDS)
    .map(({ known }) => known)
}

/** How many letters must be put in, left out or exchanged (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let at = 1; at <= one.length; at++) {
    const next = [at]
    for (let to = 1; to <= other.length; to++) {
      const exchanged = (row[to - 1] ?? 0) + (one[at - 1] === other[to - 1] ? 0 : 1)
      next.push(Math.min(exchanged, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}
