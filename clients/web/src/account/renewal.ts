/**
 * Renews this device's credential before it ends, or when the account's key changed. The
 * account signs it anew, the server countersigns, and each group sees it with the next commit
 * that gives this leaf fresh keys.
 */

import * as credentials from "../e2ee/formats/credential"
import { equal } from "../e2ee/octets"
import { Accounts } from "../protocol/accounts"
import { Refused } from "../protocol/errors"
import type { Device } from "./device"
import { ClientError } from "./errors"
import { accountKey, deviceKey } from "./identity"
import { idBytes } from "./ids"
import { checkAnswer } from "./register"
import type { SignInSource } from "./sign-in"

/** How long before its end a credential is renewed. */
const RENEW_BEFORE_SECONDS = 60 * 86_400

/**
 * Renews the credential if it ends soon or shows an earlier key of the account; one that was refused stays as it is. Says
 * whether there is a new one. Throws `NotConnected`, or `Refused` by the server's fault:
 * to be tried again.
 */
export async function renewIfDue(
  device: Device,
  source: SignInSource,
  beforeSeconds = RENEW_BEFORE_SECONDS,
): Promise<boolean> {
  const { identity } = device
  const now = device.nowSeconds()
  const key = accountKey(identity)
  const { kind, notAfter, accountPublic } = credentials.decode(identity.credential)
  if (equal(accountPublic, key.public) && Number(notAfter) - now > beforeSeconds) return false
  const whose = { kind, accountId: idBytes(identity.account), deviceId: idBytes(identity.device) }
  const asked = credentials.sign(key, deviceKey(identity).public, whose, now)
  try {
    const token = await source.token(false)
    const { credential } = await new Accounts(identity.origin).renew(token, { credential: credentials.encode(asked) })
    checkAnswer(identity, credential, now)
    if (!equal(credentials.decode(credential).accountPublic, key.public)) return false
    await device.become({ credential })
    return true
  } catch (error) {
    if (error instanceof ClientError || (error instanceof Refused && error.fault !== "server")) return false
    throw error
  }
}
