/** Every state of the screens about credentials. */

import { signal } from "@preact/signals"
import type { Application, Applying } from "../../src/state/application-models"
import type { CredentialRoom } from "../../src/state/credential-models"
import type { ReviewCase, Reviewing } from "../../src/state/review-models"
import type { Holder, Standings } from "../../src/state/standing-models"
import { rooms } from "./app"
import { application, applying, document, GIVEN, MET, need, SIXTEEN } from "./applications"
import { credential, credentials, daysAway, STEPS, TRAINED, TRAINING } from "./credentials"
import { NOTED_ALL, review, reviewing, SOME } from "./reviews"
import { standings } from "./holders"
import { open, refused, type State } from "./state"
import { DONE, minutesAgo, never } from "./values"

type More = Omit<State, "app" | "hash">

const shown = (
  applying_: () => Applying,
  held: () => CredentialRoom,
  reviewing_: () => Reviewing,
  standings_: Standings = standings(undefined),
) => ({
  rooms: rooms({
    credentials: () =>
      Promise.resolve({ applying: applying_(), held: held(), reviewing: reviewing_(), standings: standings_ }),
  }),
})
const looked = (holder: Holder | undefined, room: Partial<Standings> = {}, more: More = {}): State =>
  open("#/holders", shown(none.applying, none.held, none.reviewing, standings(holder, room)), more)
const none = { applying: () => applying([]), held: () => credentials([]), reviewing: () => reviewing(undefined) }
const mine = (room: () => CredentialRoom, more: More = {}): State =>
  open("#/credentials", shown(none.applying, room, none.reviewing), more)
const apply = (room: () => Applying, more: More = {}): State =>
  open("#/apply", shown(room, none.held, none.reviewing), more)
const applied = (one: Application, room: Partial<Applying> = {}, more: More = {}): State =>
  open(
    "#/apply/a1",
    shown(() => applying([one], room), none.held, none.reviewing),
    more,
  )
const queue = (room: () => Reviewing, more: More = {}): State =>
  open("#/review", shown(none.applying, none.held, room), more)
const reviewed = (one: ReviewCase, room: Partial<Reviewing> = {}, more: More = {}): State =>
  open(
    "#/review/a1",
    shown(none.applying, none.held, () => reviewing(one, room)),
    more,
  )

const offline = () => Promise.resolve({ done: false, problem: { code: "offline", fault: "network" } } as const)
/** The first button of the first credential. */
const SHOW = "li button"

const REASON = `Thank you for applying. One reference could not be reached.

Please name another one, and begin again.`
/** The button that hands it in, and the one beside it. */
const [HAND_IN, TAKE_BACK] = ["[data-part=end] button", "[data-part=end] button:last-child"]

const APPLY_STATES: Readonly<Record<string, State>> = {
  apply: apply(() =>
    applying([
      application({ application: "a2", type: "specialty_crisis", at: daysAway(-1) }),
      application({ application: "a1", standing: "approved", at: daysAway(-120) }),
      application({ application: "a0", standing: "refused", at: daysAway(-200) }),
    ]),
  ),
  "apply-empty": apply(() => applying([])),
  "apply-nothing": apply(() => applying([], { offers: signal([]) })),
  "apply-loading": apply(() => applying(undefined, { offers: signal(undefined), look: () => never() })),
  "apply-offline": apply(() => applying(undefined, { offers: signal(undefined), look: offline })),
  "apply-refused": apply(() => applying([], { begin: () => refused("not_now") }), { press: ["li button"] }),
  application: applied(application()),
  "application-sixteen": applied(application({ type: "professional", needs: SIXTEEN })),
  "application-whole": applied(application({ needs: GIVEN })),
  "application-hand": applied(
    application({ needs: GIVEN }),
    { submit: () => refused("not_now") },
    { press: [HAND_IN, "div:last-child > button:last-child"] },
  ),
  "application-discard": applied(application(), {}, { press: [TAKE_BACK] }),
  "application-too-recent": applied(
    application({ needs: [need("stable_recovery", "statement")] }),
    { state: () => refused("since_too_recent") },
    { type: "2025-11-02", press: ["[type=submit]"] },
  ),
  "application-sealing": applied(
    application({ needs: [need("degree", "document", { documents: [document("diploma.pdf")], state: "given" })] }),
    { attach: () => never() },
    { file: "diploma, second page.pdf" },
  ),
  "application-file-refused": applied(
    application({ needs: [need("degree", "document")] }),
    { attach: () => refused("client.document_kind") },
    { file: "film.mp4" },
  ),
  "application-submitted": applied(application({ standing: "submitted", needs: GIVEN })),
  "application-withdraw": applied(application({ standing: "submitted", needs: GIVEN }), {}, { press: [TAKE_BACK] }),
  "application-one": applied(application({ standing: "in_review", needs: GIVEN, signedOff: 1 })),
  "application-approved": applied(application({ standing: "approved", needs: MET, signedOff: 2 })),
  "application-refused": applied(application({ standing: "refused", needs: GIVEN, reason: REASON })),
  "application-returned": applied(application({ needs: GIVEN, reason: REASON })),
  "application-lapsed": applied(application({ standing: "lapsed", needs: [] })),
  "application-withdrawn": applied(application({ standing: "withdrawn", needs: [] })),
  "application-gone": applied(application({ application: "a9" })),
}

const NOTE = "[data-need=stable_recovery] p:last-child button"
/** The button that does not approve. */
const REFUSE = "[data-part=end] button:nth-child(2)"

const DONE_BY_ONE = { needs: NOTED_ALL, missing: [], standing: "in_review" } as const

const REVIEW_STATES: Readonly<Record<string, State>> = {
  review: queue(() => reviewing(undefined)),
  "review-empty": queue(() => reviewing(undefined, { waiting: signal([]), forOthers: signal(0) })),
  "review-loading": queue(() => reviewing(undefined, { waiting: signal(undefined), look: () => never() })),
  "review-offline": queue(() => reviewing(undefined, { waiting: signal(undefined), look: offline })),
  "review-forbidden": queue(() =>
    reviewing(undefined, { waiting: signal(undefined), forOthers: signal(0), look: () => refused("role_required") }),
  ),
  "review-case": reviewed(review()),
  "review-case-sixteen": reviewed(
    review({ type: "professional", standing: "in_review", needs: SOME, missing: ["licence", "degree", "references"] }),
    {},
    { press: ["[data-need=licence] p button"] },
  ),
  "review-case-note": reviewed(review(), {}, { press: [NOTE] }),
  "review-case-note-refused": reviewed(
    review({ needs: NOTED_ALL.filter(({ need }) => need === "stable_recovery"), missing: [] }),
    { note: () => refused("not_now") },
    { press: [NOTE, "[type=submit]"] },
  ),
  "review-case-closed": reviewed(
    review(),
    { open: () => refused("not_found") },
    { press: ["[data-need=boundaries] p button"] },
  ),
  "review-case-sign": reviewed(
    review({ needs: NOTED_ALL, missing: [], signedOff: 1 }),
    { signOff: () => refused("client.passkey_unusable") },
    { press: ["[data-part=end] button", "div:last-child > button:last-child"] },
  ),
  "review-case-refuse": reviewed(review(), {}, { press: [REFUSE] }),
  "review-case-signed": reviewed(review({ ...DONE_BY_ONE, mine: "signed", signedOff: 1 })),
  "review-case-both": reviewed(
    review({ ...DONE_BY_ONE, standing: "approved", mine: "signed", others: ["signed"], signedOff: 2 }),
  ),
  "review-case-refused": reviewed(review({ ...DONE_BY_ONE, mine: "refused" })),
  "review-case-neither": reviewed(
    review({ ...DONE_BY_ONE, standing: "refused", mine: "refused", others: ["refused"] }),
  ),
  "review-case-other": reviewed(review({ ...DONE_BY_ONE, mine: "signed", others: ["refused"], signedOff: 1 })),
  "review-case-gone": reviewed(review({ application: "a9" }), { see: () => refused("not_found") }),
}

/** Of the first credential: to pause it, and to take it back. */
const [PAUSE, REVOKE] = ["li button", "li button:last-child"]
const HELD = [
  credential(),
  credential({ credential: "k2", type: "professional", status: "suspended", reason: "licence" }),
  credential({ credential: "k3", type: "specialty_crisis", validUntil: daysAway(-5) }),
  credential({ credential: "k4", type: "level_basic", status: "revoked", reason: "error" }),
]
const MAPLE: Holder = { account: "a", handle: "maple", credentials: HELD }

const HOLDER_STATES: Readonly<Record<string, State>> = {
  holders: looked(undefined),
  "holders-found": looked(MAPLE),
  "holders-none": looked({ ...MAPLE, credentials: [] }),
  "holders-pause": looked(MAPLE, {}, { press: [PAUSE] }),
  "holders-take-back": looked(MAPLE, {}, { press: [REVOKE] }),
}

export const CREDENTIAL_STATES: Readonly<Record<string, State>> = {
  ...HOLDER_STATES,
  credentials: mine(() =>
    credentials(
      [
        credential(),
        credential({ credential: "k2", type: "level_specialist" }),
        credential({ credential: "k3", type: "specialty_crisis", validUntil: daysAway(90) }),
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
  "credentials-expiring": mine(() => credentials([credential({ validUntil: daysAway(12), steps: STEPS })])),
  "credentials-refused": mine(
    () =>
      credentials([credential({ validUntil: daysAway(0.5), steps: STEPS })], undefined, {
        renew: () => refused("rate_limited"),
      }),
    { press: ["li p button"] },
  ),
  "credentials-over": mine(() =>
    credentials([
      credential({ credential: "k1", validUntil: daysAway(-3), steps: STEPS }),
      credential({ credential: "k2", type: "specialty_crisis", status: "suspended", reason: "review" }),
      credential({ credential: "k3", type: "professional", status: "revoked", reason: "licence" }),
      credential({ credential: "k4", type: "a_new_kind", status: "revoked", reason: "a_new_reason" }),
    ]),
  ),
  "credentials-code": mine(() => credentials([credential()]), { press: [SHOW] }),
  "credentials-code-long": mine(
    () =>
      credentials([credential()], undefined, {
        copy: () => Promise.resolve({ ...DONE, copy: { jwt: "x".repeat(2_954) } }),
      }),
    { press: [SHOW] },
  ),
  "credentials-code-none": mine(() => credentials([credential()], undefined, { copy: () => refused("not_now") }), {
    press: [SHOW],
  }),
  ...APPLY_STATES,
  ...REVIEW_STATES,
}
