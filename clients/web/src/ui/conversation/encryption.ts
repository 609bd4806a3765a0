import type { Encryption } from "../../state/models"
import { say } from "../words"

/** How the encryption of a conversation stands, in two or three words. */
export function encryptionWords({ standing, check, newDevices, verified }: Encryption): string {
  if (standing === "broken" || standing === "frozen") return say(`standing.${standing}`)
  if (check.length > 0) return say("encryption.check")
  if (newDevices.length > 0) return say("encryption.new")
  return say(verified ? "encryption.verified" : "encryption.encrypted")
}
