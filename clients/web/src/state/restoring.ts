/** A device of an account by its recovery words; loaded when somebody asks for it. */

import { enrol } from "../account/enrol"
import type { Identity } from "../account/identity"
import { openByWords } from "../account/restore"
import type { Stretch } from "../e2ee/formats/argon2"
import type { Rng } from "../e2ee/formats/requests"
import type { Vault } from "../store/vault"

export async function restore(
  vault: Vault,
  origin: string,
  words: string,
  stretch: Stretch,
  random: Rng,
): Promise<Identity> {
  const { record } = await openByWords(origin, words, stretch)
  return enrol(vault, origin, record, Date.now, random)
}
