/** `CryptoEngine` on ts-mls, in its corrected form (`patches/`). */

import {
  type ClientConfig,
  createApplicationMessage,
  createCommit,
  createGroup,
  createGroupInfoWithExternalPub,
  createGroupInfoWithExternalPubAndRatchetTree,
  createProposal,
  generateKeyPackageWithKey,
  joinGroup,
  joinGroupExternal,
  type KeyPackage,
  type MLSMessage,
  mlsExporter,
  type PreSharedKeyID,
  type PrivateKeyPackage,
  processPrivateMessage,
  processPublicMessage,
  type Proposal as LibraryProposal,
} from "ts-mls"
import type { CiphersuiteImpl } from "ts-mls/crypto/ciphersuite.js"
import { signWithLabel } from "ts-mls/crypto/signature.js"
import { encodeGroupContext } from "ts-mls/groupContext.js"
import type { IncomingMessageCallback } from "ts-mls/incomingMessageAction.js"
import { encodeLeafNode, encodeLeafNodeTBS } from "ts-mls/leafNode.js"
import type { PskIndex } from "ts-mls/pskIndex.js"
import { bytesToBase64 } from "ts-mls/util/byteArray.js"
import type * as Engine from "./engine"
import { type Bytes, EngineError } from "./engine"
import { choosePending, isWorthKeeping } from "./tsmls-proposals"
import { equal } from "./octets"
import { SUITE_NAMES, suiteId } from "./suites"
import * as groups from "./tsmls-group"
import { basicIdentity, own, type TsMlsGroup } from "./tsmls-group"
import * as wire from "./tsmls-wire"
import { guarded, primitives } from "./tsmls-wire"

const LAST_RESORT = 0x000a
const MV_GROUP = 0xf0a0
const NONE = new Uint8Array()
const LIFETIME_BEFORE_SECONDS = 3_600
const LIFETIME_AFTER_SECONDS = 30 * 86_400

export class TsMlsEngine implements Engine.CryptoEngine {
  readonly #config: ClientConfig

  constructor(
    readonly identity: Engine.Identity,
    readonly surroundings: Engine.Surroundings,
  ) {
    this.#config = groups.configuration(surroundings)
  }

  // --- KeyPackages (RFC 9420 §10) ---

  keyPackages(suite: Engine.SuiteId, count: number): Promise<Engine.OwnKeyPackage[]> {
    return guarded(() => Promise.all(Array.from({ length: count }, () => this.#keyPackage(suite))))
  }

  async #keyPackage(suite: Engine.SuiteId): Promise<Engine.OwnKeyPackage> {
    const { publicPackage, privatePackage } = await this.#generate(suite)
    return {
      suite,
      message: wire.writeMessage({ version: "mls10", wireformat: "mls_key_package", keyPackage: publicPackage }),
      initPrivate: privatePackage.initPrivateKey,
      encryptionPrivate: privatePackage.hpkePrivateKey,
    }
  }

  async #generate(suite: Engine.SuiteId): Promise<{ publicPackage: KeyPackage; privatePackage: PrivateKeyPackage }> {
    const now = this.surroundings.now()
    return generateKeyPackageWithKey(
      { credentialType: "basic", identity: this.identity.identity },
      {
        versions: ["mls10"],
        ciphersuites: [...SUITE_NAMES],
        extensions: [LAST_RESORT, MV_GROUP],
        proposals: [],
        credentials: ["basic"],
      },
      { notBefore: BigInt(now - LIFETIME_BEFORE_SECONDS), notAfter: BigInt(now + LIFETIME_AFTER_SECONDS) },
      [],
      { signKey: this.identity.signaturePrivate, publicKey: this.identity.signaturePublic },
      await primitives(suite),
    )
  }

  // --- beginning (§11, §12.4.3) ---

  create(groupId: Bytes, suite: Engine.SuiteId, extensions: readonly Engine.Extension[]): Promise<TsMlsGroup> {
    return guarded(async () => {
      const { publicPackage, privatePackage } = await this.#generate(suite)
      const listed = wire.toExtensions(extensions)
      const cs = await primitives(suite)
      return groups.entered(await createGroup(groupId, publicPackage, privatePackage, listed, cs, this.#config))
    })
  }

  joinWelcome(
    welcome: Bytes,
    keyPackages: readonly Engine.OwnKeyPackage[],
    ratchetTree?: Bytes,
    psks?: Engine.PskSources,
  ): Promise<TsMlsGroup> {
    return guarded(async () => {
      const message = wire.readMessage(welcome)
      if (message.wireformat !== "mls_welcome") throw new EngineError("malformed", "not a Welcome")
      const suite = suiteId(message.welcome.cipherSuite)
      if (suite === undefined) throw new EngineError("refused", "suite is not one of ours")
      const cs = await primitives(suite)
      const [used, keyPackage] = await this.#addressed(message, keyPackages, cs)
      const usedPsks: PreSharedKeyID[] = []
      const state = await joinGroup(
        message.welcome,
        keyPackage,
        {
          initPrivateKey: used.initPrivate,
          hpkePrivateKey: used.encryptionPrivate,
          signaturePrivateKey: this.identity.signaturePrivate,
        },
        noting(groups.pskIndex(undefined, psks), usedPsks),
        cs,
        wire.readTree(ratchetTree),
        psks?.predecessor && own(psks.predecessor).state,
        this.#config,
      )
      const group = groups.entered(state)
      if (psks?.predecessor !== undefined) this.#checkSuccession(own(psks.predecessor), group, usedPsks)
      return group
    })
  }

  /** Our KeyPackage that a Welcome is for (§12.4.3.1). */
  async #addressed(
    message: MLSMessage & { wireformat: "mls_welcome" },
    keyPackages: readonly Engine.OwnKeyPackage[],
    cs: CiphersuiteImpl,
  ): Promise<[Engine.OwnKeyPackage, KeyPackage]> {
    for (const candidate of keyPackages) {
      const keyPackage = wire.readKeyPackage(candidate.message)
      const reference = await wire.keyPackageRef(keyPackage, cs)
      if (message.welcome.secrets.some((secret) => equal(secret.newMember, reference))) return [candidate, keyPackage]
    }
    throw new EngineError("refused", "Welcome is for none of the KeyPackages")
  }

  /**
   * A group continues another by its resumption PSK: after a ReInit with all members
   * (§11.2), in a branch with some of them, the same suite and another id (§11.3).
   * What a ReInit calls for, ts-mls compares.
   */
  #checkSuccession(before: TsMlsGroup, after: TsMlsGroup, psks: readonly PreSharedKeyID[]): void {
    const reinit = before.standing === "ended"
    const usage = reinit ? "reinit" : "branch"
    const bonds = psks.filter(
      (psk) => psk.psktype === "resumption" && psk.usage === usage && equal(psk.pskGroupId, before.groupId),
    )
    if (bonds.length !== 1) throw new EngineError("refused", "group does not continue the one before")
    if (!reinit && (after.suite !== before.suite || equal(after.groupId, before.groupId))) {
      throw new EngineError("refused", "branch has another suite or the same id")
    }
    const client = (member: Engine.Member) => bytesToBase64(this.surroundings.clientOf(member.identity))
    const old = new Set(this.members(before).map(client))
    const now = this.members(after).map(client)
    const complete = !reinit || now.length === old.size
    if (!complete || now.some((one) => !old.has(one))) throw new EngineError("refused", "members are not those of before")
  }

  joinExternal(
    groupInfo: Bytes,
    resync: boolean,
    ratchetTree?: Bytes,
    psks?: Engine.PskSources & { readonly use?: readonly Engine.PskId[] },
    authenticatedData: Bytes = NONE,
  ): Promise<Engine.ExternalCommit> {
    return guarded(async () => {
      const message = wire.readMessage(groupInfo)
      if (message.wireformat !== "mls_group_info") throw new EngineError("malformed", "not a GroupInfo")
      const suite = suiteId(message.groupInfo.groupContext.cipherSuite)
      if (suite === undefined) throw new EngineError("refused", "suite is not one of ours")
      const cs = await primitives(suite)
      const { publicPackage, privatePackage } = await this.#generate(suite)
      const { publicMessage, newState } = await joinGroupExternal(
        message.groupInfo,
        publicPackage,
        privatePackage,
        resync,
        cs,
        wire.readTree(ratchetTree),
        this.#config,
        authenticatedData,
        (psks?.use ?? []).map((id) => wire.toPskId(id, cs.rng.randomBytes(cs.kdf.size))),
        groups.pskIndex(undefined, psks),
      )
      const group = groups.entered(newState)
      const commit = wire.writeMessage({ version: "mls10", wireformat: "mls_public_message", publicMessage })
      return { group, commit, groupInfo: await this.groupInfo(group, ratchetTree === undefined) }
    })
  }

  // --- committing and proposing (§12.1, §12.4) ---

  stageCommit(
    group: Engine.Group,
    proposals: readonly Engine.Proposal[],
    options: Engine.CommitOptions = {},
  ): Promise<Engine.StagedCommit> {
    return guarded(async () => {
      const before = own(group)
      const cs = await primitives(before.suite)
      const byValue = proposals.map((proposal) => wire.toProposal(proposal, cs))
      const index = groups.pskIndex(before, options)
      const pending =
        options.includePending === false ? {} : await choosePending(before, byValue, index, cs, this.surroundings)
      const made = await createCommit(
        { state: { ...before.state, unappliedProposals: pending }, cipherSuite: cs, pskIndex: index },
        {
          extraProposals: byValue,
          ratchetTreeExtension: options.inlineTree ?? true,
          authenticatedData: options.authenticatedData ?? NONE,
        },
      )
      const accepted = before.next(made.newState, this.surroundings.now())
      return {
        commit: wire.writeMessage(made.commit),
        welcome:
          made.welcome && wire.writeMessage({ version: "mls10", wireformat: "mls_welcome", welcome: made.welcome }),
        groupInfo: await this.groupInfo(accepted, options.inlineTree ?? true),
        accepted,
        refused: before.within({ ...made.refusedState, unappliedProposals: before.state.unappliedProposals }),
      }
    })
  }

  accept(staged: Engine.StagedCommit): Engine.Group {
    return staged.accepted
  }

  discard(staged: Engine.StagedCommit): Engine.Group {
    return staged.refused
  }

  propose(
    group: Engine.Group,
    proposal: Engine.Proposal | undefined,
    authenticatedData: Bytes = NONE,
  ): Promise<{ group: TsMlsGroup; message: Bytes }> {
    return guarded(async () => {
      const before = own(group)
      const cs = await primitives(before.suite)
      const [content, ownUpdates] =
        proposal === undefined
          ? await this.#freshLeaf(before, cs)
          : [wire.toProposal(proposal, cs), before.kept.ownUpdates]
      const made = await createProposal(before.state, false, content, cs, authenticatedData)
      return { group: before.within(made.newState, ownUpdates), message: wire.writeMessage(made.message) }
    })
  }

  /** An Update of our own leaf (§12.1.2) and the private keys to keep until it is committed. */
  async #freshLeaf(group: TsMlsGroup, cs: CiphersuiteImpl): Promise<[LibraryProposal, Record<string, Bytes>]> {
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
    const proposal = { proposalType: "update" as const, update: { leafNode: { ...fresh, signature } } }
    const secret = await cs.hpke.exportPrivateKey(keys.privateKey)
    return [proposal, { ...group.kept.ownUpdates, [bytesToBase64(hpkePublicKey)]: secret }]
  }

  // --- reading (§6, §12) ---

  process(group: Engine.Group, message: Bytes, psks?: Engine.PskSources): Promise<Engine.Processed> {
    return guarded(async () => {
      const before = own(group).aged(this.surroundings.now())
      const cs = await primitives(before.suite)
      const body = wire.readMessage(message)
      switch (body.wireformat) {
        case "mls_private_message":
          return this.#readPrivate(before, body, cs, psks)
        case "mls_public_message":
          return this.#readPublic(before, body, cs, psks)
        default:
          throw new EngineError("malformed", "not a message to a group")
      }
    })
  }

  async #readPrivate(
    before: TsMlsGroup,
    { privateMessage }: MLSMessage & { wireformat: "mls_private_message" },
    cs: CiphersuiteImpl,
    psks: Engine.PskSources | undefined,
  ): Promise<Engine.Processed> {
    checkPlace(before, privateMessage.groupId, privateMessage.epoch)
    if (privateMessage.contentType !== "application" && before.standing !== "active") {
      throw new EngineError("not_active", "group is over for this device")
    }
    const epoch = before.state.historicalReceiverData.get(privateMessage.epoch)
    const reading = new Reading(before)
    const index = groups.pskIndex(before, psks)
    const result = await processPrivateMessage(reading.state, privateMessage, index, cs, reading.callback)
    const { authenticatedData } = privateMessage
    if (result.kind === "newState") return this.#handshake(reading, result.newState, authenticatedData, false, cs)
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
  async #readPublic(
    before: TsMlsGroup,
    { publicMessage }: MLSMessage & { wireformat: "mls_public_message" },
    cs: CiphersuiteImpl,
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
    const reading = new Reading(before)
    const index = groups.pskIndex(before, psks)
    const { newState } = await processPublicMessage(reading.state, publicMessage, index, cs, reading.callback)
    return this.#handshake(reading, newState, content.authenticatedData, senderType === "new_member_commit", cs)
  }

  async #handshake(
    reading: Reading,
    state: TsMlsGroup["state"],
    authenticatedData: Bytes,
    external: boolean,
    cs: CiphersuiteImpl,
  ): Promise<Engine.ReadProposal | Engine.ReadCommit> {
    const { before, incoming } = reading
    if (incoming?.kind === "proposal") {
      if (!(await isWorthKeeping(before, state.unappliedProposals, incoming.proposal, cs, this.surroundings))) {
        throw new EngineError("refused", "nobody could commit this proposal")
      }
      const sender = incoming.proposal.senderLeafIndex
      return {
        ...{ kind: "proposal", group: before.within(state), authenticatedData },
        sender: sender === undefined ? undefined : before.member(sender),
      }
    }
    const group = before.next(state, this.surroundings.now())
    const gone = incoming?.proposals.flatMap(({ proposal }) => removedBy(proposal)) ?? []
    const added = group.leaves().filter(([index]) => before.leaf(index) === undefined || gone.includes(index))
    this.#checkSuccessors(before, group, gone)
    return {
      ...{ kind: "commit", group, authenticatedData, external },
      added: added.map(([index, leaf]) => groups.memberOf(index, leaf)),
      removed: gone.flatMap((index) => before.member(index) ?? []),
    }
  }

  /** §12.1.2, §5.3.1: who changes a leaf stays the same client. */
  #checkSuccessors(before: TsMlsGroup, after: TsMlsGroup, gone: readonly number[]): void {
    const client = (leaf: NonNullable<ReturnType<TsMlsGroup["leaf"]>>) =>
      this.surroundings.clientOf(basicIdentity(leaf.credential))
    for (const [index, leaf] of after.leaves()) {
      const old = before.leaf(index)
      if (old === undefined || old === leaf || gone.includes(index)) continue
      if (!equal(client(old), client(leaf))) throw new EngineError("refused", "leaf became that of another client")
    }
  }

  // --- application data (§15) ---

  protect(
    group: Engine.Group,
    plaintext: Bytes,
    authenticatedData: Bytes = NONE,
  ): Promise<{ group: TsMlsGroup; message: Bytes }> {
    return guarded(async () => {
      const before = own(group)
      const cs = await primitives(before.suite)
      const { newState, privateMessage } = await createApplicationMessage(before.state, plaintext, cs, authenticatedData)
      const message = wire.writeMessage({ version: "mls10", wireformat: "mls_private_message", privateMessage })
      return { group: before.within(newState), message }
    })
  }

  async unprotect(group: Engine.Group, message: Bytes): Promise<Engine.ReadApplication> {
    const processed = await this.process(group, message)
    if (processed.kind !== "application") throw new EngineError("misuse", "message is a handshake")
    return processed
  }

  // --- looking ---

  export(group: Engine.Group, label: string, context: Bytes, length: number): Promise<Bytes> {
    return guarded(async () => {
      const { state, suite } = own(group)
      return mlsExporter(state.keySchedule.exporterSecret, label, context, length, await primitives(suite))
    })
  }

  epochAuthenticator(group: Engine.Group): Bytes {
    return own(group).state.keySchedule.epochAuthenticator
  }

  members(group: Engine.Group): Engine.Member[] {
    return own(group)
      .leaves()
      .map(([index, leaf]) => groups.memberOf(index, leaf))
  }

  groupInfo(group: Engine.Group, inlineTree = true): Promise<Bytes> {
    return guarded(async () => {
      const { state, suite } = own(group)
      const make = inlineTree ? createGroupInfoWithExternalPubAndRatchetTree : createGroupInfoWithExternalPub
      const groupInfo = await make(state, [], await primitives(suite))
      return wire.writeMessage({ version: "mls10", wireformat: "mls_group_info", groupInfo })
    })
  }

  ratchetTree(group: Engine.Group): Bytes {
    return wire.encodeRatchetTree(own(group).state.ratchetTree)
  }

  serialise(group: Engine.Group): Bytes {
    return groups.serialise(own(group))
  }

  restore(stored: Bytes): TsMlsGroup {
    return groups.restore(stored, this.#config)
  }
}

/** One message being read: what ts-mls reports on the way, and our leaf's next keys. */
class Reading {
  incoming: Parameters<IncomingMessageCallback>[0] | undefined
  readonly state: TsMlsGroup["state"]
  readonly #privateKeys: Record<number, Bytes>

  constructor(readonly before: TsMlsGroup) {
    this.#privateKeys = { ...before.state.privatePath.privateKeys }
    this.state = {
      ...before.state,
      privatePath: { ...before.state.privatePath, privateKeys: this.#privateKeys },
    }
  }

  /**
   * ts-mls asks after it judged the proposals and before it opens the path: the moment
   * at which our own Update, if it is among them, begins to count (§12.4.2).
   */
  readonly callback: IncomingMessageCallback = (incoming) => {
    this.incoming = incoming
    if (incoming.kind !== "commit") return "accept"
    for (const { proposal, senderLeafIndex } of incoming.proposals) {
      if (proposal.proposalType !== "update" || senderLeafIndex !== this.before.ownLeaf) continue
      const secret = this.before.kept.ownUpdates[bytesToBase64(proposal.update.leafNode.hpkePublicKey)]
      if (secret !== undefined) this.#privateKeys[this.before.ownLeaf * 2] = secret
    }
    return "accept"
  }
}

/** A PSK index that notes what is looked up. */
function noting(index: PskIndex, seen: PreSharedKeyID[]): PskIndex {
  return {
    findPsk: (id) => {
      seen.push(id)
      return index.findPsk(id)
    },
  }
}

function removedBy(proposal: LibraryProposal): number[] {
  return proposal.proposalType === "remove" ? [proposal.remove.removed] : []
}

function checkPlace(group: TsMlsGroup, groupId: Bytes, epoch: bigint): void {
  if (!equal(groupId, group.groupId)) throw new EngineError("wrong_epoch", "message is for another group")
  if (epoch > group.epoch) throw new EngineError("wrong_epoch", "message is of a later epoch")
}

