/** What a registered device is sealed with; loaded once there is one to seal. */

import { Device } from "../account/device"
import type { Sealing } from "../account/locking"
import { putNewWay } from "../account/new-way"
import { ownPasskey } from "../account/own-passkey"
import { setPassphrase } from "../account/own-passphrase"
import { SignInSource } from "../account/sign-in"
import type { Stretch } from "../e2ee/formats/argon2"
import type { Vault } from "../store/vault"
import type { Seal } from "./models"

/**
 * The account's passkey, or the passphrase. With the first device of an account it also
 * becomes the way back to the account from a new browser: the slot is left in the vault.
 */
export async function sealingOf(vault: Vault, seal: Seal, stretch: Stretch): Promise<Sealing> {
  const device = await Device.open(vault)
  const source = new SignInSource(device)
  if (seal.kind === "passkey") return ownPasskey(device, source)
  const isFirst = device.identity.inviteCode !== ""
  if (isFirst) {
    const slot = await setPassphrase(device, source, seal.passphrase, stretch)
    await vault.write([putNewWay({ slot, passkey: "" })])
  }
  return { passphrase: seal.passphrase }
}
