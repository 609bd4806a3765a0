/** What stands open in a draft, and how points are put together. */

import type { Need } from "./application-models"

type Asked = Pick<Need, "optional" | "state">

/** Whether nothing that counts was given for a point yet. It may be handed in all the same: others can look. */
export function isOpen({ optional, state }: Asked): boolean {
  return !optional && state !== "given" && state !== "met"
}

/** Points of one group under one name, in the order of the pack. */
export function grouped<Each extends Pick<Need, "group">>(
  needs: readonly Each[],
): readonly (readonly [string | undefined, readonly Each[]])[] {
  const groups = new Map<string | undefined, Each[]>()
  for (const need of needs) groups.set(need.group, [...(groups.get(need.group) ?? []), need])
  return [...groups]
}
