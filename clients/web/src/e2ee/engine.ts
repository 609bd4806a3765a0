/**
 * What the rest of the client asks of end-to-end encryption (MLS, RFC 9420).
 *
 * A `Group` is a value: an operation gives a new one and leaves the old one as it
 * was. The order of use is always: call, store the new group durably, only then send
 * the bytes. A group used twice would use a message key twice.
 */

export type Bytes = Uint8Array

/** Suites by their number on the wire (`suites.ts`). */
export type SuiteId = number

/** Why an operation was refused; the group it was called on stands as before. */
export class EngineError extends Error {
  constructor(
    readonly code: "malformed" | "refused" | "misuse" | "own_message" | "wrong_epoch" | "not_active",
    message: string,
  ) {
    super(message)
    this.name = "EngineError"
  }
}

/** Who this device is. */
export interface Identity {
  /** Of the basic credential. */
  readonly identity: Bytes
  /** Ed25519 seed, 32 octets. */
  readonly signaturePrivate: Bytes
  /** Ed25519, 32 octets. */
  readonly signaturePublic: Bytes
}

/** What the engine asks of outside; nothing has a default that accepts. */
export interface Surroundings {
  /** The authentication service (RFC 9420 §5.3.1): is this identity that of the key? */
  readonly validateCredential: (identity: Bytes, signatureKey: Bytes) => Promise<boolean>
  /** Which client an identity stands for, as octets equal for the same client. */
  readonly clientOf: (identity: Bytes) => Bytes
  /** Seconds since 1970. */
  readonly now: () => number
}

export interface Member {
  readonly leafIndex: number
  readonly identity: Bytes
  readonly signatureKey: Bytes
}

/** A group as this device sees it in one epoch; its secrets are the engine's. */
export interface Group {
  readonly groupId: Bytes
  readonly suite: SuiteId
  readonly epoch: bigint
  readonly ownLeaf: number
  /** "ended": a ReInit was committed; "removed": this device was. */
  readonly standing: "active" | "ended" | "removed"
  /** How many wait for a commit: before it, no application data is sent (§12.4). */
  readonly proposals: number
}

/** A KeyPackage and what belongs to it; the secrets leave the device never. */
export interface OwnKeyPackage {
  readonly suite: SuiteId
  /** `KeyPackageRef` (RFC 9420 §5.2), by which a Welcome names it. */
  readonly ref: Bytes
  /** Given out again and again when no other is left (§16.8). */
  readonly lastResort: boolean
  /** `MLSMessage`, to publish. */
  readonly message: Bytes
  readonly initPrivate: Bytes
  readonly encryptionPrivate: Bytes
}

export interface Extension {
  readonly type: number
  readonly data: Bytes
}

export type PskId =
  | { readonly kind: "external"; readonly id: Bytes }
  | {
      readonly kind: "resumption"
      readonly usage: "application" | "reinit" | "branch"
      readonly groupId: Bytes
      readonly epoch: bigint
    }

/** A secret agreed on outside MLS (RFC 9420 §8.4). */
export interface ExternalPsk {
  readonly id: Bytes
  readonly secret: Bytes
}

export type Proposal =
  /** `keyPackage` is an `MLSMessage`. */
  | { readonly kind: "add"; readonly keyPackage: Bytes }
  | { readonly kind: "remove"; readonly leafIndex: number }
  | { readonly kind: "psk"; readonly psk: PskId }
  | { readonly kind: "extensions"; readonly extensions: readonly Extension[] }
  | {
      readonly kind: "reinit"
      readonly groupId: Bytes
      readonly suite: SuiteId
      readonly extensions: readonly Extension[]
    }

/** The resumption PSK of one epoch of a group (RFC 9420 §8.6). */
export interface ResumptionSecret {
  readonly groupId: Bytes
  readonly epoch: bigint
  readonly secret: Bytes
}

/** Where PSKs are looked for besides the group's own earlier epochs. */
export interface PskSources {
  readonly external?: readonly ExternalPsk[]
  /** Groups whose resumption PSKs may be used (RFC 9420 §8.6). */
  readonly known?: readonly Group[]
  /** Such secrets as they were handed on from another device. */
  readonly resumption?: readonly ResumptionSecret[]
  /** The group that this one continues or branches from (RFC 9420 §11.2, §11.3). */
  readonly predecessor?: Group
}

export interface CommitOptions extends PskSources {
  readonly authenticatedData?: Bytes
  /** Include the proposals that wait, where they are valid; the default. */
  readonly includePending?: boolean
  /** Put the tree into Welcome and GroupInfo; the default. */
  readonly inlineTree?: boolean
}

/** A commit that the Delivery Service has not accepted so far. */
export interface StagedCommit {
  /** `MLSMessage`. */
  readonly commit: Bytes
  /** `MLSMessage` for all members added. */
  readonly welcome: Bytes | undefined
  /** `MLSMessage` of the epoch begun, to join from outside by. */
  readonly groupInfo: Bytes
  readonly accepted: Group
  /** The epoch as it was, without the generation spent on `commit`. */
  readonly refused: Group
}

export interface ExternalCommit {
  readonly group: Group
  readonly commit: Bytes
  readonly groupInfo: Bytes
}

/** A group that a Welcome led into. */
export interface Joined {
  readonly group: Group
  /** Who signed the GroupInfo. */
  readonly inviter: Member
  /** Every PSK that the Welcome needed. */
  readonly psks: readonly PskId[]
  /** The one of ours that it was for. */
  readonly keyPackage: OwnKeyPackage
}

interface Read {
  readonly group: Group
  readonly authenticatedData: Bytes
}

/** What shows somebody outside the group who wrote application data. */
export interface Proof {
  /** Over FramedContentTBS (RFC 9420 §6.1). */
  readonly signature: Bytes
  /** Of the epoch, encoded: the signature covers it. */
  readonly groupContext: Bytes
  /** The sender's LeafNode, encoded. */
  readonly leafNode: Bytes
}

export interface Protected {
  readonly group: Group
  /** `MLSMessage`. */
  readonly message: Bytes
  readonly proof: Proof
}

export interface ReadApplication extends Read, Proof {
  readonly kind: "application"
  readonly plaintext: Bytes
  readonly epoch: bigint
  readonly sender: Member
  readonly generation: number
}

export interface ReadProposal extends Read {
  readonly kind: "proposal"
  /** Undefined for an external sender. */
  readonly sender: Member | undefined
}

export interface ReadCommit extends Read {
  readonly kind: "commit"
  readonly committer: Member
  /** Every PSK that the commit names. */
  readonly psks: readonly PskId[]
  readonly added: readonly Member[]
  readonly removed: readonly Member[]
  /** The commit came from outside: its sender joined by it. */
  readonly external: boolean
}

export type Processed = ReadApplication | ReadProposal | ReadCommit

/** RFC 9420 for one device. Every method that fails throws `EngineError`. */
export interface CryptoEngine {
  keyPackages(suite: SuiteId, count: number, lastResort?: boolean): Promise<OwnKeyPackage[]>
  /** `KeyPackageRef` of everybody whom a Welcome lets in. */
  addressees(welcome: Bytes): Promise<Bytes[]>
  create(groupId: Bytes, suite: SuiteId, extensions: readonly Extension[]): Promise<Group>
  joinWelcome(
    welcome: Bytes,
    keyPackages: readonly OwnKeyPackage[],
    ratchetTree?: Bytes,
    psks?: PskSources,
  ): Promise<Joined>
  /** `resync` removes this client's old leaf by the same commit. */
  joinExternal(
    groupInfo: Bytes,
    resync: boolean,
    ratchetTree?: Bytes,
    psks?: PskSources & { readonly use?: readonly PskId[] },
    authenticatedData?: Bytes,
  ): Promise<ExternalCommit>
  stageCommit(group: Group, proposals: readonly Proposal[], options?: CommitOptions): Promise<StagedCommit>
  accept(staged: StagedCommit): Group
  discard(staged: StagedCommit): Group
  /** Undefined proposes fresh keys for this device's own leaf. */
  propose(
    group: Group,
    proposal: Proposal | undefined,
    authenticatedData?: Bytes,
  ): Promise<{ group: Group; message: Bytes }>
  process(group: Group, message: Bytes, psks?: PskSources): Promise<Processed>
  protect(group: Group, plaintext: Bytes, authenticatedData?: Bytes): Promise<Protected>
  /** `process`, for application data only. */
  unprotect(group: Group, message: Bytes): Promise<ReadApplication>
  export(group: Group, label: string, context: Bytes, length: number): Promise<Bytes>
  /** 32 octets that are equal for members who agree on the epoch. */
  epochAuthenticator(group: Group): Bytes
  members(group: Group): Member[]
  /** Length of the longest structure that proves a message of this epoch: GroupContext or LeafNode. */
  longestProofPart(group: Group): number
  /** Of the GroupContext. */
  extensions(group: Group): Extension[]
  /** Epochs of which the group can prove that this device was in them (§8.6). */
  pastEpochs(group: Group): bigint[]
  /** What proves it, by epoch: secret, and no key of any message. */
  resumptionSecrets(group: Group): ReadonlyMap<bigint, Bytes>
  groupInfo(group: Group, inlineTree?: boolean): Promise<Bytes>
  ratchetTree(group: Group): Bytes
  serialise(group: Group): Bytes
  restore(stored: Bytes): Group
}
