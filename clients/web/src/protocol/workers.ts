/**
 * Starting workers. Their addresses are the only strings of ours that become code, so
 * they alone pass through the page's one Trusted Types policy.
 */

interface Policy {
  createScriptURL(url: string): string
}

interface TrustedTypes {
  createPolicy(name: string, rules: Policy): Policy
}

/** The address of a script of this very site, fit to be run. Throws `TypeError` for any other. */
export function trustedScriptUrl(url: string): string {
  return (policy ??= makePolicy()).createScriptURL(url)
}

/** A module worker of this very site. */
export function startWorker(url: string): Worker {
  return new Worker(trustedScriptUrl(url), { type: "module" })
}

let policy: Policy | undefined

/** Browsers without Trusted Types (none of them enforces the header) take the checked string. */
function makePolicy(): Policy {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
  const rules = { createScriptURL: ownScript }
  return trustedTypes?.createPolicy("mv-worker", rules) ?? rules
}

function ownScript(url: string): string {
  const whole = new URL(url, location.origin)
  if (whole.origin !== location.origin || !whole.pathname.endsWith(".js")) throw new TypeError("not a script of ours")
  return whole.href
}
