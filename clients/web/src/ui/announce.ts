/**
 * What screen readers are told without being asked: one sentence at a time, at most one
 * in two seconds, so that a lively conversation does not talk over somebody who reads.
 */

import { signal } from "@preact/signals"

export const EVERY_MS = 2_000
/** More waiting than this are only counted. */
const MOST = 3

export const announced = signal("")
let waiting: string[] = []
let timer: ReturnType<typeof setTimeout> | undefined

/** Says `sentence` when its turn comes; `many` puts the number of those left out into words. */
export function announce(sentence: string, many?: (count: number) => string): void {
  waiting.push(sentence)
  if (timer === undefined) tell(many)
}

function tell(many: ((count: number) => string) | undefined): void {
  if (waiting.length === 0) {
    timer = undefined
    return
  }
  announced.value = batch(waiting, many)
  waiting = []
  timer = setTimeout(() => tell(many), EVERY_MS)
}

/** Several sentences as one; more than a few as their number, where `many` can say it. */
export function batch(sentences: readonly string[], many?: (count: number) => string): string {
  if (sentences.length > MOST && many) return many(sentences.length)
  return sentences.join(" ")
}
