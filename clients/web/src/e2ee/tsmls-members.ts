/** What the members of a group may break together, and ts-mls does not look at. */

import { EngineError, type Surroundings } from "./engine"
import { keyOf } from "./octets"
import { basicIdentity, type TsMlsGroup } from "./tsmls-group"

/** Most members of a group. */
const MAX_LEAVES = 64

/** Judged whenever a group is entered, and in every epoch that begins. */
export function checkMembers(group: TsMlsGroup, surroundings: Surroundings): void {
  checkClients(group, surroundings)
  checkCapabilities(group)
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
