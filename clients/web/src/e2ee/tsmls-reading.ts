/** Reading what others sent: proposals, commits, application data (RFC 9420 §6, §12). */

import {
  type ClientState,
  type MLSMessage,
  processPrivateMessage,
  processPublicMessage,
  type Proposal as LibraryProposal,
} from "ts-mls"
import type { Commit } from "ts-mls/commit.js"
import type { CiphersuiteImpl } from "ts-mls/crypto/ciphersuite.js"
import { encodeGroupContext } from "ts-mls/groupContext.js"
import type { IncomingMessageCallback } from "ts-mls/incomingMessageAction.js"
import { encodeLeafNode, type LeafNode } from "ts-mls/leafNode.js"
import { decryptSenderData } from "ts-mls/privateMessage.js"
import { encodePskId } from "ts-mls/presharedkey.js"
import { bytesToBase64 } from "ts-mls/util/byteArray.js"
import type * as Engine from "./engine"
import { type Bytes, EngineError, type Surroundings } from "./engine"
import { equal, keyOf } from "./octets"
import * as groups from "./tsmls-group"
import { basicIdentity, type TsMlsGroup } from "./tsmls-group"
import { checkMembers } from "./tsmls-members"
import { isWorthKeeping } from "./tsmls-proposals"
import { checkProposal, checkProposedExtensions } from "./tsmls-rules"
import { fromPskId } from "./tsmls-wire"

/** Most proposals kept for a commit in one epoch. */
const MAX_PENDING_PROPOSALS = 256

/** What a message to a group says, and the group after it. */
export async function read(
  before: TsMlsGroup,
  message: MLSMessage,
  cs: CiphersuiteImpl,
  surroundings: Surroundings,
  psks: Engine.PskSources | undefined,
): Promise<Engine.Processed> {
  switch (message.wireformat) {
    case "mls_private_message":
      return readPrivate(before, message, cs, surroundings, psks)
    case "mls_public_message":
      return readPublic(before, message, cs, surroundings, psks)
    default:
      throw new EngineError("malformed", "not a message to a group")
  }
}

async function readPrivate(
  before: TsMlsGroup,
  { privateMessage }: MLSMessage & { wireformat: "mls_private_message" },
  cs: CiphersuiteImpl,
  surroundings: Surroundings,
  psks: Engine.PskSources | undefined,
): Promise<Engine.Processed> {
  checkPlace(before, privateMessage.groupId, privateMessage.epoch)
  if (privateMessage.contentType !== "application" && before.standing !== "active") {
    throw new EngineError("not_active", "group is over for this device")
  }
  const epoch = before.state.historicalReceiverData.get(privateMessage.epoch)
  const current = privateMessage.epoch === before.epoch ? before.state.keySchedule : epoch
  const sender = current && (await decryptSenderData(privateMessage, current.senderDataSecret, cs))
  // What this device sent moved its ratchet: read here, the keys would be used twice.
  if (sender?.leafIndex === before.ownLeaf) throw new EngineError("own_message", "this device's own message")
  const reading = new Reading(before)
  const index = groups.pskIndex(before, psks, surroundings.now())
  const result = await processPrivateMessage(reading.state, privateMessage, index, cs, reading.callback)
  const { authenticatedData } = privateMessage
  if (result.kind === "newState") return handshake(reading, result.newState, authenticatedData, false, cs, surroundings)
  const tree = epoch?.ratchetTree ?? before.state.ratchetTree
  const node = tree[result.senderLeafIndex * 2]
  if (node?.nodeType !== "leaf") throw new EngineError("refused", "sender's leaf is blank")
  return {
    kind: "application",
    group: before.within(result.newState),
    plaintext: result.message,
    epoch: privateMessage.epoch,
    sender: groups.memberOf(result.senderLeafIndex, node.leaf),
    generation: result.generation,
    authenticatedData,
    signature: result.signature,
    groupContext: encodeGroupContext(epoch?.groupContext ?? before.state.groupContext),
    leafNode: encodeLeafNode(node.leaf),
  }
}

/** Only outsiders may speak so that the server can read it: who joins, who is named as sender. */
async function readPublic(
  before: TsMlsGroup,
  { publicMessage }: MLSMessage & { wireformat: "mls_public_message" },
  cs: CiphersuiteImpl,
  surroundings: Surroundings,
  psks: Engine.PskSources | undefined,
): Promise<Engine.Processed> {
  const { content } = publicMessage
  checkPlace(before, content.groupId, content.epoch)
  if (before.standing !== "active") throw new EngineError("not_active", "group is over for this device")
  const { senderType } = content.sender
  const offered = content.contentType === "proposal" ? content.proposal.proposalType : content.contentType
  const permitted =
    (senderType === "new_member_commit" && offered === "commit") ||
    (senderType === "external" && (offered === "add" || offered === "remove"))
  if (!permitted) throw new EngineError("refused", "this may not be sent in the open")
  if (content.contentType === "commit") checkOutsider(before, content.commit, surroundings)
  const reading = new Reading(before)
  const index = groups.pskIndex(before, psks, surroundings.now())
  const { newState } = await processPublicMessage(reading.state, publicMessage, index, cs, reading.callback)
  return handshake(reading, newState, content.authenticatedData, senderType === "new_member_commit", cs, surroundings)
}

async function handshake(
  reading: Reading,
  state: ClientState,
  authenticatedData: Bytes,
  external: boolean,
  cs: CiphersuiteImpl,
  surroundings: Surroundings,
): Promise<Engine.ReadProposal | Engine.ReadCommit> {
  const { before, incoming } = reading
  for (const proposal of reading.proposals) await checkProposedExtensions(proposal, surroundings)
  if (incoming?.kind === "proposal") {
    if (Object.keys(before.state.unappliedProposals).length >= MAX_PENDING_PROPOSALS) {
      throw new EngineError("refused", "too many proposals wait in this epoch")
    }
    if (!(await isWorthKeeping(before, state.unappliedProposals, incoming.proposal, cs, surroundings))) {
      throw new EngineError("refused", "nobody could commit this proposal")
    }
    const sender = incoming.proposal.senderLeafIndex
    return {
      ...{ kind: "proposal", group: before.within(state), authenticatedData },
      sender: sender === undefined ? undefined : before.member(sender),
    }
  }
  const group = before.next(state, surroundings.now())
  if (group.standing !== "removed") checkMembers(group, surroundings)
  const gone = reading.proposals.flatMap(removedBy)
  const added = group.leaves().filter(([index]) => before.leaf(index) === undefined || gone.includes(index))
  checkSuccessors(before, group, gone, surroundings)
  // Whoever comes back removes its older leaf; to the state of that leaf nobody was added.
  const committer = external ? (added[0] ?? before.leafAt(gone[0])) : before.leafAt(incoming?.senderLeafIndex)
  if (committer === undefined) throw new EngineError("refused", "nobody made this commit")
  return {
    ...{ kind: "commit", group, authenticatedData, external },
    committer: groups.memberOf(...committer),
    psks: reading.proposals.flatMap(pskOf),
    added: added.map(([index, leaf]) => groups.memberOf(index, leaf)),
    removed: gone.flatMap((index) => before.member(index) ?? []),
  }
}

/**
 * §12.4.3.2: who comes in from outside refers to no proposal, and removes no leaf but
 * the one that was its own.
 */
function checkOutsider(before: TsMlsGroup, { proposals, path }: Commit, { clientOf }: Surroundings): void {
  for (const item of proposals) {
    if (item.proposalOrRefType !== "proposal") throw new EngineError("refused", "an outsider refers to a proposal")
    for (const index of removedBy(item.proposal)) {
      const [old, joiner] = [before.leaf(index), path?.leafNode].map(
        (leaf) => leaf && clientOf(basicIdentity(leaf.credential)),
      )
      if (old === undefined || joiner === undefined || !equal(old, joiner)) {
        throw new EngineError("refused", "an outsider removes somebody else")
      }
    }
  }
}

/** §12.1.2, §5.3.1: who changes a leaf stays the same client. */
function checkSuccessors(
  before: TsMlsGroup,
  after: TsMlsGroup,
  gone: readonly number[],
  surroundings: Surroundings,
): void {
  const client = (leaf: LeafNode) => surroundings.clientOf(basicIdentity(leaf.credential))
  for (const [index, leaf] of after.leaves()) {
    const old = before.leaf(index)
    if (old === undefined || old === leaf || gone.includes(index)) continue
    if (!equal(client(old), client(leaf))) throw new EngineError("refused", "leaf became that of another client")
  }
}

/** One message being read: what ts-mls reports on the way, and our leaf's next keys. */
class Reading {
  incoming: Parameters<IncomingMessageCallback>[0] | undefined
  readonly state: ClientState
  readonly #privateKeys: Record<number, Bytes>

  constructor(readonly before: TsMlsGroup) {
    this.#privateKeys = { ...before.state.privatePath.privateKeys }
    this.state = {
      ...before.state,
      privatePath: { ...before.state.privatePath, privateKeys: this.#privateKeys },
    }
  }

  get proposals(): LibraryProposal[] {
    if (this.incoming === undefined) return []
    const sent = this.incoming.kind === "commit" ? this.incoming.proposals : [this.incoming.proposal]
    return sent.map(({ proposal }) => proposal)
  }

  /**
   * ts-mls asks after it judged the proposals and before it opens the path: the moment
   * at which our own Update, if it is among them, begins to count (§12.4.2).
   */
  readonly callback: IncomingMessageCallback = (incoming) => {
    this.incoming = incoming
    this.proposals.forEach((proposal) => checkProposal(this.before, proposal))
    checkDistinctPsks(this.proposals)
    if (incoming.kind === "commit" && incoming.senderLeafIndex !== undefined) checkNoExternalInit(this.proposals)
    if (incoming.kind !== "commit") return "accept"
    for (const { proposal, senderLeafIndex } of incoming.proposals) {
      if (proposal.proposalType !== "update" || senderLeafIndex !== this.before.ownLeaf) continue
      const secret = this.before.kept.ownUpdates[bytesToBase64(proposal.update.leafNode.hpkePublicKey)]
      if (secret !== undefined) this.#privateKeys[this.before.ownLeaf * 2] = secret
    }
    return "accept"
  }
}

/** §12.2: only who comes in from outside brings a new init secret. */
function checkNoExternalInit(proposals: readonly LibraryProposal[]): void {
  if (proposals.some(({ proposalType }) => proposalType === "external_init"))
    throw new EngineError("refused", "ExternalInit in a member's commit")
}

/** §12.2: a PSK is named once. */
function checkDistinctPsks(proposals: readonly LibraryProposal[]): void {
  const ids = proposals.flatMap((proposal) => (proposal.proposalType === "psk" ? [proposal.psk.preSharedKeyId] : []))
  if (new Set(ids.map((id) => keyOf(encodePskId(id)))).size < ids.length) {
    throw new EngineError("refused", "a PSK is named twice")
  }
}

function pskOf(proposal: LibraryProposal): Engine.PskId[] {
  return proposal.proposalType === "psk" ? [fromPskId(proposal.psk.preSharedKeyId)] : []
}

function removedBy(proposal: LibraryProposal): number[] {
  return proposal.proposalType === "remove" ? [proposal.remove.removed] : []
}

function checkPlace(group: TsMlsGroup, groupId: Bytes, epoch: bigint): void {
  if (!equal(groupId, group.groupId)) throw new EngineError("wrong_epoch", "message is for another group")
  if (epoch > group.epoch) throw new EngineError("wrong_epoch", "message is of a later epoch")
}
