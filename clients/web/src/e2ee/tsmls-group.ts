/** A group of ts-mls as a value, with what ts-mls does not keep, and its stored form. */

import {
  type ClientConfig,
  type ClientState,
  type Credential,
  decodeGroupState,
  encodeGroupState,
  type PreSharedKeyID,
} from "ts-mls"
import { decodeUint64, uint64Encoder } from "ts-mls/codec/number.js"
import { type Decoder, mapDecoders } from "ts-mls/codec/tlsDecoder.js"
import { contramapBufferEncoders, encode } from "ts-mls/codec/tlsEncoder.js"
import {
  base64RecordEncoder,
  bigintMapEncoder,
  decodeBase64Record,
  decodeBigintMap,
  decodeVarLenData,
  varLenDataEncoder,
} from "ts-mls/codec/variableLength.js"
import type { LeafNode } from "ts-mls/leafNode.js"
import type { PskIndex } from "ts-mls/pskIndex.js"
import { type Bytes, EngineError, type Group, type Member, type PskSources, type Surroundings } from "./engine"
import { equal } from "./octets"
import { paddedLength } from "./padding"
import { suiteId } from "./suites"

const OUT_OF_ORDER_WINDOW = 64
const FORWARD_GENERATIONS = 1_000
const PAST_EPOCHS = 2
const PAST_EPOCH_SECONDS = 7n * 86_400n
/** Besides the present one. */
const RESUMPTION_EPOCHS = 32
const RESUMPTION_SECONDS = 30n * 86_400n
const MAX_LIFETIME_SECONDS = 2_628_000n
const STORED_VERSION = 1

/** Secrets that ts-mls leaves to its caller. */
export interface Kept {
  /** Private keys of Updates proposed in this epoch, by public key in base64. */
  readonly ownUpdates: Record<string, Bytes>
  /** Resumption PSKs by epoch, this one included (RFC 9420 §8.6). */
  readonly resumptionPsks: Map<bigint, Bytes>
  /** When each earlier epoch ended, in seconds since 1970. */
  readonly ended: Map<bigint, bigint>
}

export class TsMlsGroup implements Group {
  constructor(
    readonly state: ClientState,
    readonly kept: Kept,
  ) {}

  get groupId(): Bytes {
    return this.state.groupContext.groupId
  }

  get suite(): number {
    return suiteId(this.state.groupContext.cipherSuite) ?? 0
  }

  get epoch(): bigint {
    return this.state.groupContext.epoch
  }

  get ownLeaf(): number {
    return this.state.privatePath.leafIndex
  }

  get proposals(): number {
    return Object.keys(this.state.unappliedProposals).length
  }

  get standing(): "active" | "ended" | "removed" {
    const { kind } = this.state.groupActiveState
    return kind === "active" ? "active" : kind === "suspendedPendingReinit" ? "ended" : "removed"
  }

  /** The same epoch after a ratchet moved or a proposal came. */
  within(state: ClientState, ownUpdates = this.kept.ownUpdates): TsMlsGroup {
    return new TsMlsGroup(state, { ...this.kept, ownUpdates })
  }

  /** The epoch after this one. */
  next(state: ClientState, now: number): TsMlsGroup {
    const ended = new Map([...this.kept.ended, [this.epoch, BigInt(now)]])
    const resumptionPsks = new Map([...this.kept.resumptionPsks].slice(-RESUMPTION_EPOCHS))
    resumptionPsks.set(state.groupContext.epoch, state.keySchedule.resumptionPsk)
    return new TsMlsGroup(withoutBlankKeys(state), { ownUpdates: {}, resumptionPsks, ended }).aged(now)
  }

  /** Without the keys of epochs that ended too long ago. */
  aged(now: number): TsMlsGroup {
    const young =
      (longestSeconds: bigint) =>
      ([epoch]: readonly [bigint, unknown]) =>
        epoch === this.epoch || BigInt(now) - (this.kept.ended.get(epoch) ?? 0n) <= longestSeconds
    const historicalReceiverData = new Map([...this.state.historicalReceiverData].filter(young(PAST_EPOCH_SECONDS)))
    const resumptionPsks = new Map([...this.kept.resumptionPsks].filter(young(RESUMPTION_SECONDS)))
    const kept = (epoch: bigint) => historicalReceiverData.has(epoch) || resumptionPsks.has(epoch)
    const ended = new Map([...this.kept.ended].filter(([epoch]) => kept(epoch)))
    return new TsMlsGroup({ ...this.state, historicalReceiverData }, { ...this.kept, resumptionPsks, ended })
  }

  leaf(leafIndex: number): LeafNode | undefined {
    const node = this.state.ratchetTree[leafIndex * 2]
    return node?.nodeType === "leaf" ? node.leaf : undefined
  }

  leaves(): [number, LeafNode][] {
    return this.state.ratchetTree.flatMap((node, index): [number, LeafNode][] =>
      node?.nodeType === "leaf" ? [[index / 2, node.leaf]] : [],
    )
  }

  leafAt(leafIndex: number | undefined): [number, LeafNode] | undefined {
    const leaf = leafIndex === undefined ? undefined : this.leaf(leafIndex)
    return leafIndex === undefined || leaf === undefined ? undefined : [leafIndex, leaf]
  }

  member(leafIndex: number): Member | undefined {
    const leaf = this.leaf(leafIndex)
    return leaf === undefined ? undefined : memberOf(leafIndex, leaf)
  }
}

/**
 * The first value of a group that this device enters. What is known of earlier epochs of
 * it proves later that this device was in them; it decrypts nothing.
 */
export function entered(state: ClientState, { known = [], resumption = [] }: PskSources = {}, now = 0): TsMlsGroup {
  const isThis = ({ groupId }: { readonly groupId: Bytes }) => equal(groupId, state.groupContext.groupId)
  const [before, handed] = [known.map(own).filter(isThis), resumption.filter(isThis)]
  const resumptionPsks = new Map(before.flatMap(({ kept }) => [...kept.resumptionPsks]))
  const ended = new Map(before.flatMap(({ kept, epoch }) => [...kept.ended, [epoch, BigInt(now)] as const]))
  for (const { epoch, secret } of handed) {
    resumptionPsks.set(epoch, secret)
    ended.set(epoch, BigInt(now))
  }
  resumptionPsks.set(state.groupContext.epoch, state.keySchedule.resumptionPsk)
  return new TsMlsGroup(state, { ownUpdates: {}, resumptionPsks, ended })
}

/** The group behind the interface. */
export function own(group: Group): TsMlsGroup {
  if (group instanceof TsMlsGroup) return group
  throw new EngineError("misuse", "group is not of this engine")
}

/** RFC 9420 §9.2: the keys of nodes that were blanked are deleted. */
function withoutBlankKeys(state: ClientState): ClientState {
  const privateKeys = Object.fromEntries(
    Object.entries(state.privatePath.privateKeys).filter(([node]) => state.ratchetTree[Number(node)] !== undefined),
  )
  return { ...state, privatePath: { ...state.privatePath, privateKeys } }
}

export function basicIdentity(credential: Credential): Bytes {
  if (credential.credentialType !== "basic") throw new EngineError("refused", "credential is not basic")
  return credential.identity
}

export function memberOf(leafIndex: number, leaf: LeafNode): Member {
  return {
    leafIndex,
    identity: basicIdentity(leaf.credential),
    signatureKey: leaf.signaturePublicKey,
  }
}

/** Limits and choices that the RFC leaves to the application. */
export function configuration(surroundings: Surroundings): ClientConfig {
  const sameClient = (a: Credential, b: Credential) =>
    equal(surroundings.clientOf(basicIdentity(a)), surroundings.clientOf(basicIdentity(b)))
  return {
    keyRetentionConfig: {
      retainKeysForGenerations: OUT_OF_ORDER_WINDOW,
      retainKeysForEpochs: PAST_EPOCHS,
      maximumForwardRatchetSteps: FORWARD_GENERATIONS,
    },
    lifetimeConfig: {
      maximumTotalLifetime: MAX_LIFETIME_SECONDS,
      validateLifetimeOnReceive: true,
      currentTimeSeconds: () => BigInt(surroundings.now()),
    },
    keyPackageEqualityConfig: {
      compareKeyPackages: (a, b) => sameClient(a.leafNode.credential, b.leafNode.credential),
      compareKeyPackageToLeafNode: (a, b) => sameClient(a.leafNode.credential, b.credential),
    },
    paddingConfig: { kind: "padTo", paddedLength },
    authService: {
      validateCredential: async (credential, signatureKey) =>
        credential.credentialType === "basic" &&
        (await surroundings.validateCredential(credential.identity, signatureKey)),
    },
  }
}

/** Where ts-mls looks for PSKs: what was handed over, the predecessor, earlier epochs. */
export function pskIndex(group: TsMlsGroup | undefined, sources: PskSources | undefined, now: number): PskIndex {
  const given = [group, sources?.predecessor, ...(sources?.known ?? [])].filter((one) => one !== undefined)
  const groups = given.map((one) => own(one).aged(now))
  return {
    findPsk(id: PreSharedKeyID) {
      if (id.psktype === "external") return sources?.external?.find((psk) => equal(psk.id, id.pskId))?.secret
      const handed = sources?.resumption?.find((one) => equal(one.groupId, id.pskGroupId) && one.epoch === id.pskEpoch)
      if (handed !== undefined) return handed.secret
      return groups
        .filter((one) => equal(one.groupId, id.pskGroupId))
        .map((one) => one.kept.resumptionPsks.get(id.pskEpoch))
        .find((psk) => psk !== undefined)
    },
  }
}

const storedEncoder = contramapBufferEncoders(
  [
    varLenDataEncoder,
    base64RecordEncoder(varLenDataEncoder),
    bigintMapEncoder(varLenDataEncoder),
    bigintMapEncoder(uint64Encoder),
  ],
  (group: TsMlsGroup) =>
    [encodeGroupState(group.state), group.kept.ownUpdates, group.kept.resumptionPsks, group.kept.ended] as const,
)

const decodeStored = mapDecoders(
  [
    decodeVarLenData,
    decodeBase64Record(decodeVarLenData),
    decodeBigintMap(decodeVarLenData),
    decodeBigintMap(decodeUint64),
  ],
  (state, ownUpdates, resumptionPsks, ended) => ({
    state,
    kept: { ownUpdates, resumptionPsks, ended },
  }),
)

/** All of a group, secrets included: to be sealed before it is stored. */
export function serialise(group: TsMlsGroup): Bytes {
  const body = encode(storedEncoder)(group)
  const stored = new Uint8Array(1 + body.length)
  stored[0] = STORED_VERSION
  stored.set(body, 1)
  return stored
}

export function restore(stored: Bytes, clientConfig: ClientConfig): TsMlsGroup {
  if (stored[0] !== STORED_VERSION) throw new EngineError("malformed", "stored group has another version")
  const { state, kept } = whole(decodeStored, stored.slice(1))
  return new TsMlsGroup({ ...whole(decodeGroupState, state), clientConfig }, kept)
}

/** What stored octets hold from the first to the last; a decoder that gives up may also throw. */
function whole<T>(decode: Decoder<T>, octets: Bytes): T {
  let decoded
  try {
    decoded = decode(octets, 0)
  } catch {
    decoded = undefined
  }
  if (decoded === undefined || decoded[1] !== octets.length)
    throw new EngineError("malformed", "stored group is damaged")
  return decoded[0]
}
