/** Every screen in every state that somebody can meet it in. */

import { signal } from "@preact/signals"
import type { Stage } from "../../src/crisis/stage"
import type { CaseShown, CrisisOfMember } from "../../src/state/crisis-models"
import type { Conversation, Lock, Welcome } from "../../src/state/models"
import { askMe } from "./parts"
import { ANSWERS, OWN_PLAN, PLAN, PLAN_FULL } from "./plans"
import { app, session } from "./app"
import { ADA, crisis, CRISIS_TALK } from "./crisis"
import {
  book,
  circle,
  ENCRYPTION,
  conversation,
  LONG,
  meeting,
  member,
  memberDevice,
  MIXED,
  never,
  NOW,
  pairing,
  passkey,
  passkeys,
  PLANNED,
  PLANNED_MANY,
  revealed,
  STEPS,
  TALK,
  windowed,
} from "./values"
import { CALL_STATES } from "./call-states"
import { CREDENTIAL_STATES } from "./credential-states"
import { DESK_STATES } from "./desk-states"
import { signing, SIGNED_STEPS } from "./goals"
import { HOOK_STATES } from "./hook-states"
import { MATCH_STATES } from "./match-states"
import { PROOF_STATES } from "./proof-states"
import { REWARD_STATES } from "./reward-states"
import { SHARING_STATES } from "./sharing-states"
import { open, refused, type State } from "./state"

export type { State } from "./state"

function welcome(more: Partial<Welcome> = {}): Welcome {
  return {
    passkeys: true,
    begun: signal(undefined),
    register: () => refused("conflict"),
    restore: () => refused("client.backup_not_opened"),
    pair: () => pairing({ kind: "preparing" }),
    finish: () => refused("client.passkey_unusable"),
    ...more,
  }
}

function lock(more: Partial<Lock> = {}): Lock {
  return {
    handle: "quiet-river",
    ways: ["passkey", "passphrase"],
    unlock: () => refused("wrong_secret"),
    forget: () => never(),
    ...more,
  }
}

const entering = (more: Partial<Welcome>, state: Omit<State, "app"> = {}): State => ({
  app: () => app({ kind: "new", welcome: welcome(more) }),
  ...state,
})
const inCrisis = (stage: Stage, shown: Partial<CaseShown> = {}): CrisisOfMember => ({
  ...crisis(stage, shown),
  conversation: signal("c9"),
})
const talking = (more: Partial<Conversation> = {}, state: Omit<State, "app" | "hash"> = {}, part = ""): State =>
  open(`#/c/c1${part}`, { open: () => Promise.resolve(conversation(more)) }, state)
const SIGNED: Partial<Conversation> = {
  sessionPage: signal(PLANNED),
  goalSigning: () => Promise.resolve(signing(SIGNED_STEPS, { sign: () => refused("claim_too_old") })),
}
const paired = (step: string): State =>
  entering(
    { pair: () => pairing(STEPS[step] ?? { kind: "preparing" }) },
    { press: ["button:nth-of-type(2)", "button"] },
  )

const alarm = (code: string) => ({
  id: code,
  code,
  at: NOW,
  account: "a",
  handle: "maple",
  acknowledge: () => Promise.resolve(),
})

const [BEGIN, ANSWER] = ["main p + div button", "section button"]

export const STATES: Readonly<Record<string, State>> = {
  starting: { app: () => app({ kind: "starting" }) },
  elsewhere: { app: () => app({ kind: "elsewhere", useHere: () => undefined }) },
  failed: { app: () => app({ kind: "failed", code: "StoreDamaged" }) },
  "failed-full": { app: () => app({ kind: "failed", code: "StoreFull" }) },
  welcome: entering({}),
  "welcome-invited": entering({}, { hash: "#/invite/ABCD-1234" }),
  "welcome-register": entering({ passkeys: false }, { hash: "#/invite/ABCD-1234", press: ["[type=submit]"] }),
  "welcome-finish": entering(
    { begun: signal({ code: "ABCD-1234", handle: "quiet-river", registered: true }) },
    { press: ["[type=submit]"] },
  ),
  "welcome-restore": entering({}, { press: ["button:nth-of-type(3)"] }),
  "welcome-restore-passphrase": entering(
    {},
    { press: ["button:nth-of-type(3)", "label:nth-of-type(2)", "[type=submit]"] },
  ),
  "welcome-restore-words": entering({}, { press: ["button:nth-of-type(3)", "label:nth-of-type(3)", "[type=submit]"] }),
  "welcome-restore-words-passphrase": entering(
    { passkeys: false },
    { press: ["button:nth-of-type(3)", "label:nth-of-type(2)", "[type=submit]"] },
  ),
  "welcome-pair-passphrase": entering({ passkeys: false }, { press: ["button:nth-of-type(2)", "[type=submit]"] }),
  ...Object.fromEntries(Object.keys(STEPS).map((step) => [`pair-${step}`, paired(step)])),
  locked: { app: () => app({ kind: "locked", lock: lock() }) },
  "locked-wrong": { app: () => app({ kind: "locked", lock: lock() }), press: ["[type=submit]"] },
  "locked-forget": {
    app: () => app({ kind: "locked", lock: lock({ ways: ["passkey"] }) }),
    press: ["p:last-of-type button"],
  },
  home: open("#/"),
  "home-empty": open("#/", { conversations: signal([]) }),
  "home-alarms": open("#/", { alarms: signal(["new_device", "own_account", "other_key", "key_changed"].map(alarm)) }),
  "home-offline": {
    app: () => app({ kind: "open", session: session() }, { connection: signal("offline") }),
    hash: "#/",
  },
  "home-newer": {
    app: () => app({ kind: "open", session: session() }, { newer: signal(() => undefined) }),
    hash: "#/",
  },
  help: open("#/", {}, { press: ["header [aria-haspopup=dialog]"] }),
  "help-asked": open("#/", { crisis: inCrisis("waiting") }, { press: ["header [aria-haspopup=dialog]"] }),
  "home-crisis": open("#/", { crisis: inCrisis("waiting") }),
  "talk-crisis": open("#/c/c9", {
    crisis: inCrisis("waiting"),
    open: () =>
      Promise.resolve(
        conversation({ id: "c9", kind: "crisis", members: signal([member("quiet-river")]), messages: signal([]) }),
      ),
  }),
  "home-drill": open("#/", { crisis: inCrisis("waiting", { isDrill: true }) }),
  "talk-drill": open("#/c/c9", {
    crisis: inCrisis("waiting", { isDrill: true }),
    open: () =>
      Promise.resolve(
        conversation({ id: "c9", kind: "crisis", members: signal([member("quiet-river")]), messages: signal([]) }),
      ),
  }),
  "talk-crisis-here": open("#/c/c9", {
    crisis: inCrisis("here", { helpers: [ADA] }),
    open: () =>
      Promise.resolve(
        conversation({
          ...{ id: "c9", kind: "crisis", messages: signal(CRISIS_TALK) },
          members: signal([member("quiet-river"), member("ada")]),
        }),
      ),
  }),
  "talk-crisis-place": open(
    "#/c/c9",
    {
      crisis: inCrisis("here", { helpers: [ADA] }),
      open: () => Promise.resolve(conversation({ id: "c9", kind: "crisis", messages: signal(CRISIS_TALK) })),
    },
    { press: ["[data-where] summary", "[data-where] label:nth-child(3)"] },
  ),
  new: open("#/new"),
  search: open("#/search", {}, { type: "quiet" }),
  "search-nothing": open("#/search", {}, { type: "zebra" }),
  talk: talking({ readBy: signal(new Map([["m9", ["maple"]]])) }),
  "talk-empty": talking({ messages: signal([]), encryption: signal({ ...ENCRYPTION, verified: false }) }),
  "talk-unread": talking({ firstUnread: signal(TALK.at(-2)?.id) }),
  "talk-typing": talking({ typing: signal(["maple"]), draft: signal("I have been thinking about\nwhat you said.") }),
  "talk-mixed": talking({ messages: signal(MIXED), progress: signal(new Map([[MIXED[9]?.id ?? "", 0.4]])) }),
  "talk-check": talking({
    encryption: signal({ ...ENCRYPTION, standing: "waiting", verified: false, check: ["maple"] }),
  }),
  "talk-new-device": talking({ encryption: signal({ ...ENCRYPTION, newDevices: ["maple"] }) }),
  "talk-blocked": talking({ members: signal([member("quiet-river"), member("maple", { blocked: true })]) }),
  "talk-frozen": talking({ encryption: signal({ ...ENCRYPTION, standing: "frozen" }) }),
  "talk-broken": talking({ encryption: signal({ ...ENCRYPTION, standing: "broken" }) }),
  "talk-left": talking({ encryption: signal({ ...ENCRYPTION, standing: "left" }) }),
  "talk-actions": talking({}, { press: ["li:last-child [aria-haspopup=dialog]"] }),
  "talk-reply": talking({}, { press: ["li:last-child [aria-haspopup=dialog]", "dialog [role=group] + div button"] }),
  "talk-refused": talking(
    { draft: signal("Too much."), send: () => refused("rate_limited") },
    { press: ["[type=submit]"] },
  ),
  "talk-long": talking(windowed(LONG)),
  "talk-opening": open("#/c/c1", { open: () => never() }),
  "talk-not-here": open("#/c/c1", { open: () => Promise.resolve(undefined) }),
  circle: open("#/c/c2"),
  people: talking({}, {}, "/people"),
  "people-circle": open(
    "#/c/c2/people",
    {
      open: () =>
        Promise.resolve(
          circle({
            members: signal([
              member("quiet-river"),
              member("fern", { blocked: true, devices: [memberDevice("c40a91e2", { addedAt: undefined })] }),
              member("wren", { staff: true, leaving: true }),
            ]),
          }),
        ),
    },
    { press: ["li:nth-child(2) summary"] },
  ),
  "people-block": talking({}, { press: ["li:last-child button"] }, "/people"),
  safety: talking({}, {}, "/safety"),
  "safety-circle": open("#/c/c2/safety"),
  session: talking({ sessionPage: signal(PLANNED) }, {}, "/session"),
  "session-empty": talking({}, {}, "/session"),
  "session-many": talking({ sessionPage: signal(PLANNED_MANY) }, { press: ["summary"] }, "/session"),
  "session-plan": talking({}, { press: ["[data-opens=meeting-new] button"] }, "/session"),
  "session-change": talking(
    { sessionPage: signal(PLANNED) },
    { press: ["li:first-child [data-opens] button"] },
    "/session",
  ),
  "session-cancelled": talking(
    { sessionPage: signal({ ...PLANNED, meetings: [meeting(1_470, { cancelled: true })] }) },
    { press: ["summary"] },
    "/session",
  ),
  "session-undo": talking(
    { sessionPage: signal(PLANNED) },
    { press: ["section:first-of-type li:first-child span + button"] },
    "/session",
  ),
  "session-goal": talking(
    { sessionPage: signal(PLANNED), plan: () => refused("store_full") },
    { press: ["[data-opens=goal-g1] button", "[type=submit]"] },
    "/session",
  ),
  "session-note": talking({ sessionPage: signal(PLANNED) }, { press: ["[data-opens=note-n1] button"] }, "/session"),
  plan: open("#/plan", { ownPlan: book("ownPlan", OWN_PLAN) }),
  "plan-empty": open("#/plan"),
  "plan-full": open("#/plan", { ownPlan: book("ownPlan", PLAN_FULL) }, { press: ["[data-edit] button"] }),
  "plan-change": open(
    "#/plan",
    { ownPlan: book("ownPlan", OWN_PLAN) },
    { press: ["[data-edit] button", "[data-line] button"] },
  ),
  "plan-undo": open(
    "#/plan",
    { ownPlan: book("ownPlan", OWN_PLAN) },
    { press: ["[data-edit] button", "[data-line] button + button"] },
  ),
  "plan-shared": talking({ safetyPlan: book("safetyPlan", PLAN), screenings: signal([ANSWERS]) }, {}, "/plan"),
  "plan-share": talking({ ownPlan: book("ownPlan", OWN_PLAN) }, {}, "/plan"),
  "plan-left": talking(
    {
      safetyPlan: book("safetyPlan", PLAN),
      encryption: signal({ ...ENCRYPTION, standing: "left" }),
    },
    {},
    "/plan",
  ),
  questions: { app: () => app({ kind: "open", session: session() }), part: askMe },
  "questions-first": { app: () => app({ kind: "open", session: session() }), part: askMe, press: [BEGIN] },
  "questions-end": { app: () => app({ kind: "open", session: session() }), part: askMe, press: [BEGIN, ANSWER] },
  "questions-sent": {
    app: () => app({ kind: "open", session: session() }),
    part: askMe,
    press: [BEGIN, ANSWER, "section div button"],
  },
  "session-signed": talking(SIGNED, {}, "/session"),
  "session-sign-refused": talking(SIGNED, { press: ["[data-part=sign] button"] }, "/session"),
  "session-left": talking(
    { sessionPage: signal(PLANNED), encryption: signal({ ...ENCRYPTION, standing: "left" }) },
    {},
    "/session",
  ),
  "session-reminder": open("#/c/c1", {
    reminder: signal({ ...meeting(15), conversation: "c1" }),
  }),
  report: talking({}, {}, `/report/${TALK[1]?.id ?? ""}`),
  "report-edited": talking(
    {
      reportPreview: () =>
        Promise.resolve({
          done: true,
          shown: TALK.slice(1, 2).map((each) =>
            revealed(each, {
              wordings: ["First.", "Then this."],
              quote: "Somewhere quiet",
              opensFile: true,
              leftOut: 3,
            }),
          ),
        }),
    },
    {},
    `/report/${TALK[1]?.id ?? ""}`,
  ),
  "report-refused": talking(
    { reportPreview: () => refused("client.not_reportable") },
    {},
    `/report/${TALK[1]?.id ?? ""}`,
  ),
  "report-sent": talking({}, { press: ["p:last-child button"] }, `/report/${TALK[1]?.id ?? ""}`),
  settings: open("#/settings"),
  "settings-sign-out": open("#/settings", {}, { press: ["section:last-child button"] }),
  devices: open("#/settings/devices"),
  "devices-remove": open("#/settings/devices", {}, { press: ["li:last-child button"] }),
  "devices-forget": open("#/settings/devices", {}, { press: ["li:first-child button"] }),
  "devices-forget-alone": open(
    "#/settings/devices",
    {
      devices: {
        ...session().devices,
        recovery: signal(undefined),
        list: signal(session().devices.list.value.slice(0, 1)),
      },
    },
    { press: ["li:first-child button"] },
  ),
  "new-key": open("#/settings/key"),
  "new-key-ask": open("#/settings/key", {}, { press: ["p button"] }),
  "new-key-made": open("#/settings/key", {}, { press: ["p button", "div:last-child > button:last-child"] }),
  "new-key-offline": open(
    "#/settings/key",
    {
      devices: {
        ...session().devices,
        newAccountKey: () => Promise.resolve({ done: false, problem: { code: "offline", fault: "network" } }),
      },
    },
    { press: ["p button", "div:last-child > button:last-child"] },
  ),
  passkeys: open("#/settings/passkeys"),
  "passkeys-none": open("#/settings/passkeys", { passkeys: passkeys([]) }),
  "passkeys-last": open("#/settings/passkeys", { passkeys: passkeys([passkey("quiet-river", { isLastWay: true })]) }),
  "passkeys-enough": open("#/settings/passkeys", {
    passkeys: passkeys(["my phone", "work laptop", "grey key", "مفتاح أمي"].map((label) => passkey(label))),
  }),
  "passkeys-remove": open("#/settings/passkeys", {}, { press: ["li:first-child button"] }),
  "passkeys-refused": open(
    "#/settings/passkeys",
    { passkeys: passkeys([], { add: () => refused("client.passkey_unusable") }) },
    { type: "my phone", press: ["[type=submit]"] },
  ),
  "passkeys-offline": open("#/settings/passkeys", { passkeys: passkeys(undefined, { look: () => never() }) }),
  recovery: open("#/settings/recovery"),
  "recovery-confirm": open("#/settings/recovery", {}, { press: ["p button", "p:last-child button", "[type=submit]"] }),
  "recovery-none": open("#/settings/recovery", {
    devices: { ...session().devices, recovery: signal({ at: new Date(0), words: false, seal: true }) },
  }),
  "recovery-words": open("#/settings/recovery", {}, { press: ["p button"] }),
  data: open("#/settings/data"),
  "data-end": open("#/settings/data", {}, { press: ["section:last-child button"] }),
  privacy: open("#/settings/privacy"),
  "privacy-alone": open("#/settings/privacy", {
    devices: { ...session().devices, list: signal([]), recovery: signal(undefined) },
  }),
  server: open("#/settings/server", {}, { press: ["summary"] }),
  about: open("#/settings/about"),
  ...DESK_STATES,
  ...CALL_STATES,
  ...CREDENTIAL_STATES,
  ...HOOK_STATES,
  ...MATCH_STATES,
  ...PROOF_STATES,
  ...REWARD_STATES,
  ...SHARING_STATES,
}
