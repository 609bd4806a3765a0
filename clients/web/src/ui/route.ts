/**
 * Which screen an address names.
 *
 * Routes stand behind `#`, so that no log on the way to the server says which
 * conversation somebody opened or which invitation they hold.
 */

export const CONVERSATION_PARTS = ["talk", "at", "people", "safety", "session", "plan", "call", "report"] as const
export const SETTINGS_PARTS = [
  "all",
  "devices",
  "key",
  "passkeys",
  "recovery",
  "privacy",
  "sharing",
  "data",
  "recording",
  "server",
  "about",
] as const
/** Of credentials: to apply, what is held, applications of others, and what others hold. */
export const CREDENTIAL_PARTS = ["apply", "credentials", "review", "holders"] as const
/** To find a mentor, what is known for that, to be one, and what a run proposes. */
export const MATCH_PARTS = ["find", "data", "offer", "queue"] as const
/** Of rewards: one's own, what two people decide, and by what is paid. */
export const REWARD_PARTS = ["own", "decide", "packs"] as const
/** Of webhooks: every endpoint, another one, and what was done to them. */
export const HOOK_PARTS = ["all", "add", "log"] as const
/** "called": from a notice of the browser. */
export const DESK_PARTS = [
  "all",
  "called",
  "case",
  "follow-ups",
  "board",
  "rota",
  "override",
  "overrides",
  "policy",
  "audit",
] as const
/** Parts that are about one case. */
const OF_CASE: readonly string[] = ["case", "override"]
export type ConversationPart = (typeof CONVERSATION_PARTS)[number]
export type SettingsPart = (typeof SETTINGS_PARTS)[number]
export type CredentialPart = (typeof CREDENTIAL_PARTS)[number]
export type MatchPart = (typeof MATCH_PARTS)[number]
export type RewardPart = (typeof REWARD_PARTS)[number]
export type HookPart = (typeof HOOK_PARTS)[number]
export type DeskPart = (typeof DESK_PARTS)[number]

export type Route =
  | { readonly screen: "home" | "new" | "search" | "plan" }
  | { readonly screen: "invite"; readonly code: string }
  /** From a notice of the browser. */
  | { readonly screen: "notice"; readonly name: string }
  | {
      readonly screen: "conversation"
      readonly id: string
      readonly part: ConversationPart
      /** The message that the part is about. */
      readonly message: string | undefined
    }
  | { readonly screen: "settings"; readonly part: SettingsPart }
  /** `id`: the application that it is about; empty for the list of all. */
  | { readonly screen: "credentials"; readonly part: CredentialPart; readonly id: string }
  | { readonly screen: "mentor"; readonly part: MatchPart }
  | { readonly screen: "rewards"; readonly part: RewardPart }
  | { readonly screen: "hooks"; readonly part: HookPart }
  /** Of those who answer people in a crisis; `held`: the case that the part is about. */
  | { readonly screen: "desk"; readonly part: DeskPart; readonly held: string }

const HOME: Route = { screen: "home" }

/** The screen of `location.hash`; the home screen for what names none. */
export function parse(hash: string): Route {
  const [first, second, third, fourth] = hash.startsWith("#/") ? hash.slice(2).split("/").map(decoded) : []
  switch (first) {
    case "new":
    case "search":
    case "plan":
      return { screen: first }
    case "invite":
      return second ? { screen: "invite", code: second } : HOME
    case "n":
      return second ? { screen: "notice", name: second } : HOME
    case "settings": {
      const part = SETTINGS_PARTS.find((each) => each === (second ?? "all"))
      return part ? { screen: "settings", part } : HOME
    }
    case "credentials":
    case "holders":
      return { screen: "credentials", part: first, id: "" }
    case "apply":
    case "review":
      return { screen: "credentials", part: first, id: second ?? "" }
    case "mentor": {
      const part = MATCH_PARTS.find((each) => each === (second ?? "find"))
      return part ? { screen: "mentor", part } : HOME
    }
    case "rewards": {
      const part = REWARD_PARTS.find((each) => each === (second ?? "own"))
      return part ? { screen: "rewards", part } : HOME
    }
    case "hooks": {
      const part = HOOK_PARTS.find((each) => each === (second ?? "all"))
      return part ? { screen: "hooks", part } : HOME
    }
    case "desk": {
      const part = DESK_PARTS.find((each) => each === (second ?? "all"))
      return part && OF_CASE.includes(part) === (third !== undefined)
        ? { screen: "desk", part, held: third ?? "" }
        : HOME
    }
    case "c": {
      const part = CONVERSATION_PARTS.find((each) => each === (third ?? "talk"))
      return second && part ? { screen: "conversation", id: second, part, message: fourth } : HOME
    }
    default:
      return HOME
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return ""
  }
}
