/** What the members of a group may break together, and ts-mls does not look at. */

import type { LeafNode } from "ts-mls/leafNode.js"
import { bytesToBase64 } from "ts-mls/util/byteArray.js"
import { EngineError, type Surroundings } from "./engine"
import { keyOf } from "./octets"
import { isUsable } from "./public-keys"
import { checkExtensions, supports } from "./tsmls-extensions"
import { basicIdentity, type TsMlsGroup } from "./tsmls-group"

/** Most members of a group. */
const MAX_LEAVES = 64
/** Half of all there are (§8.1), so that nobody is led to where a group cannot go on. */
const LAST_EPOCH_ENTERED = (1n << 63n) - 1n

/** Judged when a group is entered; a sender from outside is judged when it is named. */
export async function checkEntered(group: TsMlsGroup, surroundings: Surroundings): Promise<void> {
  if (group.epoch > LAST_EPOCH_ENTERED) throw new EngineError("refused", "group leaves no room for further epochs")
  await checkExtensions(group.state.groupContext.extensions, surroundings)
  checkMembers(group, surroundings)
}

/** Judged in every epoch that begins. */
export function checkMembers(group: TsMlsGroup, surroundings: Surroundings): void {
  checkClients(group, surroundings)
  group.leaves().forEach(([, leaf]) => checkCapabilities(group, leaf))
  checkKeys(group)
}

/**
 * §7.5, §12.4.2: the authentication service accepts the leaf that this device is about to
 * show. Whoever sends one that nobody accepts is alone once the server has taken it.
 */
export async function checkOwnLeaf(
  before: TsMlsGroup | undefined,
  after: TsMlsGroup,
  surroundings: Surroundings,
): Promise<void> {
  const leaf = after.leaf(after.ownLeaf)
  if (leaf === undefined || leaf === before?.leaf(after.ownLeaf)) return
  if (!(await surroundings.validateCredential(basicIdentity(leaf.credential), leaf.signaturePublicKey))) {
    throw new EngineError("refused", "own credential is not accepted")
  }
}

/** Nobody is there twice (§12.2), and not too many are. */
function checkClients(group: TsMlsGroup, { clientOf }: Surroundings): void {
  const clients = group.leaves().map(([, leaf]) => keyOf(clientOf(basicIdentity(leaf.credential))))
  if (clients.length > MAX_LEAVES) throw new EngineError("refused", "group has too many members")
  if (new Set(clients).size < clients.length) throw new EngineError("refused", "a client is in the group twice")
}

/** A member supports what the group uses (§7.2, §7.3, §13.4). */
export function checkCapabilities(group: TsMlsGroup, { capabilities }: LeafNode): void {
  const { cipherSuite, extensions } = group.state.groupContext
  const { versions, ciphersuites, credentials } = capabilities
  const speaks = versions.includes("mls10") && ciphersuites.includes(cipherSuite) && credentials.includes("basic")
  if (!speaks || !supports(capabilities, extensions)) {
    throw new EngineError("refused", "a member does not support what the group uses")
  }
}

/** Every key of the tree can be used (§5.1.1), and stands there once (§12.4.3.1). */
function checkKeys(group: TsMlsGroup): void {
  const keys = group.state.ratchetTree.flatMap((node) => {
    if (node === undefined) return []
    return [node.nodeType === "leaf" ? node.leaf.hpkePublicKey : node.parent.hpkePublicKey]
  })
  if (!keys.every((key) => isUsable(group.suite, key)))
    throw new EngineError("refused", "a key of the tree cannot be used")
  if (new Set(keys.map(bytesToBase64)).size < keys.length)
    throw new EngineError("refused", "a key stands in the tree twice")
}
