/** From a planned change of members to the proposals of its commit. */

import { leafOf } from "../account/trust"
import type { CryptoEngine, Group, Proposal } from "../e2ee/engine"
import type { DeclaredChange } from "../e2ee/formats/declared"
import { idBytes } from "../account/ids"
import { readPackage } from "../e2ee/tsmls-outside"
import { Leaves } from "./leaves"
import type { Outgoing } from "./records"

/** What of a plan is not done so far. */
export interface Outstanding {
  /** To be added, with every device that has a KeyPackage. */
  readonly accounts: ReadonlySet<string>
  /** To be added by themselves. */
  readonly devices: Leaves
  readonly removed: Leaves
}

export function isOutstanding({ accounts, devices, removed }: Outstanding): boolean {
  return accounts.size + devices.size + removed.size > 0
}

type Plan = Pick<Outgoing, "add" | "remove" | "addDevices" | "removeDevices">

/** What a plan still asks for in a group with these leaves. */
export function outstanding(plan: Plan, leaves: Leaves): Outstanding {
  const there = leaves.accounts
  const goes = new Leaves(plan.removeDevices)
  return {
    accounts: new Set(plan.add.filter((account) => !there.has(account))),
    devices: new Leaves(plan.addDevices).without(leaves),
    removed: leaves.filter((leaf) => plan.remove.includes(leaf.account) || goes.has(leaf)),
  }
}

/** Removes of the leaves that go, Adds of the devices that come; `packages` are `MLSMessage`s. */
export function proposalsFor(
  engine: Pick<CryptoEngine, "members">,
  group: Group,
  change: Outstanding,
  packages: readonly Uint8Array[],
): Proposal[] {
  const gone = engine
    .members(group)
    .filter((member) => change.removed.has(leafOf(member.identity)))
    .map(({ leafIndex }): Proposal => ({ kind: "remove", leafIndex }))
  const come = packages.filter((message) => {
    const leaf = leafOf(readPackage(message).identity)
    return change.devices.has(leaf) || change.accounts.has(leaf.account)
  })
  return [...gone, ...come.map((keyPackage): Proposal => ({ kind: "add", keyPackage }))]
}

/** How `authenticated_data` names the members that a commit adds or removes. */
export function declare(leaves: Leaves): DeclaredChange[] {
  return Array.from(leaves, ({ account, device }) => ({ accountId: idBytes(account), deviceId: idBytes(device) }))
}
