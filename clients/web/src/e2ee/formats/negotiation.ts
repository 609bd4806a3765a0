/**
 * Which cipher suite a group gets. A group has one suite for its life, and every device
 * has to support it: the choice is made when a group begins, from the KeyPackages at hand,
 * and again only by a ReInit, which never gives up what was reached.
 */

import { isDowngrade, X25519_AES128GCM, X25519_CHACHA20POLY1305, XWING_AES128GCM } from "../suites"
import { FormatError } from "./errors"

/** Best first: what withstands quantum computers, then what hardware speeds up. */
export const PREFERENCE: readonly number[] = [XWING_AES128GCM, X25519_AES128GCM, X25519_CHACHA20POLY1305]

/** What one KeyPackage says of suites. */
export interface SuiteOffer {
  /** The suite that the package is for. */
  readonly suite: number
  /** What its leaf's capabilities list, signed by the device (RFC 9420 §7.2). */
  readonly listed: readonly number[]
}

/**
 * The best suite that every device offers; each of `offers` is what one device does.
 * Unknown numbers are passed over. `mls.state.no_common_suite`.
 */
export function negotiate(offers: readonly Iterable<number>[]): number {
  const best = bestOf(offers)
  if (best === undefined) {
    throw new FormatError("mls.state.no_common_suite", "the devices have no cipher suite in common")
  }
  return best
}

/**
 * The suite that a group should move to: `current` unless there is a stronger one that all
 * offer. Suites of equal strength are no reason to move.
 */
export function upgrade(current: number, offers: readonly Iterable<number>[]): number {
  const best = bestOf(offers)
  return best !== undefined && isDowngrade(best, current) ? best : current
}

/** The suites that one device offers by its KeyPackages. */
export function offered(packages: readonly SuiteOffer[]): Set<number> {
  return new Set(packages.map(({ suite }) => suite))
}

/**
 * The suites that a device supports but for which no KeyPackage came. Capabilities are
 * signed by the device, the choice of packages is the server's: one that keeps the strong
 * ones back could force a weak group on its members.
 */
export function withheld(packages: readonly SuiteOffer[]): Set<number> {
  const came = offered(packages)
  const listed = new Set(packages.flatMap((each) => each.listed))
  return new Set(PREFERENCE.filter((suite) => listed.has(suite) && !came.has(suite)))
}

function bestOf(offers: readonly Iterable<number>[]): number | undefined {
  const sets = offers.map((offer) => new Set(offer))
  return PREFERENCE.find((suite) => sets.every((offer) => offer.has(suite)))
}
