/** Sealed frames: what one sender or receiver lives through is one request, step by step. */

import type { Slot } from "../src/e2ee/formats/media-slots"
import { FormatError } from "../src/e2ee/formats/errors"
import { frameKey } from "../src/e2ee/frame-keys"
import { FrameOpener, FrameSealer } from "../src/e2ee/frames"
import { base64, type Fields, octetsOf, type Json, type Verbs } from "./wire"

async function coded(work: () => Promise<Json>): Promise<Json> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof FormatError) return { refused: error.code }
    throw error
  }
}

async function sealStep(sealer: FrameSealer, step: Fields): Promise<Json> {
  if (step.base !== undefined) {
    sealer.switch(BigInt(step.epoch as number), octetsOf(step.base))
    return null
  }
  return base64(await sealer.seal(step.slot as Slot, octetsOf(step.frame)))
}

async function openStep(opener: FrameOpener, step: Fields): Promise<Json> {
  const nowMs = step.now_ms as number
  if (step.base !== undefined) {
    opener.install(BigInt(step.epoch as number), octetsOf(step.base), nowMs, step.retain_ms as number)
    return null
  }
  const opened = await opener.open(step.slot as Slot, octetsOf(step.frame), nowMs)
  return typeof opened === "string" ? { drop: opened } : base64(opened)
}

export const frames: Verbs = {
  frameKey: ({ base, slot, connNonce }) => base64(frameKey(octetsOf(base), slot as Slot, octetsOf(connNonce))),
  sealFrames: async ({ connNonce, maxFrames, steps }) => {
    const sealer = new FrameSealer(octetsOf(connNonce), maxFrames as number)
    const answers: Json[] = []
    for (const step of steps as Fields[]) answers.push(await coded(() => sealStep(sealer, step)))
    return answers
  },
  /** `atOnce`: the frames are handed over without waiting for the one before. */
  openFrames: async ({ steps, atOnce }) => {
    const opener = new FrameOpener()
    const answers: Promise<Json>[] = []
    for (const step of steps as Fields[]) {
      const answer = coded(() => openStep(opener, step))
      if (atOnce !== true) await answer
      answers.push(answer)
    }
    return { answers: await Promise.all(answers), drops: Object.fromEntries(opener.drops) }
  },
}
