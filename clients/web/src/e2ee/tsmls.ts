/** `CryptoEngine` on ts-mls, in its corrected form (`patches/`). */

import {
  type ClientConfig,
  type ClientState,
  createApplicationMessage,
  createCommit,
  createGroup,
  createGroupInfoWithExternalPub,
  createGroupInfoWithExternalPubAndRatchetTree,
  createProposal,
  joinGroup,
  joinGroupExternal,
  mlsExporter,
  type PreSharedKeyID,
} from "ts-mls"
import type { RatchetTree } from "ts-mls/ratchetTree.js"
import type * as Engine from "./engine"
import { type Bytes, EngineError } from "./engine"
import { generate, makeKeyPackage } from "./tsmls-key-packages"
import { addressed, checkSuccession, inviterOf, noting, notingSigner } from "./tsmls-joining"
import { checkEntered, checkMembers, checkOwnLeaf } from "./tsmls-members"
import { longestPart, proofOf } from "./tsmls-proof"
import { renewsOwnLeaf, treeShowing } from "./tsmls-own-leaf"
import { choosePending, freshLeaf, isWorthKeeping } from "./tsmls-proposals"
import { read } from "./tsmls-reading"
import { checkProposal, checkProposedExtensions } from "./tsmls-rules"
import { suiteId } from "./suites"
import * as groups from "./tsmls-group"
import { own, type TsMlsGroup } from "./tsmls-group"
import * as wire from "./tsmls-wire"
import { guarded, primitives } from "./tsmls-wire"

const NONE = new Uint8Array()

export class TsMlsEngine implements Engine.CryptoEngine {
  readonly #config: ClientConfig

  constructor(
    readonly identity: Engine.Identity,
    readonly surroundings: Engine.Surroundings,
  ) {
    this.#config = groups.configuration(surroundings)
  }

  // --- KeyPackages (RFC 9420 §10) ---

  keyPackages(suite: Engine.SuiteId, count: number, lastResort = false): Promise<Engine.OwnKeyPackage[]> {
    return guarded(() =>
      Promise.all(
        Array.from({ length: count }, () => makeKeyPackage(this.identity, this.surroundings, suite, lastResort)),
      ),
    )
  }

  addressees(welcome: Bytes): Promise<Bytes[]> {
    return guarded(() => Promise.resolve(wire.readWelcome(welcome).secrets.map((secret) => secret.newMember)))
  }

  // --- beginning (§11, §12.4.3) ---

  create(groupId: Bytes, suite: Engine.SuiteId, extensions: readonly Engine.Extension[]): Promise<TsMlsGroup> {
    return guarded(async () => {
      const { publicPackage, privatePackage } = await generate(this.identity, this.surroundings, suite)
      const listed = wire.toExtensions(extensions)
      const cs = await primitives(suite)
      const state = await createGroup(groupId, publicPackage, privatePackage, listed, cs, this.#config)
      return this.#entered(state)
    })
  }

  joinWelcome(
    welcome: Bytes,
    keyPackages: readonly Engine.OwnKeyPackage[],
    ratchetTree?: Bytes,
    psks?: Engine.PskSources,
  ): Promise<Engine.Joined> {
    return guarded(async () => {
      const opened = wire.readWelcome(welcome)
      const suite = suiteId(opened.cipherSuite)
      if (suite === undefined) throw new EngineError("refused", "suite is not one of ours")
      const cs = await primitives(suite)
      const [used, keyPackage] = await addressed(opened, keyPackages, cs)
      const usedPsks: PreSharedKeyID[] = []
      const judged: Bytes[] = []
      const state = await joinGroup(
        opened,
        keyPackage,
        {
          initPrivateKey: used.initPrivate,
          hpkePrivateKey: used.encryptionPrivate,
          signaturePrivateKey: this.identity.signaturePrivate,
        },
        noting(groups.pskIndex(undefined, psks, this.surroundings.now()), usedPsks),
        cs,
        wire.readTree(ratchetTree),
        psks?.predecessor && own(psks.predecessor).state,
        notingSigner(this.#config, judged),
      )
      const group = await this.#entered({ ...state, clientConfig: this.#config })
      if (psks?.predecessor !== undefined) checkSuccession(own(psks.predecessor), group, usedPsks, this.surroundings)
      return { group, inviter: inviterOf(group, judged), psks: usedPsks.map(wire.fromPskId), keyPackage: used }
    })
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
      const { publicPackage, privatePackage } = await generate(this.identity, this.surroundings, suite)
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
        groups.pskIndex(undefined, psks, this.surroundings.now()),
      )
      const group = await this.#entered(newState, psks)
      await checkOwnLeaf(undefined, group, this.surroundings)
      const commit = wire.writeMessage({
        version: "mls10",
        wireformat: "mls_public_message",
        publicMessage,
      })
      return { group, commit, groupInfo: await this.groupInfo(group, ratchetTree === undefined) }
    })
  }

  async #entered(state: ClientState, psks: Engine.PskSources = {}): Promise<TsMlsGroup> {
    const group = groups.entered(state, psks, this.surroundings.now())
    await checkEntered(group, this.surroundings)
    return group
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
      const founding = options.predecessor !== undefined && before.epoch === 0n
      for (const proposal of byValue) {
        checkProposal(before, proposal, founding)
        await checkProposedExtensions(proposal, this.surroundings)
      }
      const index = groups.pskIndex(before, options, this.surroundings.now())
      const pending =
        options.includePending === false ? {} : await choosePending(before, byValue, index, cs, this.surroundings)
      const make = (ratchetTree: RatchetTree) =>
        createCommit(
          { state: { ...before.state, ratchetTree, unappliedProposals: pending }, cipherSuite: cs, pskIndex: index },
          {
            extraProposals: byValue,
            ratchetTreeExtension: options.inlineTree ?? true,
            authenticatedData: options.authenticatedData ?? NONE,
          },
        )
      let made = await make(treeShowing(before, this.identity.identity))
      // Without a path nothing signs the leaf anew, so it stays as it is.
      if (!renewsOwnLeaf(before, made.newState)) made = await make(before.state.ratchetTree)
      const accepted = before.next(made.newState, this.surroundings.now())
      checkMembers(accepted, this.surroundings)
      await checkOwnLeaf(before, accepted, this.surroundings)
      return {
        commit: wire.writeMessage(made.commit),
        welcome:
          made.welcome && wire.writeMessage({ version: "mls10", wireformat: "mls_welcome", welcome: made.welcome }),
        groupInfo: await this.groupInfo(accepted, options.inlineTree ?? true),
        accepted,
        refused: before.within({
          ...made.refusedState,
          ratchetTree: before.state.ratchetTree,
          unappliedProposals: before.state.unappliedProposals,
        }),
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
        proposal === undefined ? await freshLeaf(before, cs) : [wire.toProposal(proposal, cs), before.kept.ownUpdates]
      checkProposal(before, content)
      await checkProposedExtensions(content, this.surroundings)
      const made = await createProposal(before.state, false, content, cs, authenticatedData)
      const sent = { proposal: content, senderLeafIndex: before.ownLeaf }
      if (!(await isWorthKeeping(before, made.newState.unappliedProposals, sent, cs, this.surroundings)))
        throw new EngineError("refused", "nobody could commit this proposal")
      return {
        group: before.within(made.newState, ownUpdates),
        message: wire.writeMessage(made.message),
      }
    })
  }

  // --- reading (§6, §12) ---

  process(group: Engine.Group, message: Bytes, psks?: Engine.PskSources): Promise<Engine.Processed> {
    return guarded(async () => {
      const before = own(group).aged(this.surroundings.now())
      return read(before, wire.readMessage(message), await primitives(before.suite), this.surroundings, psks)
    })
  }

  // --- application data (§15) ---

  protect(group: Engine.Group, plaintext: Bytes, authenticatedData: Bytes = NONE): Promise<Engine.Protected> {
    return guarded(async () => {
      const before = own(group)
      const cs = await primitives(before.suite)
      const { newState, privateMessage } = await createApplicationMessage(
        before.state,
        plaintext,
        cs,
        authenticatedData,
      )
      const message = wire.writeMessage({
        version: "mls10",
        wireformat: "mls_private_message",
        privateMessage,
      })
      return {
        ...{ group: before.within(newState), message },
        proof: await proofOf(before, plaintext, authenticatedData, cs),
      }
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

  longestProofPart(group: Engine.Group): number {
    return longestPart(own(group))
  }

  extensions(group: Engine.Group): Engine.Extension[] {
    return wire.fromExtensions(own(group).state.groupContext.extensions)
  }

  pastEpochs(group: Engine.Group): bigint[] {
    return [...this.resumptionSecrets(group).keys()]
  }

  resumptionSecrets(group: Engine.Group): ReadonlyMap<bigint, Bytes> {
    return own(group).aged(this.surroundings.now()).kept.resumptionPsks
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
