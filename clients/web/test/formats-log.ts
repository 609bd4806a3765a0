/** The transparency log as its readers see it. */

import * as lists from "../src/e2ee/formats/device-list"
import * as entries from "../src/e2ee/formats/log-entry"
import * as views from "../src/e2ee/formats/log-view"
import * as merkle from "../src/e2ee/formats/merkle"
import * as heads from "../src/e2ee/formats/transparency"
import { describe, revive } from "./described"
import { base64, octetsOf, u64, type Json, type Verbs } from "./wire"

const octetsEach = (value: Json | undefined) => (value as string[]).map(octetsOf)
const maybe = <T>(value: Json | undefined, read: (value: Json) => T): T | undefined =>
  value === null || value === undefined ? undefined : read(value)
const headOf = (value: Json | undefined) => heads.decode(octetsOf(value))
const viewOf = (value: Json | undefined) => views.decode(octetsOf(value))
const proofOf = (value: Json) => octetsEach(value)

const trees: Verbs = {
  root: ({ leaves }) => {
    let frontier = new merkle.Frontier()
    for (const leaf of octetsEach(leaves)) frontier = frontier.append(merkle.leafHash(leaf))
    return [base64(frontier.root()), frontier.peaks.map(base64)]
  },
  frontierRoot: ({ size, peaks }) => base64(new merkle.Frontier(u64(size), octetsEach(peaks)).root()),
  included: ({ leaf, index, size, proof, root }) => {
    merkle.verifyInclusion(octetsOf(leaf), u64(index), u64(size), octetsEach(proof), octetsOf(root))
    return true
  },
  consistent: ({ first, firstRoot, second, secondRoot, proof }) => {
    merkle.verifyConsistency(u64(first), octetsOf(firstRoot), u64(second), octetsOf(secondRoot), octetsEach(proof))
    return true
  },
}

export const log: Verbs = {
  ...trees,
  readLogEntry: ({ data }) => describe(entries.decode(octetsOf(data))),
  writeLogEntry: ({ value }) => base64(entries.encode(revive(value))),
  leafHash: ({ data }) => base64(entries.leafHash(entries.decode(octetsOf(data)))),
  tagOf: ({ accountId }) => base64(entries.tagOf(octetsOf(accountId))),
  recordsList: ({ entry, list }) => {
    entries.checkAccountEntry(entries.decode(octetsOf(entry)), lists.decode(octetsOf(list)))
    return true
  },
  recordsReportKey: (fields) =>
    entries.recordsReportKey(entries.decode(octetsOf(fields.entry)), fields.suite as number, octetsOf(fields.public)),
  readSignedHead: ({ data }) => describe(heads.decode(octetsOf(data))),
  writeSignedHead: ({ value }) => base64(heads.encode(revive(value))),
  verifyHead: ({ data, logPublic }) => {
    heads.verifyHead(headOf(data), octetsOf(logPublic))
    return true
  },
  verifyEntry: ({ entry, proof, head }) => {
    heads.verifyEntry(entries.decode(octetsOf(entry)), octetsEach(proof), headOf(head))
    return true
  },
  verifyGrowth: ({ before, after, proof }) => {
    heads.verifyGrowth(headOf(before), headOf(after), octetsEach(proof))
    return true
  },
  follow: (fields) => {
    const read = octetsEach(fields.entries).map(entries.decode)
    heads.checkFrontier(heads.follow(new merkle.Frontier(), read), headOf(fields.head))
    return true
  },
  readLogView: ({ data }) => describe(views.decode(octetsOf(data))),
  writeLogView: ({ value }) => base64(views.encode(revive(value))),
  emptyView: ({ logPublic }) => base64(views.encode(views.emptyView(octetsOf(logPublic)))),
  observe: ({ view, head, now, proof }) => {
    const [next, observed] = views.observe(viewOf(view), headOf(head), now as number, maybe(proof, proofOf))
    return [base64(views.encode(next)), observed]
  },
  proofsWanted: ({ view }) => describe(views.proofsWanted(viewOf(view))),
  checkDeadline: ({ view, now }) => base64(views.encode(views.checkDeadline(viewOf(view), now as number))),
  gossipDue: ({ head, told, toldAt, now }) =>
    views.gossipDue(maybe(head, headOf), maybe(told, headOf), maybe(toldAt, Number), now as number),
}
