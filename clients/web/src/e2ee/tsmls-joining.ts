/** Which of our KeyPackages a Welcome is for, and whether its group continues another. */

import type { ClientConfig, KeyPackage, PreSharedKeyID, Welcome } from "ts-mls"
import type { CiphersuiteImpl } from "ts-mls/crypto/ciphersuite.js"
import type { PskIndex } from "ts-mls/pskIndex.js"
import { type Bytes, EngineError, type Member, type OwnKeyPackage, type Surroundings } from "./engine"
import { equal, keyOf } from "./octets"
import { basicIdentity, memberOf, type TsMlsGroup } from "./tsmls-group"
import { keyPackageRef, readKeyPackage } from "./tsmls-wire"

/** Our KeyPackage that a Welcome is for (§12.4.3.1). */
export async function addressed(
  welcome: Welcome,
  keyPackages: readonly OwnKeyPackage[],
  cs: CiphersuiteImpl,
): Promise<[OwnKeyPackage, KeyPackage]> {
  for (const candidate of keyPackages) {
    const keyPackage = readKeyPackage(candidate.message)
    const reference = await keyPackageRef(keyPackage, cs)
    if (welcome.secrets.some((secret) => equal(secret.newMember, reference))) return [candidate, keyPackage]
  }
  throw new EngineError("refused", "Welcome is for none of the KeyPackages")
}

/**
 * A group continues another by its resumption PSK: after a ReInit with all members
 * (§11.2), in a branch with some of them, the same suite and another id (§11.3).
 * What a ReInit calls for, ts-mls compares.
 */
export function checkSuccession(
  before: TsMlsGroup,
  after: TsMlsGroup,
  psks: readonly PreSharedKeyID[],
  surroundings: Surroundings,
): void {
  const reinit = before.standing === "ended"
  const usage = reinit ? "reinit" : "branch"
  const bonds = psks.filter(
    (psk) => psk.psktype === "resumption" && psk.usage === usage && equal(psk.pskGroupId, before.groupId),
  )
  if (bonds.length !== 1) throw new EngineError("refused", "group does not continue the one before")
  if (!reinit && (after.suite !== before.suite || equal(after.groupId, before.groupId))) {
    throw new EngineError("refused", "branch has another suite or the same id")
  }
  const clients = (group: TsMlsGroup) =>
    group.leaves().map(([, leaf]) => keyOf(surroundings.clientOf(basicIdentity(leaf.credential))))
  const old = new Set(clients(before))
  const now = clients(after)
  const complete = !reinit || now.length === old.size
  if (!complete || now.some((one) => !old.has(one))) throw new EngineError("refused", "members are not those of before")
}

/**
 * A configuration that notes whose credential is judged first: ts-mls begins with the
 * signer of the GroupInfo.
 */
export function notingSigner(config: ClientConfig, seen: Bytes[]): ClientConfig {
  return {
    ...config,
    authService: {
      validateCredential: (credential, signatureKey) => {
        seen.push(basicIdentity(credential))
        return config.authService.validateCredential(credential, signatureKey)
      },
    },
  }
}

/** Who invited, by what `notingSigner` noted. */
export function inviterOf(group: TsMlsGroup, seen: readonly Bytes[]): Member {
  const [first] = seen
  const found = group.leaves().find(([, leaf]) => first !== undefined && equal(basicIdentity(leaf.credential), first))
  if (found === undefined) throw new EngineError("refused", "nobody in the group signed the GroupInfo")
  return memberOf(...found)
}

/** A PSK index that notes what is looked up. */
export function noting(index: PskIndex, seen: PreSharedKeyID[]): PskIndex {
  return {
    findPsk: (id) => {
      seen.push(id)
      return index.findPsk(id)
    },
  }
}
