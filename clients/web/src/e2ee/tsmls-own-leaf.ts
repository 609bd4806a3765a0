/**
 * The credential that this device's leaf shows (RFC 9420 §5.3.3, §7.5).
 *
 * ts-mls signs the leaf of a path anew with the credential that it finds in the tree. It
 * looks at the own leaf of the epoch before for nothing else, so a later credential is put
 * there for as long as a commit is made.
 */

import type { ClientState } from "ts-mls"
import type { RatchetTree } from "ts-mls/ratchetTree.js"
import type { Bytes } from "./engine"
import { equal } from "./octets"
import { basicIdentity, type TsMlsGroup } from "./tsmls-group"

/** The group's tree, in which the own leaf shows this identity; only to make a path from. */
export function treeShowing(group: TsMlsGroup, identity: Bytes): RatchetTree {
  const { ratchetTree } = group.state
  const leaf = group.leaf(group.ownLeaf)
  if (leaf === undefined || equal(basicIdentity(leaf.credential), identity)) return ratchetTree
  const shown = { ...leaf, credential: { credentialType: "basic" as const, identity } }
  return ratchetTree.with(group.ownLeaf * 2, { nodeType: "leaf", leaf: shown })
}

/** Whether a commit gave the own leaf fresh keys. */
export function renewsOwnLeaf(before: TsMlsGroup, after: ClientState): boolean {
  const node = after.ratchetTree[before.ownLeaf * 2]
  const earlier = before.leaf(before.ownLeaf)
  if (node?.nodeType !== "leaf" || earlier === undefined) return false
  return !equal(node.leaf.hpkePublicKey, earlier.hpkePublicKey)
}
