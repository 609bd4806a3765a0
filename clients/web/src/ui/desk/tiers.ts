import { words } from "../words"
import { type DeskKey, say } from "./words"

const NAMED: Readonly<Record<string, DeskKey>> = {
  tier_1: "tier.1",
  tier_2: "tier.2",
  supervisor: "tier.supervisor",
  clinical_lead: "tier.clinical_lead",
  partner: "tier.partner",
}

/** What people call those whom the ladder of a policy calls by `tier_1` and so on. */
export function tierName(tier: string): string {
  const known = NAMED[tier]
  if (known !== undefined) return say(known)
  const number = /^tier_(\d+)$/.exec(tier)?.[1]
  return number === undefined
    ? tier.replaceAll("_", " ")
    : say("tier.other", { number: words().number(Number(number)) })
}
