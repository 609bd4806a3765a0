/** What proves to somebody outside a group that this device wrote a message (RFC 9420 §6.1). */

import type { CiphersuiteImpl } from "ts-mls/crypto/ciphersuite.js"
import { signFramedContentApplicationOrProposal } from "ts-mls/framedContent.js"
import { encodeGroupContext } from "ts-mls/groupContext.js"
import { encodeLeafNode } from "ts-mls/leafNode.js"
import { type Bytes, EngineError, type Proof } from "./engine"
import type { TsMlsGroup } from "./tsmls-group"

/**
 * The proof of application data that was just protected in `group`. Ed25519 gives one
 * signature for one text (RFC 8032 §5.1.6), so that this is the one inside the message.
 */
export async function proofOf(
  group: TsMlsGroup,
  applicationData: Bytes,
  authenticatedData: Bytes,
  cs: CiphersuiteImpl,
): Promise<Proof> {
  const { groupContext, signaturePrivateKey } = group.state
  const leaf = group.leaf(group.ownLeaf)
  if (leaf === undefined) throw new EngineError("not_active", "no leaf to write from")
  const { signature } = await signFramedContentApplicationOrProposal(
    signaturePrivateKey,
    {
      protocolVersion: groupContext.version,
      wireformat: "mls_private_message",
      content: {
        contentType: "application",
        applicationData,
        groupId: groupContext.groupId,
        epoch: groupContext.epoch,
        sender: { senderType: "member", leafIndex: group.ownLeaf },
        authenticatedData,
      },
      senderType: "member",
      context: groupContext,
    },
    cs,
  )
  return { signature, groupContext: encodeGroupContext(groupContext), leafNode: encodeLeafNode(leaf) }
}

/** Length of the longest part that such proofs of this epoch have. */
export function longestPart(group: TsMlsGroup): number {
  const leaves = group.leaves().map(([, leaf]) => encodeLeafNode(leaf).length)
  return Math.max(encodeGroupContext(group.state.groupContext).length, ...leaves)
}
