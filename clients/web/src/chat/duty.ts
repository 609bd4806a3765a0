/**
 * What a group owes to the device lists of its members, before anything else is sent.
 *
 * A device that its account does not list any more must not read on, so its leaf is
 * removed; a device of one's own that is listed and not there yet is added. Nothing of
 * this is planned and stored: it is what the group and the lists say at this moment, so
 * a crash, a lost answer or somebody who was faster leave nothing to clean up.
 */

import { type Leaf, Leaves } from "./leaves"

/** The devices of an account's checked list; undefined if none is known. */
export type ListedDevices = (account: string) => ReadonlySet<string> | undefined

/** The change that a group owes. */
export interface Duty {
  readonly add: Leaves
  readonly remove: Leaves
}

export const NO_DUTY: Duty = { add: new Leaves(), remove: new Leaves() }

export function isOwed(duty: Duty): boolean {
  return duty.add.size + duty.remove.size > 0
}

/**
 * What the group with these leaves owes, as the device `own` knows the lists.
 *
 * Whoever loses their only telephone has not left: their next device is added with the
 * commit that removes it. While there is none to add, it cannot be removed, and `remove`
 * names it all the same. `absent` devices have no KeyPackage at the moment; `unjudged`
 * leaves may be on a newer list than the one that is known.
 */
export function dutyOf(
  own: Leaf,
  leaves: Leaves,
  listed: ListedDevices,
  absent: ReadonlySet<string> = new Set(),
  unjudged: Leaves = new Leaves(),
): Duty {
  const ownLeaf = new Leaves([own])
  const revoked = leaves
    .without(ownLeaf)
    .without(unjudged)
    .filter((leaf) => isUnlisted(leaf, listed))
  const staying = leaves.without(revoked).accounts
  const lost = [...revoked.accounts].filter((account) => !staying.has(account))
  const joining = [own.account, ...lost].flatMap((account) =>
    [...(listed(account) ?? [])].filter((device) => !absent.has(device)).map((device) => ({ account, device })),
  )
  // Revoked itself: the others remove it.
  if (isUnlisted(own, listed)) return NO_DUTY
  return { add: new Leaves(joining).without(leaves).without(ownLeaf), remove: revoked }
}

/** Accounts that the removal would put out, because none of their devices comes. */
export function stranded(duty: Duty, leaves: Leaves): ReadonlySet<string> {
  const after = leaves.without(duty.remove).with(duty.add).accounts
  return new Set([...duty.remove.accounts].filter((account) => !after.has(account)))
}

/** Whether the list that is known does not name the device of a leaf. */
export function isUnlisted({ account, device }: Leaf, listed: ListedDevices): boolean {
  const known = listed(account)
  return known !== undefined && !known.has(device)
}
