/** KeyPackages of this device (RFC 9420 §10), made by ts-mls. */

import { type Extension, generateKeyPackageWithKey, type KeyPackage, type PrivateKeyPackage } from "ts-mls"
import type * as Engine from "./engine"
import { SUITE_NAMES } from "./suites"
import * as wire from "./tsmls-wire"
import { primitives } from "./tsmls-wire"

/** Extension types: of a last-resort KeyPackage (§16.8), and of our groups. */
const LAST_RESORT = 0x000a
const MV_GROUP = 0xf0a0
const NONE = new Uint8Array()
const LIFETIME_BEFORE_SECONDS = 3_600
const LIFETIME_AFTER_SECONDS = 30 * 86_400

/** One to publish, with what stays here. */
export async function makeKeyPackage(
  identity: Engine.Identity,
  surroundings: Engine.Surroundings,
  suite: Engine.SuiteId,
  lastResort: boolean,
): Promise<Engine.OwnKeyPackage> {
  const marks = lastResort ? wire.toExtensions([{ type: LAST_RESORT, data: NONE }]) : []
  const { publicPackage, privatePackage } = await generate(identity, surroundings, suite, marks)
  return {
    suite,
    ref: await wire.keyPackageRef(publicPackage, await primitives(suite)),
    lastResort,
    message: wire.writeMessage({
      version: "mls10",
      wireformat: "mls_key_package",
      keyPackage: publicPackage,
    }),
    initPrivate: privatePackage.initPrivateKey,
    encryptionPrivate: privatePackage.hpkePrivateKey,
  }
}

/** A leaf with the capabilities and the lifetime of ours, in a KeyPackage. */
export async function generate(
  identity: Engine.Identity,
  surroundings: Engine.Surroundings,
  suite: Engine.SuiteId,
  extensions: Extension[] = [],
): Promise<{ publicPackage: KeyPackage; privatePackage: PrivateKeyPackage }> {
  const now = surroundings.now()
  return generateKeyPackageWithKey(
    { credentialType: "basic", identity: identity.identity },
    {
      versions: ["mls10"],
      ciphersuites: [...SUITE_NAMES],
      extensions: [LAST_RESORT, MV_GROUP],
      proposals: [],
      credentials: ["basic"],
    },
    {
      notBefore: BigInt(now - LIFETIME_BEFORE_SECONDS),
      notAfter: BigInt(now + LIFETIME_AFTER_SECONDS),
    },
    extensions,
    { signKey: identity.signaturePrivate, publicKey: identity.signaturePublic },
    await primitives(suite),
  )
}
