/** Recordings: the sealed file, the text that is agreed to, and what is signed. */

import { concatBytes } from "@noble/hashes/utils.js"
import { consentOctets, recordingText, recordingTextHash } from "../src/call/recording-text"
import { signatureKeyPair } from "../src/e2ee/formats/ed25519"
import { RecordingOpener, RecordingSealer } from "../src/e2ee/formats/recording-file"
import type { OnWithdraw } from "../src/protocol/events"
import { FormatError } from "../src/e2ee/formats/errors"
import { base64, type Fields, octetsOf, type Verbs } from "./wire"

function* cut(octets: Uint8Array, step: number): Generator<Uint8Array> {
  for (let at = 0; at < octets.length; at += step) yield octets.subarray(at, at + step)
}

const randomOctets = (length: number) => crypto.getRandomValues(new Uint8Array(length))

export const recordings: Verbs = {
  sealRecording: async ({ call, request, startedAtMs, mediaType, receivers, recording, step }) => {
    const about = {
      ...{ call: octetsOf(call), request: octetsOf(request), mediaType: mediaType as string },
      startedAtMs: BigInt(startedAtMs as string),
    }
    const to = (receivers as Fields[]).map(({ account, accountPublic }) => ({
      ...{ accountId: octetsOf(account), accountPublic: octetsOf(accountPublic) },
    }))
    const sealer = await RecordingSealer.begin(about, to, randomOctets)
    const pieces = Array.from(cut(octetsOf(recording), step as number), (piece) => sealer.push(piece))
    return base64(concatBytes(...pieces, sealer.finish()))
  },
  openRecording: async ({ file, account, accountPrivate, step }) => {
    const opener = new RecordingOpener(octetsOf(account), signatureKeyPair(octetsOf(accountPrivate)))
    const pieces: Uint8Array[] = []
    let refused: string | null = null
    try {
      for (const piece of cut(octetsOf(file), step as number)) pieces.push(await opener.push(piece))
      pieces.push(opener.finish())
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      refused = error.code
    }
    const { header } = opener
    const about = header && {
      ...{ call: base64(header.call), request: base64(header.request), mediaType: header.mediaType },
      startedAtMs: String(header.startedAtMs),
    }
    return { recording: base64(concatBytes(...pieces)), refused, about: about ?? null }
  },
  recordingText: ({ purpose, onWithdraw }) => [
    recordingText(purpose as string, onWithdraw as OnWithdraw).join("\n"),
    recordingTextHash(purpose as string, onWithdraw as OnWithdraw),
  ],
  consentOctets: ({ call, request, textHash, receivers, onWithdraw }) =>
    base64(
      consentOctets(call as string, {
        ...{ request: request as string, text_hash: textHash as string },
        ...{ receivers: receivers as string[], on_withdraw: onWithdraw as OnWithdraw },
      }),
    ),
}
