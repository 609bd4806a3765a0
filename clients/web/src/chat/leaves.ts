/** The devices in a group, by account and device. */

import { type Leaf, leafOf } from "../account/trust"
import type { CryptoEngine, Group, Member } from "../e2ee/engine"
import * as s from "../protocol/shape"

export type { Leaf }
export const LeafShape = s.struct({ account: s.text, device: s.text })

/** A leaf of a tree or of a KeyPackage, with what it signs with. */
export type SignedLeaf = Pick<Member, "identity" | "signatureKey">

/** An immutable set of leaves. */
export class Leaves implements Iterable<Leaf> {
  private readonly byKey: ReadonlyMap<string, Leaf>

  constructor(leaves: Iterable<Leaf> = []) {
    this.byKey = new Map(Array.from(leaves, (leaf) => [keyOf(leaf), leaf]))
  }

  /** Those of a group, as the group itself has them. */
  static of(engine: Pick<CryptoEngine, "members">, group: Group): Leaves {
    return Leaves.ofMembers(engine.members(group))
  }

  static ofMembers(members: readonly Pick<Member, "identity">[]): Leaves {
    return new Leaves(members.map(({ identity }) => leafOf(identity)))
  }

  get size(): number {
    return this.byKey.size
  }

  get accounts(): ReadonlySet<string> {
    return new Set(Array.from(this, ({ account }) => account))
  }

  [Symbol.iterator](): Iterator<Leaf> {
    return this.byKey.values()
  }

  has(leaf: Leaf): boolean {
    return this.byKey.has(keyOf(leaf))
  }

  with(others: Iterable<Leaf>): Leaves {
    return new Leaves([...this, ...others])
  }

  without(others: Leaves): Leaves {
    return this.filter((leaf) => !others.has(leaf))
  }

  filter(holds: (leaf: Leaf) => boolean): Leaves {
    return new Leaves([...this].filter(holds))
  }

  equals(other: Leaves): boolean {
    return this.size === other.size && [...this].every((leaf) => other.has(leaf))
  }

  /** How many there are of an account. */
  count(account: string): number {
    return [...this].filter((leaf) => leaf.account === account).length
  }
}

export function keyOf({ account, device }: Leaf): string {
  return `${account}/${device}`
}
