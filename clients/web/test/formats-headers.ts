/** What stands outside the encryption of a message. */

import * as detached from "../src/e2ee/formats/detached"
import * as headers from "../src/e2ee/formats/headers"
import { describe, revive } from "./described"
import { base64, octetsOf, type Verbs } from "./wire"

const number = (decimal: string) => Number(decimal)

export const outside: Verbs = {
  readHeader: ({ data }) => describe(headers.readHeader(octetsOf(data))),
  readWelcome: ({ data }) => describe(headers.readWelcome(octetsOf(data))),
  detachCommit: ({ data, blob }) => base64(detached.encode(headers.detachCommit(octetsOf(data), octetsOf(blob)))),
  readDetached: ({ data }) => describe(detached.decode(octetsOf(data))),
  writeDetached: ({ value }) => base64(detached.encode(revive(value, number))),
  isOf: ({ data, octets }) => {
    const standsFor = detached.decode(octetsOf(data))
    return standsFor !== undefined && detached.isOf(standsFor, octetsOf(octets))
  },
}
