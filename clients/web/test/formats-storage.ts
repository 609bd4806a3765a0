/** Archives of conversations, reports, sealed locations, and octets as text. */

import * as base64url from "../src/e2ee/formats/base64url"
import { encodeReport, type Report, reportKeyId, sealReport } from "../src/e2ee/formats/franking"
import { type Archive, type ArchiveEnd, readPiece, startOf, writePieces } from "../src/e2ee/formats/history"
import type { HistoryMessage } from "../src/e2ee/formats/history-piece"
import { type Location, openLocation, sealLocation } from "../src/e2ee/formats/sealed-location"
import { shown, taken } from "./values"
import { base64, drawn, octetsOf, type Verbs } from "./wire"

export const storage: Verbs = {
  base64urlEncode: ({ octets }) => base64url.encode(octetsOf(octets)),
  base64urlDecode: ({ text }) => base64(base64url.decode(text as string)),
  writePieces: ({ archive, after, messages, random }) => {
    const of = taken(archive) as Archive
    const end = (taken(after) as ArchiveEnd | undefined) ?? startOf(of)
    return shown([...writePieces(of, end, taken(messages) as HistoryMessage[], drawn(random))])
  },
  readPiece: ({ archive, after, octets }) => {
    const of = taken(archive) as Archive
    return shown(readPiece(of, (taken(after) as ArchiveEnd | undefined) ?? startOf(of), octetsOf(octets)))
  },
  sealLocation: ({ location, caseId, random }) =>
    shown(sealLocation(taken(location) as Location, octetsOf(caseId), drawn(random))),
  openLocation: (fields) =>
    shown(
      openLocation(
        octetsOf(fields.envelope),
        octetsOf(fields.caseId),
        octetsOf(fields.teamHalf),
        octetsOf(fields.deskHalf),
      ),
    ),
  encodeReport: ({ report }) => base64(encodeReport(taken(report) as Report)),
  reportKeyId: (fields) => base64(reportKeyId(octetsOf(fields.public))),
  sealReport: async (fields) =>
    base64(
      await sealReport(
        taken(fields.report) as Report,
        fields.suite as number,
        octetsOf(fields.public),
        octetsOf(fields.reportId),
      ),
    ),
}
