/**
 * What a member keeps of a message besides its content, so that somebody outside the group
 * can be shown who wrote it.
 *
 * A sender signs FramedContentTBS (RFC 9420 §6.1): protocol version, wire format, group,
 * epoch, leaf, authenticated data, content and the GroupContext. With the signature, the
 * GroupContext of the epoch and the sender's LeafNode a message can be shown to others
 * later, without any key of the group. Who verifies is the safety team, not a browser.
 */
export interface Evidence {
  readonly epoch: bigint
  readonly leafIndex: number
  readonly authenticatedData: Uint8Array
  /** Over FramedContentTBS. */
  readonly signature: Uint8Array
  /** Encoded GroupContext of the epoch. */
  readonly groupContext: Uint8Array
  /** Encoded LeafNode of the sender in the epoch. */
  readonly leafNode: Uint8Array
}
