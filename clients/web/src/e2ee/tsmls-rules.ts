/** What one proposal may break alone (RFC 9420 §12.1), whoever makes it. */

import type { Proposal } from "ts-mls"
import { EngineError, type Surroundings } from "./engine"
import { isUsable } from "./public-keys"
import { isDowngrade, suiteId } from "./suites"
import { checkExtensions } from "./tsmls-extensions"
import type { TsMlsGroup } from "./tsmls-group"

/** `Nh` of every suite here. */
const HASH_BYTES = 32

/** The rules that need nobody outside; `founding` is the commit that continues another group. */
export function checkProposal(group: TsMlsGroup, proposal: Proposal, founding = false): void {
  checkNoDowngrade(group, proposal)
  checkKeys(group, proposal)
  checkPsk(proposal, founding)
}

/** §12.1.5, §12.1.7: what a proposal wants a group to be extended by. */
export async function checkProposedExtensions(proposal: Proposal, surroundings: Surroundings): Promise<void> {
  if (proposal.proposalType === "group_context_extensions")
    await checkExtensions(proposal.groupContextExtensions.extensions, surroundings)
  if (proposal.proposalType === "reinit") await checkExtensions(proposal.reinit.extensions, surroundings)
}

/** A ReInit leads to a suite that we speak, and gives up no confidentiality. */
function checkNoDowngrade(group: TsMlsGroup, proposal: Proposal): void {
  if (proposal.proposalType !== "reinit") return
  const next = suiteId(proposal.reinit.cipherSuite)
  if (next === undefined || isDowngrade(group.suite, next)) {
    throw new EngineError("refused", "ReInit to a weaker cipher suite")
  }
}

/** §5.1.1: something can be sealed to who is added, and to whose keys are renewed. */
function checkKeys(group: TsMlsGroup, proposal: Proposal): void {
  const keys =
    proposal.proposalType === "add"
      ? [proposal.add.keyPackage.initKey, proposal.add.keyPackage.leafNode.hpkePublicKey]
      : proposal.proposalType === "update"
        ? [proposal.update.leafNode.hpkePublicKey]
        : []
  if (!keys.every((key) => isUsable(group.suite, key))) throw new EngineError("refused", "a key cannot be used")
}

/** §8.4, §12.1.4: a PSK has a nonce of `Nh` octets, and continues a group only where one begins. */
function checkPsk(proposal: Proposal, founding: boolean): void {
  if (proposal.proposalType !== "psk") return
  const id = proposal.psk.preSharedKeyId
  if (id.pskNonce.length !== HASH_BYTES) throw new EngineError("refused", "PSK nonce has the wrong length")
  if (id.psktype === "resumption" && id.usage !== "application" && !founding)
    throw new EngineError("refused", "resumption PSK usage is not application")
}
