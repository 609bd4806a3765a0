/**
 * Which cipher suite a new group gets: the best that every device in it offers by its
 * KeyPackages. Which packages are given is the server's choice; but each names, signed,
 * the suites of its device. Where all list a better suite and a package of it is missing,
 * it was withheld, and no group is made.
 */

import { ClientError } from "../account/errors"
import { leafOf } from "../account/trust"
import { negotiate, offered, withheld } from "../e2ee/formats/negotiation"
import { type PackageHeader, readPackage } from "../e2ee/tsmls-outside"
import { isDowngrade } from "../e2ee/suites"
import { keyOf } from "./leaves"

/** The suite of this device, which offers `own`, and of `packages`, and those of them to add with. */
export function choose(
  own: readonly number[],
  packages: readonly Uint8Array[],
): { readonly suite: number; readonly chosen: Uint8Array[] } {
  const byDevice = new Map<string, PackageHeader[]>()
  const read = packages.map((message) => ({ message, header: readPackage(message) }))
  for (const { header } of read) {
    const device = keyOf(leafOf(header.identity))
    byDevice.set(device, [...(byDevice.get(device) ?? []), header])
  }
  const devices = [...byDevice.values()]
  const suite = negotiate([own, ...devices.map(offered)])
  const listed = devices.map((of) => [...offered(of), ...withheld(of)])
  if (isDowngrade(negotiate([own, ...listed]), suite)) {
    throw new ClientError("client.suite_withheld", "a device supports better encryption than it offers here")
  }
  return { suite, chosen: read.filter(({ header }) => header.suite === suite).map(({ message }) => message) }
}
