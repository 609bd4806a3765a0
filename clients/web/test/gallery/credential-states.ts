/** Every state of the screens about credentials. */

import { signal } from "@preact/signals"
import { mine } from "./credential-parts"
import { credential, credentials, daysAway, RENEWAL, TRAINED, TRAINING } from "./credentials"
import { refused, type State } from "./state"
import { DONE, minutesAgo, never } from "./values"

const offline = () => Promise.resolve({ done: false, problem: { code: "offline", fault: "network" } } as const)
/** The first button of the first credential. */
const SHOW = "li button"

export const CREDENTIAL_STATES: Readonly<Record<string, State>> = {
  credentials: mine(() =>
    credentials(
      [
        credential(),
        credential({ credential: "k2", type: "training", level: "specialist", validUntil: undefined }),
        credential({ credential: "k3", type: "crisis", validUntil: daysAway(90) }),
      ],
      TRAINED,
    ),
  ),
  "credentials-empty": mine(() => credentials([], TRAINING)),
  "credentials-loading": mine(() => credentials(undefined, undefined, { look: () => never() })),
  "credentials-unreached": mine(() => credentials(undefined, undefined, { look: offline })),
  "credentials-offline": mine(() =>
    credentials([credential()], TRAINED, { look: offline, rememberedFrom: signal(minutesAgo(2_000)) }),
  ),
  "credentials-expiring": mine(() => credentials([credential({ validUntil: daysAway(12), renewal: RENEWAL })])),
  "credentials-renewing": mine(() =>
    credentials([
      credential({ validUntil: daysAway(0.5), renewal: { steps: RENEWAL.steps.slice(0, 1), application: "a1" } }),
    ]),
  ),
  "credentials-refused": mine(
    () =>
      credentials([credential({ validUntil: daysAway(1), renewal: RENEWAL })], undefined, {
        renew: () => refused("rate_limited"),
      }),
    { press: ["li p button"] },
  ),
  "credentials-over": mine(() =>
    credentials([
      credential({ credential: "k1", validUntil: daysAway(-3), renewal: RENEWAL }),
      credential({ credential: "k2", type: "crisis", status: "suspended", reason: "supervision_overdue" }),
      credential({ credential: "k3", type: "professional", status: "revoked", reason: "licence_ended" }),
      credential({ credential: "k4", type: "a_new_kind", status: "revoked", reason: "a_new_reason" }),
    ]),
  ),
  "credentials-code": mine(() => credentials([credential()]), { press: [SHOW] }),
  "credentials-code-long": mine(
    () =>
      credentials([credential()], undefined, {
        copy: () => Promise.resolve({ ...DONE, copy: { jwt: "x".repeat(1_733) } }),
      }),
    { press: [SHOW] },
  ),
  "credentials-code-none": mine(() => credentials([credential()], undefined, { copy: () => refused("no_copy_left") }), {
    press: [SHOW],
  }),
}
