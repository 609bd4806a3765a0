/**
 * From recovery words to a device of the account.
 *
 * The words find the envelope and open it. Its record must carry the account's signature
 * and name this server and its log. What is made of it is a new device with keys of its
 * own: the account's key signs it, and everybody sees it join (`enrol`).
 *
 * A device that knows nothing cannot tell by itself that it was given an old backup. The
 * account's device list can: `isDated` says that the list in the backup is not the newest
 * one. The log shows that list too, once the device is connected.
 */

import type { AccountRecord } from "../e2ee/formats/account-record"
import type { Stretch } from "../e2ee/formats/argon2"
import { openBackup } from "../e2ee/formats/backup"
import { signatureKeyPair } from "../e2ee/formats/ed25519"
import { FormatError } from "../e2ee/formats/errors"
import { wordsSecret } from "../e2ee/formats/key-slots"
import { lookupSecret, toEntropy } from "../e2ee/formats/words"
import { Accounts } from "../protocol/accounts"
import { Refused } from "../protocol/errors"
import { listOf, newestList } from "./enrol"
import { ClientError } from "./errors"
import { idText } from "./ids"
import { checkServer, settingsOf } from "./kept"
import { serverInfo } from "./register"

/** What a backup holds, as far as a person wants to know. */
export interface Opened {
  readonly record: AccountRecord
  readonly handle: string
  /** Whether the account's devices changed after it was written. */
  readonly isDated: boolean
}

/**
 * The backup that recovery words find on a server. Throws `FormatError` (`words.…`): they
 * are not 24 words that belong together; `ClientError`: `backup_not_opened` (none for
 * them, or not a sound one), `untrusted_server`; `Refused`, `NotConnected`.
 */
export async function openByWords(origin: string, words: string, stretch: Stretch): Promise<Opened> {
  const entropy = await toEntropy(words)
  const accounts = new Accounts(origin)
  const record = await opened(await envelopeFor(accounts, entropy), entropy, stretch)
  const settings = settingsOf(record)
  checkServer(settings, await serverInfo(origin))
  const accountPublic = signatureKeyPair(record.accountPrivate).public
  const kept = listOf(record)
  const newest = await newestList(accounts, idText(record.accountId), accountPublic, kept)
  return { record, handle: settings.handle, isDated: newest.counter > (kept?.counter ?? 0n) }
}

async function envelopeFor(accounts: Accounts, entropy: Uint8Array): Promise<Uint8Array> {
  try {
    return await accounts.fetchBackup({ lookup: lookupSecret(entropy) })
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "not_found") throw error
    throw new ClientError("client.backup_not_opened", "this server has no backup for these words")
  }
}

async function opened(envelope: Uint8Array, entropy: Uint8Array, stretch: Stretch): Promise<AccountRecord> {
  try {
    return (await openBackup(envelope, wordsSecret(entropy), { accountPublic: undefined }, stretch)).record
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    throw new ClientError("client.backup_not_opened", `this is no sound backup (${error.code})`)
  }
}
