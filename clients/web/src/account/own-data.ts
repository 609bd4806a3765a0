/** Everything that the server keeps about this account, and the end of it (`account_export`). */

import type { Device } from "./device"
import { freshly } from "./proof"
import type { SignInSource } from "./sign-in"

/** The rows of the server as JSON. Throws `ClientError` (`passkey_unusable`), `Refused`, `NotConnected`. */
export function rowsOfServer(device: Device, source: SignInSource): Promise<string> {
  return freshly(device.identity, source, (accounts, token) => accounts.exportAccount(token))
}

/** Ends the account for good. Throws as `rowsOfServer`; an answer that was lost is given again. */
export function endAccount(device: Device, source: SignInSource): Promise<void> {
  return freshly(device.identity, source, (accounts, token) => accounts.deleteAccount(token))
}
