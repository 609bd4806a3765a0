/** Opens the sealed file of a recording, as far as it is whole. */

import { accountKey, type Identity } from "../account/identity"
import { idBytes } from "../account/ids"
import { FormatError } from "../e2ee/formats/errors"
import { RecordingOpener } from "../e2ee/formats/recording-file"
import type { OpenedRecording } from "./models"

const PIECE_BYTES = 1024 * 1024

/** Throws `FormatError`: `recording.…`, when there is nothing of it to play. */
export async function openRecording(identity: Identity, file: Blob): Promise<OpenedRecording> {
  const opener = new RecordingOpener(idBytes(identity.account), accountKey(identity))
  const pieces: Uint8Array<ArrayBuffer>[] = []
  const opened = (octets: Uint8Array) => {
    if (octets.length > 0) pieces.push(octets as Uint8Array<ArrayBuffer>)
  }
  let end: OpenedRecording["end"] = "whole"
  try {
    for (let at = 0; at < file.size; at += PIECE_BYTES) {
      opened(await opener.push(new Uint8Array(await file.slice(at, at + PIECE_BYTES).arrayBuffer())))
    }
    opened(opener.finish())
  } catch (error) {
    if (!(error instanceof FormatError) || pieces.length === 0) throw error
    end = error.code === "recording.cut" ? "cut" : "damaged"
  }
  const { header } = opener
  if (header === undefined) throw new FormatError("recording.cut", "the end is missing")
  // A type that a player knows: what stands in the file is not taken at its word.
  const media = new Blob(pieces, { type: "video/webm" })
  return { media, startedAt: new Date(Number(header.startedAtMs)), end }
}
