/** Every state of credentials that people ask each other for in a conversation. */

import { signal } from "@preact/signals"
import { NOTHING_ASKED } from "../../src/state/of-two"
import type { CredentialRoom } from "../../src/state/credential-models"
import type { AskedAndShown, CredentialShown, Proofs, Verdict } from "../../src/state/proof-models"
import { rooms } from "./app"
import { applying } from "./applications"
import { credential, credentials, daysAway } from "./credentials"
import { standings } from "./holders"
import { reviewing } from "./reviews"
import { open, refused, type State } from "./state"
import { conversation, done, DONE, ENCRYPTION, minutesAgo, never, NOW } from "./values"

const offline = () => Promise.resolve({ done: false, problem: { code: "offline", fault: "network" } } as const)
const proofs = (more: Partial<Proofs> = {}): Proofs => ({
  ...{ ask: done("askFor"), look: done("lookAt"), show: done("show"), putOff: done("putOff") },
  ...more,
})

const ASKED: AskedAndShown = {
  ...NOTHING_ASKED,
  asked: [{ ask: "a1", account: "maple", handle: "maple", at: minutesAgo(4) }],
}
const OWN: AskedAndShown = { ...NOTHING_ASKED, ownAt: minutesAgo(20) }
const ANSWERED: AskedAndShown = { ...OWN, answers: 1 }

const HOLDS: Verdict = {
  kind: "holds",
  credential: {
    ...{ type: "peer_mentor", name: "Peer mentor", issuer: "The house by the lake" },
    ...{ validUntil: daysAway(245), isListed: true },
  },
}
const shown = (verdict: Verdict): CredentialShown => ({
  ...{ account: "maple", handle: "maple", at: minutesAgo(18), checkedAt: NOW },
  verdict,
})
const looked = (verdict: Verdict): Partial<Proofs> => ({
  look: () => Promise.resolve({ ...DONE, shown: [shown(verdict)] }),
})

/** The people of a conversation, as it stands there. */
const who = (known: AskedAndShown, more: Partial<Proofs> = {}, state: Omit<State, "app" | "hash"> = {}): State =>
  open(
    "#/c/c1/people",
    {
      open: () =>
        Promise.resolve(conversation({ askedAndShown: signal(known), proofs: () => Promise.resolve(proofs(more)) })),
    },
    state,
  )
/** The conversation itself, and what somebody holds. */
const talk = (
  known: AskedAndShown,
  held: () => CredentialRoom = () => credentials([]),
  more: Partial<Proofs> = {},
  state: Omit<State, "app" | "hash"> = {},
): State =>
  open(
    "#/c/c1",
    {
      rooms: rooms({
        credentials: () =>
          Promise.resolve({
            ...{ applying: applying([]), reviewing: reviewing(undefined), standings: standings(undefined) },
            held: held(),
          }),
      }),
      open: () =>
        Promise.resolve(conversation({ askedAndShown: signal(known), proofs: () => Promise.resolve(proofs(more)) })),
    },
    state,
  )

/** To ask; and of a notice to choose one, the first of those, and to show it. */
const [ASK, CHOOSE] = ["[data-part=ask] button", "[data-part=proofs] button"]
const [FIRST, SHOW] = ["label", "div:last-child > button:last-child"]
const HELD = () =>
  credentials([
    credential(),
    credential({ credential: "k2", type: "specialty_crisis", validUntil: daysAway(12) }),
    credential({ credential: "k3", type: "professional", status: "revoked" }),
  ])

export const PROOF_STATES: Readonly<Record<string, State>> = {
  who: who(NOTHING_ASKED),
  "who-refused": who(NOTHING_ASKED, { ask: () => refused("client.not_readable") }, { press: [ASK] }),
  "who-left": open("#/c/c1/people", {
    open: () => Promise.resolve(conversation({ encryption: signal({ ...ENCRYPTION, standing: "left" }) })),
  }),
  "who-asked": who(OWN),
  "who-checking": who(ANSWERED, { look: () => never() }),
  "who-offline": who(ANSWERED, { look: offline }),
  "who-holds": who(ANSWERED, looked(HOLDS)),
  "who-holds-other": who(
    ANSWERED,
    looked({
      kind: "holds",
      credential: { ...HOLDS.credential, type: "a_new_kind", name: "شهادة من نوع جديد", isListed: false },
    }),
  ),
  "who-revoked": who(ANSWERED, looked({ kind: "refused", flaw: "revoked" })),
  "who-altered": who(ANSWERED, looked({ kind: "refused", flaw: "wrong_signature" })),
  "who-elsewhere": who(ANSWERED, looked({ kind: "refused", flaw: "shown_elsewhere" })),
  "who-late": who(ANSWERED, looked({ kind: "refused", flaw: "epoch_over" })),
  "who-unknown": who(ANSWERED, looked({ kind: "refused", flaw: "status_unknown" })),
  "talk-asked": talk(ASKED),
  "talk-asked-choose": talk(ASKED, HELD, {}, { press: [CHOOSE, FIRST] }),
  "talk-asked-none": talk(ASKED, () => credentials([]), {}, { press: [CHOOSE] }),
  "talk-asked-opening": talk(
    ASKED,
    () => credentials(undefined, undefined, { look: () => never() }),
    {},
    { press: [CHOOSE] },
  ),
  "talk-asked-offline": talk(
    ASKED,
    () => credentials(undefined, undefined, { look: offline }),
    {},
    { press: [CHOOSE] },
  ),
  "talk-asked-elsewhere": talk(
    ASKED,
    HELD,
    { show: () => refused("client.issued_elsewhere") },
    { press: [CHOOSE, FIRST, SHOW] },
  ),
  "talk-shown": talk({ ...ANSWERED, isNew: true }),
}
