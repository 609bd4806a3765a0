/** What the members of a group may break together, and ts-mls does not look at. */

import { bytesToBase64 } from "ts-mls/util/byteArray.js"
import { EngineError, type Surroundings } from "./engine"
import { keyOf } from "./octets"
import { isUsable } from "./public-keys"
import { basicIdentity, type TsMlsGroup } from "./tsmls-group"

/** Most members of a group. */
const MAX_LEAVES = 64

/** Judged whenever a group is entered, and in every epoch that begins. */
export function checkMembers(group: TsMlsGroup, surroundings: Surroundings): void {
  checkClients(group, surroundings)
  checkCapabilities(group)
  checkKeys(group)
}

/** Nobody is there twice (§12.2), and not too many are. */
function checkClients(group: TsMlsGroup, { clientOf }: Surroundings): void {
  const clients = group.leaves().map(([, leaf]) => keyOf(clientOf(basicIdentity(leaf.credential))))
  if (clients.length > MAX_LEAVES) throw new EngineError("refused", "group has too many members")
  if (new Set(clients).size < clients.length) throw new EngineError("refused", "a client is in the group twice")
}

/** Everybody supports what the group uses (§7.2, §7.3, §13.4), which is for a group (§12.1.7). */
function checkCapabilities(group: TsMlsGroup): void {
  const { cipherSuite, extensions } = group.state.groupContext
  const types = extensions.map(({ extensionType }) => extensionType)
  if (types.includes("ratchet_tree") || types.includes("external_pub")) {
    throw new EngineError("refused", "extension does not belong in a GroupContext")
  }
  // Those with a name are defaults, which are never listed.
  const listed = types.filter((type) => typeof type === "number")
  for (const [, { capabilities }] of group.leaves()) {
    const { versions, ciphersuites, credentials } = capabilities
    const speaks = versions.includes("mls10") && ciphersuites.includes(cipherSuite) && credentials.includes("basic")
    if (!speaks || listed.some((type) => !capabilities.extensions.includes(type))) {
      throw new EngineError("refused", "a member does not support what the group uses")
    }
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
