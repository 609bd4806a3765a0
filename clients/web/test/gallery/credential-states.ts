/** Every state of the screens about credentials. */

import { signal } from "@preact/signals"
import { application, applying, document, GIVEN, MET, need, SIXTEEN } from "./applications"
import { applied, apply, mine, queue, reviewed } from "./credential-parts"
import { credential, credentials, daysAway, RENEWAL, TRAINED, TRAINING } from "./credentials"
import { DECIDED, FRESH, NOTED_ALL, review, reviewing, SOME } from "./reviews"
import { refused, type State } from "./state"
import { DONE, minutesAgo, never } from "./values"

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
    { submit: () => refused("application_incomplete") },
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
    { attach: () => refused("document_kind") },
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

const REVIEW_STATES: Readonly<Record<string, State>> = {
  review: queue(() => reviewing(undefined)),
  "review-empty": queue(() => reviewing(undefined, { waiting: signal([]), forOthers: signal(0) })),
  "review-loading": queue(() => reviewing(undefined, { waiting: signal(undefined), look: () => never() })),
  "review-offline": queue(() => reviewing(undefined, { waiting: signal(undefined), look: offline })),
  "review-forbidden": queue(() =>
    reviewing(undefined, { waiting: signal(undefined), forOthers: signal(0), look: () => refused("forbidden") }),
  ),
  "review-held": queue(() => reviewing(review())),
  "review-own": queue(() => reviewing(undefined, { take: () => refused("own_application") }), { press: ["li button"] }),
  "review-case": reviewed(review()),
  "review-case-sixteen": reviewed(
    review({ type: "professional", needs: SOME, other: { kind: "looking" } }),
    {},
    { press: ["[data-need=licence] p button"] },
  ),
  "review-case-note": reviewed(review({ needs: FRESH.slice(0, 1) }), {}, { press: [NOTE] }),
  "review-case-note-refused": reviewed(
    review({ needs: NOTED_ALL.slice(0, 1) }),
    { note: () => refused("not_now") },
    { press: [NOTE, "[type=submit]"] },
  ),
  "review-case-closed": reviewed(
    review({ needs: FRESH.slice(3, 4) }),
    { open: () => refused("not_sealed_for_you") },
    { press: ["[data-need=boundaries] p button"] },
  ),
  "review-case-sign": reviewed(
    review({ needs: NOTED_ALL, other: { kind: "signed", at: daysAway(-1) } }),
    { signOff: () => refused("already_signed") },
    { press: ["[data-part=end] button", "div:last-child > button:last-child"] },
  ),
  "review-case-refuse": reviewed(review({ needs: FRESH.slice(0, 2) }), {}, { press: [REFUSE] }),
  "review-case-signed": reviewed(review({ needs: NOTED_ALL, mine: "signed" })),
  "review-case-both": reviewed(review({ needs: DECIDED, mine: "signed", other: { kind: "signed", at: daysAway(-1) } })),
  "review-case-refused": reviewed(review({ needs: NOTED_ALL, mine: "refused" })),
  "review-case-neither": reviewed(
    review({ needs: DECIDED, mine: "refused", other: { kind: "refused", at: daysAway(-1) } }),
  ),
  "review-case-other": reviewed(
    review({ needs: DECIDED, mine: "signed", other: { kind: "refused", at: daysAway(-1) } }),
  ),
  "review-case-gone": reviewed(review({ application: "a9" })),
}

export const CREDENTIAL_STATES: Readonly<Record<string, State>> = {
  credentials: mine(() =>
    credentials(
      [
        credential(),
        credential({ credential: "k2", type: "level_specialist", validUntil: undefined }),
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
      credential({ credential: "k2", type: "specialty_crisis", status: "suspended", reason: "supervision_overdue" }),
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
  ...APPLY_STATES,
  ...REVIEW_STATES,
}
