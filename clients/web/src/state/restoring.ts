/** A device of an account that comes back to a new browser; loaded when somebody asks for it. */

import { enrol } from "../account/enrol"
import { openByPasskey } from "../account/own-passkey"
import { openByPassphrase } from "../account/own-passphrase"
import type { Identity } from "../account/identity"
import type { Sealing } from "../account/locking"
import { openByWords } from "../account/restore"
import type { Stretch } from "../e2ee/formats/argon2"
import type { Rng } from "../e2ee/formats/requests"
import type { Vault } from "../store/vault"
import type { ComeBack } from "./models"

/** Enrols the device; what brought the account back seals it, unless that were words. */
export async function restore(
  vault: Vault,
  origin: string,
  by: ComeBack,
  stretch: Stretch,
  random: Rng,
): Promise<{ readonly identity: Identity; readonly sealing: Sealing | undefined }> {
  const { record, sealing } = await found(origin, by, stretch)
  return { identity: await enrol(vault, origin, record, Date.now, random), sealing }
}

async function found(origin: string, by: ComeBack, stretch: Stretch) {
  if (by.kind === "words") return { ...(await openByWords(origin, by.words, stretch)), sealing: undefined }
  if (by.kind === "passkey") {
    const { record, passkey } = await openByPasskey(origin, stretch)
    return { record, sealing: passkey satisfies Sealing }
  }
  const { handle, passphrase } = by
  return { record: await openByPassphrase(origin, handle, passphrase, stretch), sealing: { passphrase } }
}
