/** What anybody can read of a KeyPackage and a GroupInfo; nothing is verified. */

import type { GroupInfo } from "ts-mls/groupInfo.js"
import { ratchetTreeFromExtension } from "ts-mls/groupInfo.js"
import { type Bytes, EngineError, type Member, type SuiteId } from "./engine"
import { suiteId } from "./suites"
import { basicIdentity, memberOf } from "./tsmls-group"
import { readKeyPackage, readMessage } from "./tsmls-wire"

export interface PackageHeader {
  readonly suite: SuiteId
  /** What the leaf's capabilities list, of the suites that we know (RFC 9420 §7.2). */
  readonly listed: readonly SuiteId[]
  readonly identity: Bytes
  readonly signatureKey: Bytes
}

export interface GroupInfoHeader {
  readonly groupId: Bytes
  readonly epoch: bigint
  /** Leaf index of who signed. */
  readonly signer: number
  /** By the tree inside; undefined if there is none. */
  readonly members: readonly Member[] | undefined
}

/** Of an `MLSMessage` that is a KeyPackage (§10). Throws `EngineError`. */
export function readPackage(message: Bytes): PackageHeader {
  const { cipherSuite, leafNode } = readKeyPackage(message)
  return {
    suite: known(cipherSuite),
    listed: leafNode.capabilities.ciphersuites.flatMap((name) => suiteId(name) ?? []),
    identity: basicIdentity(leafNode.credential),
    signatureKey: leafNode.signaturePublicKey,
  }
}

/** Of which group and whom a GroupInfo speaks (§12.4.3). Throws `EngineError`. */
export function readGroupInfo(message: Bytes): GroupInfoHeader {
  const read = readMessage(message)
  if (read.wireformat !== "mls_group_info") throw new EngineError("malformed", "not a GroupInfo")
  const { groupContext, signer } = read.groupInfo
  return { groupId: groupContext.groupId, epoch: groupContext.epoch, signer, members: membersOf(read.groupInfo) }
}

function membersOf(info: GroupInfo): Member[] | undefined {
  return ratchetTreeFromExtension(info)?.flatMap((node, index) =>
    node?.nodeType === "leaf" ? [memberOf(index / 2, node.leaf)] : [],
  )
}

function known(suite: string): SuiteId {
  const id = suiteId(suite)
  if (id === undefined) throw new EngineError("refused", "suite is not one of ours")
  return id
}
