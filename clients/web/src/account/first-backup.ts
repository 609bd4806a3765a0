/**
 * The first backup of an account, kept until the server is known to have it: whoever
 * closed the page meanwhile sends the very same octets again, and the server takes them
 * for the same. Later ones need no such care, since the server is asked before what it has.
 */

import * as s from "../protocol/shape"
import type { Put, Vault } from "../store/vault"
import { BackupAccess } from "./kept"
import { getRecord, putRecord } from "./stored"

const SPACE = "first_backup"

const FirstBackup = s.struct({
  access: BackupAccess,
  envelope: s.octets,
  /** SHA-256 of the account record in it. */
  digest: s.octets,
})
export type FirstBackup = s.Of<typeof FirstBackup>

export function putFirstBackup(first: FirstBackup): Put {
  return putRecord(SPACE, first)
}

export function firstBackup(vault: Vault): Promise<FirstBackup | undefined> {
  return getRecord(vault, FirstBackup, SPACE)
}

/** The server has it, or another one. */
export function dropFirstBackup(): Put {
  return { space: SPACE, value: undefined }
}
