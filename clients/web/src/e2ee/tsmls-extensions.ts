/** Extensions of a group (RFC 9420 §11.1, §12.1.7, §12.1.8.1, §13.4). */

import type { Capabilities, Extension } from "ts-mls"
import { decodeExternalSenders } from "ts-mls/externalSender.js"
import { decodeRequiredCapabilities, type RequiredCapabilities } from "ts-mls/requiredCapabilities.js"
import { EngineError, type Surroundings } from "./engine"
import { basicIdentity } from "./tsmls-group"

const SIGNATURE_KEY_BYTES = 32

/** Each belongs to a group, can be read, and names only senders that are accepted. */
export async function checkExtensions(extensions: readonly Extension[], surroundings: Surroundings): Promise<void> {
  for (const { extensionType, extensionData } of extensions) {
    if (extensionType === "ratchet_tree" || extensionType === "external_pub") {
      throw new EngineError("refused", "extension does not belong in a GroupContext")
    }
    if (extensionType === "required_capabilities") readRequired(extensionData)
    if (extensionType === "external_senders") await checkSenders(extensionData, surroundings)
  }
}

function readRequired(data: Uint8Array): RequiredCapabilities {
  const decoded = decodeRequiredCapabilities(data, 0)
  if (decoded === undefined || decoded[1] !== data.length) {
    throw new EngineError("malformed", "required_capabilities cannot be read")
  }
  return decoded[0]
}

/** §5.3.1: the authentication service accepts everybody who may propose from outside. */
async function checkSenders(data: Uint8Array, surroundings: Surroundings): Promise<void> {
  for (const { credential, signaturePublicKey } of decodeExternalSenders(data)) {
    const accepted =
      signaturePublicKey.length === SIGNATURE_KEY_BYTES &&
      (await surroundings.validateCredential(basicIdentity(credential), signaturePublicKey))
    if (!accepted) throw new EngineError("refused", "external sender is not accepted")
  }
}

/** Whether a member supports what a group with these extensions uses (§7.2). */
export function supports(capabilities: Capabilities, extensions: readonly Extension[]): boolean {
  // Those with a name are defaults, which are never listed.
  const used = extensions.map(({ extensionType }) => extensionType).filter((type) => typeof type === "number")
  const required = extensions.find(({ extensionType }) => extensionType === "required_capabilities")
  const needed = required && readRequired(required.extensionData)
  return (
    used.every((type) => capabilities.extensions.includes(type)) &&
    (needed === undefined ||
      (needed.extensionTypes.every((type) => capabilities.extensions.includes(type)) &&
        needed.proposalTypes.every((type) => capabilities.proposals.includes(type)) &&
        needed.credentialTypes.every((type) => capabilities.credentials.includes(type))))
  )
}
