/** What a draft still lacks before it can be handed in. */

import type { Need } from "./application-models"

type Asked = Pick<Need, "way" | "optional" | "state">

/** Whether it is for whoever applies to do something about a point. */
export function isLacking({ way, optional, state }: Asked): boolean {
  return !optional && way !== "lookup" && state !== "given" && state !== "met"
}

/** Points of one group under one name, in the order of the pack. */
export function grouped<Each extends Pick<Need, "group">>(
  needs: readonly Each[],
): readonly (readonly [string | undefined, readonly Each[]])[] {
  const groups = new Map<string | undefined, Each[]>()
  for (const need of needs) groups.set(need.group, [...(groups.get(need.group) ?? []), need])
  return [...groups]
}
