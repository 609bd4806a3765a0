/** The states of calls: before, in and after them, between two and in a circle. */

import { signal } from "@preact/signals"
import type { Calls, CheckCode, EndReason, PlannedCall, RecordingState, Room, Stage } from "../../src/state/call-models"
import type { OpenedRecording, Outcome } from "../../src/state/models"
import { session } from "./app"
import { CRISIS_TALK } from "./crisis"
import { desk, held } from "./desk"
import {
  BEGUN,
  calls,
  check,
  circleRoom,
  circleTools,
  helped,
  LEADING,
  LED,
  OF_TWO,
  own,
  participant,
  picture,
  recording,
  RELAYED,
  REQUEST,
  room,
  RUNNING,
  SERIES,
  shownScreen,
  TEN,
  TWO,
} from "./calls"
import { circle, conversation, ME, member, minutesAgo, NOW } from "./values"
import { open, refused, type State } from "./state"

type Play = Omit<State, "app" | "hash">

const at = (hash: string, shown: Calls, play: Play = {}): State => open(hash, { calls: signal(shown) }, play)
const before = (more: Partial<Calls> = {}, play: Play = {}): State => at("#/c/c1/call", calls(undefined, more), play)
const planned = (found: readonly PlannedCall[] | undefined): State =>
  at("#/c/c2/call", calls(undefined, { planned: () => Promise.resolve(found) }))
const ofTwo = (more: Partial<Calls> = {}, press: readonly string[] = []): State =>
  before({ planned: () => Promise.resolve(OF_TWO), ...more }, { press })
const within = (more: Partial<Room> = {}, play: Play = {}, wishes: Partial<Calls["wishes"]> = {}): State => {
  const shown = calls(room(more))
  return at("#/c/c1/call", { ...shown, wishes: { ...shown.wishes, ...wishes } }, play)
}
const staged = (stage: Stage, more: Partial<Room> = {}, play: Play = {}): State =>
  at("#/c/c2/call", calls(circleRoom(undefined, { stage: signal(stage), ...more })), play)
const inCircle = (
  tools: ReturnType<typeof circleTools> = circleTools(),
  more: Partial<Room> = {},
  play: Play = {},
): State => at("#/c/c2/call", calls(circleRoom(tools, more)), play)
const leading = (tools: Parameters<typeof circleTools>[1] = {}, play: Play = {}, more: Partial<Room> = {}): State =>
  inCircle(circleTools(LEADING, tools), { people: signal(LED()), ...more }, play)
const ended = (why: EndReason, more: Partial<Room> = {}, play: Play = {}): State =>
  at(
    "#/c/c1/call",
    calls(room({ stage: signal({ kind: "ended", why, minutes: 48, canComeBack: why !== "ended" }), ...more })),
    play,
  )
const refusedWith = (code: string): State => staged({ kind: "refused", problem: { code, fault: "theirs" } })
/** `end`: how a file ends, or why it cannot be opened. */
const sealed = (end?: "whole" | "cut" | `recording.${string}`, press: readonly string[] = []): State => {
  if (end === undefined) return open("#/settings/recording")
  const opened = (how: "whole" | "cut"): Promise<Outcome & { readonly recording: OpenedRecording }> =>
    Promise.resolve({ done: true, recording: { media: new Blob(["a"]), startedAt: minutesAgo(3_000), end: how } })
  const answer = () => (end === "whole" || end === "cut" ? opened(end) : refused(end))
  return open(
    "#/settings/recording",
    { data: { ...session().data, openRecording: answer } },
    { file: "a.mvrec", press },
  )
}
const failing = (name: "microphone" | "path" | "relay", code: CheckCode): State =>
  before({
    check: () =>
      Promise.resolve(
        check(
          {
            ...{ microphone: { state: "good" }, camera: { state: "skipped" }, speaker: { state: "good" } },
            ...{ encryption: { state: "good" }, relay: { state: "weak", code: "tls_only" } },
            [name]: { state: "bad", code },
          },
          { result: signal(name === "path" ? "audio_only" : "blocked") },
        ),
      ),
  })

/** Opens the form. */
const PLAN = "button[aria-expanded]"
/** Of what can be opened already. */
const CALL_OFF = "li:nth-of-type(2) button:last-of-type"
/** The row of buttons: the first of them. */
const control = (index: number) => `[role=group] > button:nth-of-type(${index})`
const WAITING: Extract<Stage, { kind: "waiting" }> = {
  ...{ kind: "waiting", since: minutesAgo(3), host: "online", wasInside: false, place: 2 },
}
const LINE = ["juniper", "نورة"].map((handle, index) => ({
  ...{ member: handle, handle, since: minutesAgo(4 - index), wasInside: index === 1 },
}))
const PIECE = {
  ...{ holder: "wren", handle: "wren", isMine: false, next: [ME, "heron"] },
  turnEndsAt: new Date(NOW.getTime() + 80_000),
}
const CAPTIONS: Room["captions"] = {
  lines: signal([
    { id: "1", handle: "rowan", text: "I did not sleep much this week.", isFinal: true },
    { id: "2", handle: "rowan", text: "But yesterday I walked to the lake, and", isFinal: false },
  ]),
  write: () => Promise.resolve({ done: true }),
}
const ASKED_RECORDING: Extract<RecordingState, { kind: "asked" }> = {
  ...{ kind: "asked", request: REQUEST, until: new Date(NOW.getTime() + 40_000), mine: "open" },
}
const RUNNING_RECORDING: Extract<RecordingState, { kind: "on" }> = {
  ...{ kind: "on", request: REQUEST, since: NOW, recorder: "maple", isMine: false, mine: "given" },
}
const CRISIS: Partial<Room> = {
  ...{ kind: "crisis", conversation: "c9", media: "audio", plannedMinutes: signal(undefined) },
  recording: recording({ kind: "off", isForbidden: true }),
}

export const CALL_STATES: Readonly<Record<string, State>> = {
  "talk-can-call": at("#/c/c1", calls()),
  "talk-call-running": at("#/c/c1", calls(undefined, { running: signal([RUNNING]) })),
  "talk-in-call": at("#/c/c1", calls(room(), { running: signal([{ ...RUNNING, isHere: true }]) })),
  "home-in-call": at("#/", calls(room({ own: own({ microphone: signal("on") }) }))),
  "home-called": at("#/", calls(undefined, { running: signal([RUNNING]) })),
  "call-none": open("#/c/c1/call"),
  "call-lacking": before({ lacks: "transform" }),
  "call-before": before(),
  "call-before-join": before({ running: signal([RUNNING]) }),
  "call-before-alone": before({ route: () => Promise.resolve({ ...RELAYED, wishesDirect: true }) }),
  "call-before-both": before({ route: () => Promise.resolve({ ...RELAYED, wishesDirect: true, isRelayed: false }) }),
  "call-before-direct": before({
    route: () => Promise.resolve({ mayChoose: false, wishesDirect: false, isRelayed: false }),
    running: signal([{ ...RUNNING, isDirect: true }]),
  }),
  "call-another-here": at("#/c/c2/call", calls(room(), { running: signal([{ ...RUNNING, isHere: true }]) })),
  "call-another-elsewhere": at(
    "#/c/c2/call",
    calls(undefined, {
      running: signal([
        { ...RUNNING, isElsewhere: true },
        { ...RUNNING, call: "call2", conversation: "c2" },
      ]),
    }),
  ),
  "call-before-moves": before({ running: signal([{ ...RUNNING, isElsewhere: true }]) }),
  "home-call-here": at("#/", calls(room(), { running: signal([{ ...RUNNING, isHere: true }]) })),
  "home-call-elsewhere": at("#/", calls(undefined, { running: signal([{ ...RUNNING, isElsewhere: true }]) })),
  "call-planned": planned(SERIES),
  "call-planned-led": open("#/c/c2/call", {
    calls: signal(calls(undefined, { planned: () => Promise.resolve(SERIES), roomKinds: () => Promise.resolve([]) })),
    open: () => Promise.resolve(circle({ members: signal([{ ...member(ME), staff: true }, member("maple")]) })),
  }),
  "call-planned-begun": planned(BEGUN),
  "call-planned-unknown": planned(undefined),
  "call-planned-two": ofTwo(),
  "call-plan": ofTwo({}, [PLAN]),
  "call-plan-sent": ofTwo({}, [PLAN, "[type=submit]"]),
  "call-plan-refused": ofTwo({ plan: () => refused("plan_full") }, [PLAN, "[type=submit]"]),
  "call-off": ofTwo({}, [CALL_OFF]),
  "call-off-refused": ofTwo({ callOff: () => refused("plan_begun") }, [CALL_OFF, "div:last-child > button:last-child"]),
  "call-before-refused": before({ start: () => refused("relay_unavailable") }, { press: ["div > button"] }),
  "call-check-running": before({
    check: () =>
      Promise.resolve(
        check(
          { microphone: { state: "good" }, camera: { state: "good" }, speaker: { state: "asks" } },
          { preview: signal(picture(1)) },
        ),
      ),
  }),
  "call-check-asks": before({ check: () => Promise.resolve(check({ microphone: { state: "asks" } })) }),
  "call-check-good": before({
    check: () =>
      Promise.resolve(
        check(
          {
            ...{ microphone: { state: "good" }, camera: { state: "skipped" }, speaker: { state: "good" } },
            ...{ encryption: { state: "good" }, relay: { state: "good" }, path: { state: "good" } },
          },
          { result: signal("good") },
        ),
      ),
  }),
  "call-check-denied": failing("microphone", "mic_denied"),
  "call-check-weak": failing("path", "loss_high"),
  "call-check-blocked": failing("relay", "relay_unavailable"),
  "call-joining": staged({ kind: "joining" }),
  "call-agreement": staged({
    kind: "agreement",
    agreement: {
      version: "3",
      lines: ["What is said here stays here.", "Nobody records.", "لكل شخص الحق في الصمت."],
      hasChanged: true,
    },
  }),
  "call-waiting": staged(WAITING),
  "call-waiting-back": staged({ ...WAITING, host: "in_another_call", wasInside: true, place: undefined }),
  "call-waiting-broken": staged(
    { ...WAITING, host: "away", place: 1 },
    { link: signal({ kind: "mending", since: minutesAgo(1) }) },
  ),
  "call-waiting-devices": staged(WAITING, {}, { press: ["div + p + p button"] }),
  "call-waiting-recording": staged(WAITING, {
    recording: recording({ ...RUNNING_RECORDING, mine: "open" }),
  }),
  "call-waiting-refused": staged(WAITING, {
    recording: recording({ ...RUNNING_RECORDING, mine: "refused" }),
  }),
  "call-no-lead": staged({ ...WAITING, host: "away" }, { kind: "therapy_circle" }),
  "call-full": refusedWith("call_full"),
  "call-locked": refusedWith("room_locked"),
  "call-no-relay": refusedWith("relay_unavailable"),
  "call-two": within(),
  "call-two-sound": within({
    media: "audio",
    own: own({ microphone: signal("on"), step: signal("audio") }),
    people: signal(TWO().map((each) => ({ ...each, hasCamera: false, picture: undefined }))),
  }),
  "call-two-text": within({ own: own({ step: signal("text") }) }),
  "call-alone": within({ people: signal(TWO().slice(0, 1)) }),
  "call-no-self": within({}, {}, { hidesSelf: signal(true) }),
  "call-screen": within({
    screen: signal({ member: "maple", handle: "maple", isMe: false, picture: shownScreen() }),
  }),
  "call-captions": within({ captions: CAPTIONS }),
  "call-captions-typing": within({ captions: CAPTIONS }, { press: [control(4), "section p button"] }),
  "call-denied": within({ own: own({ microphone: signal("denied"), camera: signal("in_use") }) }),
  "call-weak": within({ own: own({ suggested: signal("audio") }), people: signal(weak()) }),
  "call-unseen": within({ link: signal({ kind: "unseen", since: minutesAgo(1) }) }),
  "call-silenced": within({ link: signal({ kind: "silenced", since: minutesAgo(1) }) }),
  "call-mending": within({ link: signal({ kind: "mending", since: minutesAgo(1) }) }),
  "call-overrun": within({ startedAt: signal(minutesAgo(53)) }),
  "call-settings": within({}, { press: [control(6)] }),
  "call-leave": within({}, { press: [control(7)] }),
  "call-keys": within({}, { press: [control(6), "div:last-child > button:first-child"] }),
  "call-people": within({}, { press: [control(3)] }),
  "case-can-call": open("#/desk/case/k1", { desk: signal(desk({ cases: [held()] })), calls: signal(calls()) }),
  "call-crisis-before": open("#/c/c9/call", {
    calls: signal(calls()),
    open: () => Promise.resolve(conversation({ id: "c9", kind: "crisis", messages: signal(CRISIS_TALK) })),
  }),
  "call-crisis": open("#/c/c9/call", {
    calls: signal(calls(room({ ...CRISIS, people: signal([participant(ME, { isMuted: true })]) }))),
    open: () => Promise.resolve(conversation({ id: "c9", kind: "crisis", messages: signal(CRISIS_TALK) })),
  }),
  "call-record-ask": within({}, { press: [control(3), "section p button"] }),
  "call-record-asked": within({ recording: recording(ASKED_RECORDING) }),
  "call-record-agreed": within({ recording: recording({ kind: "agreed", request: REQUEST, mine: "given" }) }),
  "call-record-on": within({
    recording: recording(RUNNING_RECORDING),
    people: signal(TWO().map((each) => (each.isMe ? each : { ...each, isRecorder: true }))),
  }),
  "call-record-mine": within({
    recording: recording({ ...RUNNING_RECORDING, recorder: ME, isMine: true }),
    people: signal(TWO().map((each) => (each.isMe ? { ...each, isRecorder: true } : each))),
  }),
  "call-record-unknown": within({
    recording: recording({ ...ASKED_RECORDING, request: { ...REQUEST, text: undefined } }),
  }),
  "call-record-words": within({ recording: recording(ASKED_RECORDING) }, { press: ["summary"] }),
  "call-record-withdrawn": within({ recording: recording({ kind: "stopped", why: "withdrawn", own: "dropped" }) }),
  "call-record-unheard": within({
    recording: recording({ kind: "stopped", why: "unheard", own: "kept" }, new Blob(["sealed"])),
  }),
  "call-record-made": ended("left", {
    recording: recording({ kind: "stopped", why: "stopped", own: "kept" }, new Blob(["sealed"])),
  }),
  "call-record-dropped": ended("removed", {
    recording: recording({ kind: "stopped", why: "put_out", own: "dropped" }),
  }),
  "sealed-recording": sealed(),
  "sealed-recording-opened": sealed("whole"),
  "sealed-recording-cut": sealed("cut"),
  "sealed-recording-save": sealed("whole", ["section p button"]),
  "sealed-recording-others": sealed("recording.not_for_account"),
  "circle-before": open("#/c/c2/call", {
    open: () => Promise.resolve(circle({ members: signal([{ ...member(ME), staff: true }, member("maple")]) })),
    calls: signal(calls()),
  }),
  "circle-room": inCircle(),
  "circle-speaker": open("#/c/c2/call", {
    calls: signal({
      ...calls(circleRoom()),
      wishes: { ...calls().wishes, view: signal("speaker") },
    }),
  }),
  "circle-spotlight": inCircle(circleTools([], { spotlit: signal("maple") })),
  "circle-hand": inCircle(undefined, {
    people: signal(TEN().map((each) => (each.isMe ? { ...each, hand: 3 } : each))),
  }),
  "circle-agenda": inCircle(circleTools([], { piece: signal(PIECE) }), {}, { press: [control(5)] }),
  "circle-piece-mine": inCircle(
    circleTools([], {
      piece: signal({ ...PIECE, holder: ME, handle: ME, isMine: true, next: ["heron"], turnEndsAt: NOW }),
    }),
    {},
    { press: [control(5)] },
  ),
  "circle-invited": inCircle(undefined, { own: own({ invited: signal(true) }) }),
  "circle-muted": inCircle(undefined, { own: own({ microphone: signal("held_by_moderator") }) }),
  "circle-not-ok": inCircle(undefined, {}, { press: ["h1 ~ button, div > button[aria-haspopup]"] }),
  "circle-side": inCircle(circleTools([], { side: signal({ handle: "rowan", conversation: "c5" }) })),
  "circle-paused": inCircle(undefined, { stage: signal({ kind: "paused", endsAt: minutesAgo(-5) }) }),
  "circle-lead": leading({ line: signal(LINE) }),
  "circle-lead-people": leading(
    { line: signal(LINE), isLocked: signal(true) },
    { press: [control(4), "li:nth-child(2) details summary"] },
  ),
  "circle-lead-agenda": leading(
    { agenda: signal({ ...agenda(), at: 3, endsAt: minutesAgo(2), isOver: true }) },
    { press: [control(5)] },
  ),
  "circle-lead-piece": leading({ piece: signal(PIECE) }, { press: [control(5)] }),
  "circle-lead-flag": leading({ flagged: signal(["wren"]) }),
  "circle-lead-remove": leading(
    { remove: () => refused("role_required") },
    {
      press: [
        control(4),
        "li:nth-child(2) details summary",
        "li:nth-child(2) details div > button:last-child",
        "dialog div:last-child > button:last-child",
      ],
    },
  ),
  "circle-lead-leave": leading({}, { press: [control(9)] }),
  "circle-lead-unlicensed": leading(
    { line: signal(LINE), admitAll: () => refused("role_required") },
    { press: [control(4), "section section:first-of-type p button"] },
    { kind: "therapy_circle", people: signal(LED().slice(0, 1)) },
  ),
  "circle-lead-refused": leading({ raiseHand: () => refused("rate_limited") }, { press: [control(3)] }),
  "call-ended": ended("ended"),
  "call-left": ended("left"),
  "call-helped": ended("ended", { helped: helped() }),
  "call-helped-said": ended("left", { helped: helped({ answer: signal(4) }) }),
  "call-helped-change": ended(
    "left",
    { helped: helped({ answer: signal(5), say: () => refused("helped_not_now") }) },
    { press: ["section button", "section label:first-of-type", "section div:last-of-type button"] },
  ),
  "call-removed": ended("removed"),
  "call-replaced": ended("replaced"),
  "call-unanswered": ended("unanswered"),
  "circle-ended": open("#/c/c2/call", {
    open: () => Promise.resolve(circle({ members: signal([member(ME), member("maple")]) })),
    calls: signal(
      calls(
        circleRoom(undefined, {
          stage: signal({ kind: "ended", why: "no_facilitator", minutes: 91, canComeBack: true }),
          attended: signal([
            { handle: ME, isMe: true, minutes: 91 },
            { handle: "maple", isMe: false, minutes: 88 },
          ]),
        }),
      ),
    ),
  }),
}

function weak() {
  return TWO().map((each) =>
    each.isMe ? each : { ...each, quality: "poor" as const, isPictureSpared: true, isSpeaking: false },
  )
}

function agenda() {
  const shown = circleTools().agenda.value
  if (shown === undefined) throw new Error("a circle has an agenda")
  return shown
}
