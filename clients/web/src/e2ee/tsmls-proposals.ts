/** Updates of our own leaf, and which pending proposals a commit may take (RFC 9420 §12). */

import type { Proposal } from "ts-mls"
import { applyProposals } from "ts-mls/clientState.js"
import type { CiphersuiteImpl } from "ts-mls/crypto/ciphersuite.js"
import { signWithLabel } from "ts-mls/crypto/signature.js"
import { encodeLeafNodeTBS } from "ts-mls/leafNode.js"
import { emptyPskIndex, type PskIndex } from "ts-mls/pskIndex.js"
import { toLeafIndex } from "ts-mls/treemath.js"
import type { ProposalWithSender, UnappliedProposals } from "ts-mls/unappliedProposals.js"
import { base64ToBytes, bytesToBase64 } from "ts-mls/util/byteArray.js"
import { type Bytes, EngineError, type Surroundings } from "./engine"
import { equal } from "./octets"
import { basicIdentity, type TsMlsGroup } from "./tsmls-group"
import { checkCapabilities, checkMembers } from "./tsmls-members"

/** An Update of our own leaf (§12.1.2) and the private keys to keep until it is committed. */
export async function freshLeaf(group: TsMlsGroup, cs: CiphersuiteImpl): Promise<[Proposal, Record<string, Bytes>]> {
  const leaf = group.leaf(group.ownLeaf)
  if (group.standing !== "active" || leaf === undefined) throw new EngineError("not_active", "no leaf to update")
  const keys = await cs.hpke.generateKeyPair()
  const hpkePublicKey = await cs.hpke.exportPublicKey(keys.publicKey)
  const { signaturePublicKey, credential, capabilities, extensions } = leaf
  const fresh = {
    ...{ leafNodeSource: "update" as const, hpkePublicKey },
    ...{ signaturePublicKey, credential, capabilities, extensions },
  }
  const place = { groupId: group.groupId, leafIndex: group.ownLeaf }
  const signature = await signWithLabel(
    group.state.signaturePrivateKey,
    "LeafNodeTBS",
    encodeLeafNodeTBS({ ...fresh, ...place }),
    cs.signature,
  )
  const proposal = {
    proposalType: "update" as const,
    update: { leafNode: { ...fresh, signature } },
  }
  const secret = await cs.hpke.exportPrivateKey(keys.privateKey)
  return [proposal, { ...group.kept.ownUpdates, [bytesToBase64(hpkePublicKey)]: secret }]
}

type Pending = readonly [reference: string, sent: ProposalWithSender]

const RANK: Partial<Record<Proposal["proposalType"], number>> = {
  remove: 0,
  update: 1,
  add: 2,
  psk: 3,
}

/** The pending proposals that are valid beside `byValue` and beside each other. */
export async function choosePending(
  group: TsMlsGroup,
  byValue: readonly Proposal[],
  psks: PskIndex,
  cs: CiphersuiteImpl,
  surroundings: Surroundings,
): Promise<UnappliedProposals> {
  if (byValue.some(({ proposalType }) => proposalType === "reinit")) return {}
  const candidates = Object.entries(group.state.unappliedProposals)
    .reverse()
    .filter(([, sent]) => RANK[sent.proposal.proposalType] !== undefined)
    .sort(([, a], [, b]) => (RANK[a.proposal.proposalType] ?? 0) - (RANK[b.proposal.proposalType] ?? 0))
  let chosen: Pending[] = []
  for (const candidate of candidates) {
    const together = [...chosen, candidate]
    if (await areValid(group, together, byValue, psks, cs, surroundings)) chosen = together
  }
  return Object.fromEntries(chosen)
}

async function areValid(
  group: TsMlsGroup,
  pending: readonly Pending[],
  byValue: readonly Proposal[],
  psks: PskIndex,
  cs: CiphersuiteImpl,
  surroundings: Surroundings,
): Promise<boolean> {
  if (!pending.every(([, sent]) => staysTheClient(group, sent, surroundings))) return false
  const listed = [
    ...pending.map(([reference]) => ({
      proposalOrRefType: "reference" as const,
      reference: base64ToBytes(reference),
    })),
    ...byValue.map((proposal) => ({ proposalOrRefType: "proposal" as const, proposal })),
  ]
  try {
    const applied = await applyProposals(group.state, listed, toLeafIndex(group.ownLeaf), psks, true, cs)
    const { kind } = applied.additionalResult
    const extensions = kind === "memberCommit" ? applied.additionalResult.extensions : undefined
    const groupContext = extensions ? { ...group.state.groupContext, extensions } : group.state.groupContext
    checkMembers(group.within({ ...group.state, ratchetTree: applied.tree, groupContext }), surroundings)
    return true
  } catch {
    return false
  }
}

/** An Update keeps the client of its leaf (§12.1.2). */
function staysTheClient(group: TsMlsGroup, sent: ProposalWithSender, { clientOf }: Surroundings): boolean {
  if (sent.proposal.proposalType !== "update") return true
  const old = sent.senderLeafIndex === undefined ? undefined : group.leaf(sent.senderLeafIndex)
  if (old === undefined) return false
  const fresh = sent.proposal.update.leafNode
  return equal(clientOf(basicIdentity(old.credential)), clientOf(basicIdentity(fresh.credential)))
}

/** Whether somebody may commit a proposal that was made or came in, judged alone (§12.1). */
export async function isWorthKeeping(
  group: TsMlsGroup,
  unapplied: UnappliedProposals,
  sent: ProposalWithSender,
  cs: CiphersuiteImpl,
  surroundings: Surroundings,
): Promise<boolean> {
  const kind = sent.proposal.proposalType
  if (kind === "psk" || kind === "reinit" || kind === "group_context_extensions") return true
  if (RANK[kind] === undefined || !staysTheClient(group, sent, surroundings)) return false
  const reference = Object.keys(unapplied).find(
    (one) => unapplied[one] === sent || unapplied[one]?.proposal === sent.proposal,
  )
  if (reference === undefined) return false
  const state = { ...group.state, unappliedProposals: unapplied }
  try {
    const listed = [{ proposalOrRefType: "reference" as const, reference: base64ToBytes(reference) }]
    await applyProposals(state, listed, undefined, emptyPskIndex, false, cs)
    if (sent.proposal.proposalType === "add") checkCapabilities(group, sent.proposal.add.keyPackage.leafNode)
    if (sent.proposal.proposalType === "update") checkCapabilities(group, sent.proposal.update.leafNode)
    return true
  } catch {
    return false
  }
}
