/**
 * Which key does what at the desk (WCAG 2.1.4: single keys can be turned off or changed).
 *
 * A key is what the browser calls it: one character, as the person's own keyboard writes
 * it. An action may have none. No key does two things.
 */

export const ACTIONS = ["help", "desk", "follow_ups", "board", "accept", "decline", "mute"] as const
export type Action = (typeof ACTIONS)[number]
/** The character of each action; "" for none. */
export type Keys = Readonly<Record<Action, string>>

export const USUAL_KEYS: Keys = {
  ...{ help: "?", desk: "d", follow_ups: "f", board: "b" },
  ...{ accept: "a", decline: "x", mute: "m" },
}

/** What becomes of a wish: other keys, or who has that key already, or that it cannot be one. */
export type Changed = { readonly keys: Keys } | { readonly taken: Action } | { readonly unusable: true }

/** What a key does; undefined if it does nothing here. */
export function actionOf(keys: Keys, pressed: string): Action | undefined {
  return pressed === "" ? undefined : ACTIONS.find((each) => keys[each] === pressed)
}

/** The keys with another one for an action; "" takes it away. */
export function withKey(keys: Keys, action: Action, key: string): Changed {
  if (key !== "" && !isUsable(key)) return { unusable: true }
  const taken = actionOf(keys, key)
  if (taken !== undefined && taken !== action) return { taken }
  return { keys: { ...keys, [action]: key } }
}

/** The keys as they were stored; the usual ones if two actions would share one. */
export function keysFrom(stored: ReadonlyMap<string, string>): Keys {
  let keys: Keys = NO_KEYS
  for (const action of ACTIONS) {
    const changed = withKey(keys, action, stored.get(action) ?? USUAL_KEYS[action])
    if (!("keys" in changed)) return USUAL_KEYS
    keys = changed.keys
  }
  return keys
}

const NO_KEYS: Keys = { help: "", desk: "", follow_ups: "", board: "", accept: "", decline: "", mute: "" }

/** A space scrolls, and whatever is more than one character is no character. */
function isUsable(key: string): boolean {
  return Array.from(key).length === 1 && /[^\s\p{C}]/u.test(key)
}
