/** Fixed people, messages and devices behind every screen of the gallery. */

import { computed, signal } from "@preact/signals"
import { NOTHING_ASKED } from "../../src/state/of-two"
import type { PlanBook, SafetyPlan } from "../../src/state/plan-models"
import type {
  Conversation,
  ConversationRow,
  Encryption,
  Meeting,
  Member,
  MemberDevice,
  Message,
  Outcome,
  OwnPasskey,
  Pairing,
  PairingStep,
  Passkeys,
  Revealed,
  SessionPage,
  Upcoming,
} from "../../src/state/models"
import { NOTHING } from "../../src/state/session-page"

export const NOW = new Date("2026-03-17T15:30:00Z")
export const DONE: Outcome = { done: true }
export const ME = "quiet-river"
export const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000)

/** What was asked for since the screen was shown: its name and what it was given. */
export const asked: unknown[][] = []
export const done =
  (name: string) =>
  (...given: unknown[]) => {
    asked.push([name, ...given])
    return Promise.resolve(DONE)
  }
/** A plan, in which what is written is noted and not kept. */
export function book(name: string, plan: SafetyPlan = { lines: [], reviewedAt: undefined }): PlanBook {
  return { plan: signal(plan), write: done(`${name}.write`), review: done(`${name}.review`) }
}

export const never = <Value>() => new Promise<Value>(() => undefined)

export function memberDevice(device: string, more: Partial<MemberDevice> = {}): MemberDevice {
  return { device, current: false, addedAt: minutesAgo(90_000), ...more }
}

export function member(handle: string, more: Partial<Member> = {}): Member {
  return {
    account: handle,
    handle,
    me: handle === ME,
    staff: false,
    devices: [memberDevice("c40a91e2")],
    verified: false,
    blocked: false,
    leaving: false,
    ...more,
  }
}

let count = 0
export function message(text: string, more: Partial<Message> = {}): Message {
  count += 1
  const mine = more.mine ?? false
  return {
    id: `m${count}`,
    kind: "text",
    sender: mine ? ME : "maple",
    account: mine ? ME : (more.sender ?? "maple"),
    mine,
    at: minutesAgo(60),
    events: [],
    text,
    appointment: undefined,
    file: undefined,
    voice: undefined,
    replyTo: undefined,
    edited: false,
    deleted: false,
    reactions: new Map(),
    status: "sent",
    failure: undefined,
    ...more,
  }
}

const WAVE = Array.from({ length: 48 }, (_, index) => Math.round(128 + 110 * Math.sin(index / 2) * Math.cos(index / 7)))

export const TALK: readonly Message[] = [
  message("", { kind: "notice", events: [{ code: "added_by", people: ["maple", ME] }], at: minutesAgo(1500) }),
  message("Hi. Thank you for writing. I have an hour, and no hurry.", { at: minutesAgo(1490) }),
  message("Hi. I did not sleep much. Everything feels loud at the moment.", { mine: true, at: minutesAgo(1488) }),
  message("That sounds heavy. Do you want to tell me about the loudest part, or shall we start somewhere quiet?", {
    at: minutesAgo(1486),
    reactions: new Map([["❤️", [ME]]]),
  }),
  message("Somewhere quiet, please.", { mine: true, at: minutesAgo(1485), edited: true }),
  message("", {
    kind: "file",
    at: minutesAgo(70),
    text: "breathing-by-the-lake.pdf",
    file: { name: "breathing-by-the-lake.pdf", size: 482_133, mediaType: "application/pdf" },
  }),
  message("Voice", { kind: "voice", at: minutesAgo(68), voice: { milliseconds: 43_000, waveform: WAVE } }),
  message("هذا هو المكان الذي أمشي فيه كل صباح.", {
    mine: true,
    at: minutesAgo(40),
    replyTo: { id: "m4", quote: "shall we start somewhere quiet?" },
  }),
  message("I read it twice. It helped a little.", {
    mine: true,
    at: minutesAgo(30),
    reactions: new Map([["🙏", ["maple"]]]),
  }),
  message("I am glad. A little is a lot on a day like this.", { at: minutesAgo(12) }),
  message("See you tomorrow at ten?", { at: minutesAgo(11) }),
]

export const MIXED: readonly Message[] = [
  message("", { kind: "notice", events: [{ code: "joined", people: ["maple"] }], at: minutesAgo(90) }),
  message("", { kind: "notice", events: [{ code: "device_added", people: ["maple"] }], at: minutesAgo(88) }),
  message("", { kind: "unreadable", events: [{ code: "message.refused", people: [] }], at: minutesAgo(80) }),
  message("", { kind: "unreadable", events: [{ code: "content.invalid", people: [] }], at: minutesAgo(79) }),
  message("", {
    kind: "planned",
    events: [{ code: "moved", people: ["maple"] }],
    appointment: { startsAt: minutesAgo(-1_470), minutes: 50 },
    at: minutesAgo(77),
  }),
  message("Go out every day", {
    kind: "planned",
    mine: true,
    status: "saved",
    events: [{ code: "goal_set", people: [ME] }],
    at: minutesAgo(76),
  }),
  message("A poll: walk or tea?", { kind: "unknown", at: minutesAgo(75) }),
  message("", { deleted: true, at: minutesAgo(74) }),
  message("This one could not go.", { mine: true, status: "failed", failure: "too_large", at: minutesAgo(20) }),
  message("", {
    kind: "file",
    mine: true,
    status: "saved",
    at: minutesAgo(5),
    text: "garden.jpg",
    file: { name: "garden.jpg", size: 2_400_000, mediaType: "image/jpeg" },
  }),
  message("This one goes when there is a connection.", { mine: true, status: "saved", at: minutesAgo(2) }),
]

export const LONG: readonly Message[] = Array.from({ length: 10_000 }, (_, index) =>
  message(`Message ${index + 1}. ${"It is a quiet day and the rain has stopped. ".repeat((index % 4) + 1)}`, {
    id: `long${index + 1}`,
    mine: index % 3 === 0,
    at: minutesAgo(10_001 - index),
  }),
)

export const ENCRYPTION: Encryption = {
  standing: "active",
  strength: "hybrid",
  verified: true,
  newDevices: [],
  check: [],
}

const DIGITS = [
  "30821",
  "95514",
  "07733",
  "61290",
  "48815",
  "27734",
  "90112",
  "55048",
  "13377",
  "82046",
  "66190",
  "24853",
]

/** What is said while a conversation is shown. */
const heard = signal<readonly Message[]>([])

export function hear(sender: string, text: string): void {
  const said = message(text, { sender, account: sender, mine: sender === ME, at: new Date(NOW.getTime() + count) })
  heard.value = [...heard.value, said]
}

export function revealed(shown: Message, more: Partial<Revealed> = {}): Revealed {
  const wordings = [shown.file?.name ?? shown.text]
  return { message: shown, wordings, quote: shown.replyTo?.quote, opensFile: !!shown.file, leftOut: 0, ...more }
}

export function conversation(more: Partial<Conversation> = {}): Conversation {
  return {
    id: "c1",
    kind: "direct",
    members: signal([
      member(ME, { devices: [memberDevice("5f0c2ad1", { current: true }), memberDevice("b81e77c0")] }),
      member("maple", { devices: [memberDevice("0d77f3a9"), memberDevice("7e21c5b4")], verified: true }),
    ]),
    messages: computed(() => [...TALK, ...heard.value]),
    hasEarlier: signal(false),
    hasLater: signal(false),
    firstUnread: signal(undefined),
    encryption: signal(ENCRYPTION),
    typing: signal([]),
    showsPictures: signal(false),
    readBy: signal(new Map()),
    draft: signal(""),
    sessionPage: signal(NOTHING),
    progress: signal(new Map()),
    close: () => undefined,
    earlier: () => Promise.resolve(),
    later: () => Promise.resolve(),
    show: () => Promise.resolve(true),
    send: done("send"),
    edit: done("edit"),
    remove: done("remove"),
    react: done("react"),
    sendFile: done("sendFile"),
    sendVoice: done("sendVoice"),
    fetchFile: done("fetchFile"),
    plan: done("plan"),
    goalSigning: () => Promise.resolve(undefined),
    askedAndShown: signal(NOTHING_ASKED),
    proofs: () =>
      Promise.resolve({ ask: done("askFor"), look: done("lookAt"), show: done("show"), putOff: done("putOff") }),
    safetyPlan: book("safetyPlan"),
    ownPlan: book("ownPlan"),
    screenings: signal([]),
    sendScreening: done("sendScreening"),
    retry: done("retry"),
    discard: done("discard"),
    read: () => undefined,
    typed: () => undefined,
    mute: done("mute"),
    block: done("block"),
    reportPreview: (ids) =>
      Promise.resolve({ done: true, shown: TALK.filter(({ id }) => ids.includes(id)).map((each) => revealed(each)) }),
    report: done("report"),
    safetyNumber: () =>
      Promise.resolve({ digits: DIGITS, payload: Uint8Array.from({ length: 77 }, (_, i) => i * 3), lasts: true }),
    setVerified: done("setVerified"),
    add: done("add"),
    removeMember: done("removeMember"),
    leave: done("leave"),
    ...more,
  }
}

/** A conversation of which a part is held at a time, as of a real one. */
export function windowed(all: readonly Message[]): Partial<Conversation> {
  const start = signal(all.length - HELD)
  const move = (to: number) => {
    start.value = Math.max(0, Math.min(to, all.length - HELD))
    return Promise.resolve(true)
  }
  return {
    messages: computed(() => all.slice(start.value, start.value + HELD)),
    hasEarlier: computed(() => start.value > 0),
    hasLater: computed(() => start.value + HELD < all.length),
    earlier: () => move(start.value - HELD / 3).then(() => undefined),
    later: () => move(start.value + HELD / 3).then(() => undefined),
    show: (id) => move(id === undefined ? all.length : all.findIndex((each) => each.id === id) - HELD / 2),
  }
}
const HELD = 120

const LINES = Array.from({ length: 12 }, (_, index) => `Line ${index + 1} of what there is to talk about`)

/** An appointment that begins so many minutes from now. */
function upcoming(minutes: number): Upcoming {
  return { id: `in${minutes}`, startsAt: minutesAgo(-minutes), minutes: 50 }
}

export function meeting(minutes: number, more: Partial<Meeting> = {}): Meeting {
  const shared = { zone: Intl.DateTimeFormat().resolvedOptions().timeZone, items: [], cancelled: false }
  return { ...upcoming(minutes), ...shared, revision: 3, by: "maple", pending: false, ...more }
}

/** A page on which there is something of each. */
export const PLANNED: SessionPage = {
  meetings: [
    meeting(1_470, { items: ["How the week was", "What helped, and what did not", "كيف كان النوم"] }),
    meeting(11_550, { minutes: 90, zone: "America/Argentina/Buenos_Aires", pending: true }),
  ],
  goals: [
    { id: "g1", title: "Go out every day", step: "To the corner and back", progress: 40, done: false, ...shared() },
    { id: "g2", title: "Sleep before midnight", step: "", progress: 100, done: true, ...shared() },
  ],
  notes: [
    { id: "n1", text: "Breathe out longer than in.\n\nCount the windows of the house across the street.", ...shared() },
    { id: "n2", text: "a-very-long-word-".repeat(20), ...shared(ME) },
  ],
}

/** As many as somebody could want. */
export const PLANNED_MANY: SessionPage = {
  meetings: [
    ...Array.from({ length: 6 }, (_, index) => meeting(1_470 + index * 10_080, { items: LINES.slice(0, index * 2) })),
    meeting(-30_000),
    meeting(-40_000, { cancelled: true }),
  ],
  goals: Array.from({ length: 8 }, (_, index) => ({
    ...{ id: `g${index}`, title: LINES[index] ?? "", step: "", progress: index * 12, done: false },
    ...shared(),
  })),
  notes: LINES.map((text, index) => ({ id: `n${index}`, text: `${text}. `.repeat(index + 1), ...shared() })),
}

function shared(by = "maple") {
  return { revision: 4, by, pending: false }
}

const CIRCLE = ["maple", "fern", "نورة", "wren", "a-very-long-name-of-32-characters"]

export const circle = (more: Partial<Conversation> = {}): Conversation =>
  conversation({
    id: "c2",
    kind: "circle",
    members: signal([member(ME), ...CIRCLE.map((name) => member(name, { staff: name === "wren" }))]),
    messages: signal([
      message("Shall we begin with how the week was?", { sender: "wren", at: minutesAgo(300) }),
      message("Slow, but I went outside every day.", { sender: "fern", at: minutesAgo(296) }),
      message("That is good to hear.", { sender: "نورة", at: minutesAgo(295) }),
      message("Same here. Small steps.", {
        mine: true,
        at: minutesAgo(290),
        reactions: new Map([["💪", ["fern", "wren"]]]),
      }),
    ]),
    readBy: signal(new Map()),
    safetyNumber: () => Promise.resolve({ digits: DIGITS.slice(0, 6), payload: undefined, lasts: false }),
    ...more,
  })

export function row(id: string, people: readonly string[], more: Partial<ConversationRow> = {}): ConversationRow {
  return {
    id,
    kind: people.length > 1 ? "circle" : "direct",
    people,
    unread: 0,
    last: message("See you tomorrow at ten?", { at: minutesAgo(11) }),
    draft: false,
    muted: false,
    standing: "active",
    meetings: [],
    ...more,
  }
}

export const ROWS: readonly ConversationRow[] = [
  row("c1", ["maple"], { unread: 2, meetings: [upcoming(1_470)] }),
  row("c2", CIRCLE, { last: message("Same here. Small steps.", { mine: true, at: minutesAgo(290) }), muted: true }),
  row("c3", ["juniper"], {
    meetings: [upcoming(-10)],
    draft: true,
    last: message("Take care.", { at: minutesAgo(1700) }),
  }),
  row("c4", ["نورة"], { last: message("شكرا لك على الأمس", { at: minutesAgo(6000) }) }),
  row("c5", ["rowan"], { standing: "waiting", last: undefined }),
  row("c6", ["willow"], { standing: "left", last: message("Goodbye.", { at: minutesAgo(30_000) }) }),
]

export const STEPS: Readonly<Record<string, PairingStep>> = {
  preparing: { kind: "preparing" },
  offered: { kind: "offered", payload: "MV1-7QZK-4M2P-9XRT-H6VD-3WNC-8YBF" },
  compare: { kind: "compare", digits: "482 913", confirm: () => undefined },
  type: { kind: "type", enter: () => undefined },
  done: { kind: "done" },
  failed: { kind: "failed", problem: { code: "client.pairing_failed", fault: "theirs" } },
}

export function pairing(step: PairingStep): Pairing {
  return { step: signal(step), cancel: () => undefined }
}

export function passkey(label: string, more: Partial<OwnPasskey> = {}): OwnPasskey {
  return {
    passkey: label,
    label,
    madeAt: minutesAgo(90_000),
    usedAt: minutesAgo(500),
    opensHere: true,
    bringsBack: true,
    isLastWay: false,
    ...more,
  }
}

export function passkeys(list: readonly OwnPasskey[] | undefined, more: Partial<Passkeys> = {}): Passkeys {
  return {
    possible: true,
    most: 4,
    list: signal(list),
    look: done("look"),
    add: done("add"),
    bringBackBy: done("bringBackBy"),
    remove: done("remove"),
    ...more,
  }
}
