/** Everything that the server keeps about this account, and the end of it (`account_export`). */

import { Accounts } from "../protocol/accounts"
import { Refused } from "../protocol/errors"
import type { Device } from "./device"
import { usePasskey } from "./passkey"
import { prove } from "./proof"
import type { SignInSource } from "./sign-in"

/** The rows of the server as JSON. Throws `ClientError` (`passkey_unusable`), `Refused`, `NotConnected`. */
export function rowsOfServer(device: Device, source: SignInSource): Promise<string> {
  return freshly(device, source, (accounts, token) => accounts.exportAccount(token))
}

/** Ends the account for good. Throws as `rowsOfServer`; an answer that was lost is given again. */
export function endAccount(device: Device, source: SignInSource): Promise<void> {
  return freshly(device, source, (accounts, token) => accounts.deleteAccount(token))
}

/** Does what needs a fresh proof; the server's refusal says which. */
async function freshly<T>(
  { identity }: Device,
  source: SignInSource,
  act: (accounts: Accounts, token: string) => Promise<T>,
): Promise<T> {
  const accounts = new Accounts(identity.origin)
  const token = await source.token(false)
  try {
    return await act(accounts, token)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    if (error.code === "device_proof_required") await prove(identity, token)
    else if (error.code === "passkey_required") await verify(accounts, token)
    else throw error
  }
  return act(accounts, token)
}

async function verify(accounts: Accounts, token: string): Promise<void> {
  const { ceremony, options } = await accounts.beginPasskeyUse()
  const asked = JSON.parse(options) as PublicKeyCredentialRequestOptionsJSON
  const { credential } = await usePasskey(PublicKeyCredential.parseRequestOptionsFromJSON(asked))
  await accounts.verifyByPasskey(token, { ceremony, credential })
}
