/** Fixed values for the screens of calls. */

import { signal } from "@preact/signals"
import { recordingText } from "../../src/call/recording-text"
import type {
  CallRoute,
  CallRow,
  Calls,
  Check,
  CheckStep,
  CheckStepName,
  Circle,
  Helped,
  OwnMedia,
  Participant,
  PlannedCall,
  Vouched,
  Power,
  RecordingRequest,
  RecordingState,
  Room,
  Stage,
} from "../../src/state/call-models"
import { done, ME, minutesAgo, never } from "./values"

/** Colours of what the cameras see, in place of faces. */
const GROUNDS = ["#8fb8a8", "#c9b48a", "#9aa8c7", "#b99ab5", "#a7b98a"]

/** What a camera sees: somebody in front of a wall. */
export function picture(index: number): MediaStream {
  const canvas = document.createElement("canvas")
  canvas.width = 320
  canvas.height = 240
  const context = canvas.getContext("2d")
  if (context) {
    context.fillStyle = GROUNDS[index % GROUNDS.length] ?? "#8fb8a8"
    context.fillRect(0, 0, 320, 240)
    context.fillStyle = "#4a4038"
    context.beginPath()
    context.arc(160, 105, 45, 0, 7)
    context.arc(160, 270, 105, 0, 7)
    context.fill()
  }
  return canvas.captureStream(1)
}

/** A screen that somebody shows. */
export function shownScreen(): MediaStream {
  const canvas = document.createElement("canvas")
  canvas.width = 640
  canvas.height = 400
  const context = canvas.getContext("2d")
  if (context) {
    context.fillStyle = "#ffffff"
    context.fillRect(0, 0, 640, 400)
    context.fillStyle = "#5a6a78"
    for (let line = 0; line < 8; line++) context.fillRect(60, 60 + line * 36, 520 - (line % 3) * 90, 12)
  }
  return canvas.captureStream(1)
}

export function participant(handle: string, more: Partial<Participant> = {}): Participant {
  return {
    ...{ member: handle, handle, isMe: handle === ME, seat: 1, role: "participant", presence: "on" },
    ...{ isMuted: false, isMutedByOthers: false, hasCamera: false, picture: undefined, isPictureSpared: false },
    ...{ isSpeaking: false, quality: "good", isMending: false, hand: undefined, isRecorder: false },
    ...{ isVerified: false, vouched: undefined },
    ...more,
  }
}

export const TWO = (): readonly Participant[] => [
  participant(ME, { hasCamera: true, picture: picture(1), isMuted: true }),
  participant("maple", { hasCamera: true, picture: picture(0), isSpeaking: true, isVerified: true }),
]

const LICENSED: Vouched = { kind: "licensed", checkedAt: minutesAgo(3 * 24 * 60) }
const NAMES = ["fern", "نورة", "wren", "a-very-long-name-of-32-characters", "heron", "moss", "alder"]

export const TEN = (): readonly Participant[] => [
  participant(ME, { isMuted: true }),
  ...NAMES.map((name, index) =>
    participant(name, {
      ...{ seat: index + 2, isMuted: index % 2 === 0, hasCamera: index % 3 === 1 },
      ...(index % 3 === 1 ? { picture: picture(index) } : {}),
      ...(index === 0 ? { hand: 1 } : {}),
      ...(index === 1 ? { isSpeaking: true, role: "leader" as const } : {}),
      ...(index === 2 ? { quality: "poor" as const, isPictureSpared: true } : {}),
      ...(index === 4 ? { presence: "reconnecting" as const } : {}),
      ...(index === 5 ? { presence: "away" as const } : {}),
      ...(index === 6 ? { hand: 2, quality: "fair" as const } : {}),
    }),
  ),
  participant("maple", {
    seat: 9,
    role: "facilitator",
    hasCamera: true,
    picture: picture(0),
    isVerified: true,
    vouched: LICENSED,
  }),
  participant("rowan", { seat: 10, role: "co_facilitator", isMuted: true, vouched: { kind: "peer" } }),
]

/** The same as whoever leads sees it. */
export const LED = (): readonly Participant[] =>
  TEN()
    .filter(({ handle }) => handle !== "maple")
    .map((each) => (each.isMe ? { ...each, role: "facilitator", seat: 9 } : each))

export function own(more: Partial<OwnMedia> = {}): OwnMedia {
  return {
    microphone: signal("off"),
    camera: signal("off"),
    screen: signal("off"),
    step: signal("video"),
    suggested: signal(undefined),
    devices: signal(DEVICES),
    canShare: true,
    invited: signal(false),
    setMicrophone: done("setMicrophone"),
    setCamera: done("setCamera"),
    setScreen: done("setScreen"),
    setStep: done("setStep"),
    choose: done("choose"),
    ...more,
  }
}

const DEVICES = {
  microphones: [
    { id: "a", label: "Built-in microphone", isChosen: true },
    { id: "b", label: "Headset", isChosen: false },
  ],
  cameras: [
    { id: "c", label: "", isChosen: true },
    { id: "d", label: "", isChosen: false },
  ],
  speakers: [],
}

export function room(more: Partial<Room> = {}): Room {
  return {
    call: "call1",
    conversation: "c1",
    media: "video",
    kind: "individual",
    stage: signal<Stage>({ kind: "in" }),
    link: signal({ kind: "good" }),
    topology: signal("p2p"),
    people: signal(TWO()),
    speaker: signal("maple"),
    sounds: signal([]),
    screen: signal(undefined),
    own: own({ camera: signal("on") }),
    circle: undefined,
    recording: recording({ kind: "off", isForbidden: false }),
    captions: { lines: signal([]), write: done("write") },
    helped: undefined,
    startedAt: signal(minutesAgo(32)),
    plannedMinutes: signal(50),
    attended: signal([]),
    told: signal([]),
    agree: done("agree"),
    shows: () => undefined,
    leave: done("leave"),
    end: done("end"),
    comeBack: done("comeBack"),
    ...more,
  }
}

export function helped(more: Partial<Helped> = {}): Helped {
  return { isAsked: signal(true), answer: signal(undefined), say: done("say"), skip: () => undefined, ...more }
}

export function recording(state: RecordingState, made?: Blob): Room["recording"] {
  return {
    state: signal(state),
    request: done("request"),
    consent: done("consent"),
    withdraw: done("withdraw"),
    start: done("start"),
    stop: done("stop"),
    canRecord: true,
    made: signal(made),
  }
}

export const REQUEST: RecordingRequest = {
  by: "maple",
  purpose: "supervision",
  onWithdraw: "discard",
  receivers: ["maple", "ada"],
  text: recordingText("supervision", "discard"),
  consents: [
    { member: "maple", handle: "maple", consent: "given" },
    { member: "fern", handle: "fern", consent: "given" },
    { member: ME, handle: ME, consent: "open" },
  ],
}

export const LEADING: readonly Power[] = [
  ...(["admit", "hold", "remove", "mute", "invite_unmute", "set_role", "lock", "spotlight"] as const),
  ...(["revoke_screen", "phase", "piece", "end", "side", "request_recording"] as const),
]

const PHASES = [
  { name: "open", minutes: 5 },
  { name: "check_in", minutes: 20 },
  { name: "activity", minutes: 25 },
  { name: "share", minutes: 25 },
  { name: "closing", minutes: 10 },
  { name: "debrief", minutes: 5 },
]

export function circleTools(powers: readonly Power[] = [], more: Partial<Circle> = {}): Circle {
  return {
    powers: signal(new Set(powers)),
    isLocked: signal(false),
    line: signal([]),
    hands: signal([
      { member: "fern", handle: "fern", isMe: false },
      { member: "alder", handle: "alder", isMe: false },
    ]),
    spotlit: signal(undefined),
    agenda: signal({ phases: PHASES, at: 1, endsAt: minutesAgo(-12), isOver: false }),
    piece: signal(undefined),
    flagged: signal([]),
    side: signal(undefined),
    raiseHand: done("raiseHand"),
    lowerHand: done("lowerHand"),
    admit: done("admit"),
    admitAll: done("admitAll"),
    hold: done("hold"),
    remove: done("remove"),
    mute: done("mute"),
    muteAll: done("muteAll"),
    inviteToSpeak: done("inviteToSpeak"),
    setRole: done("setRole"),
    setLocked: done("setLocked"),
    spotlight: done("spotlight"),
    stopScreen: done("stopScreen"),
    nextPhase: done("nextPhase"),
    extend: done("extend"),
    startPiece: done("startPiece"),
    passPiece: done("passPiece"),
    stopPiece: done("stopPiece"),
    openSide: done("openSide"),
    askForHelp: done("askForHelp"),
    stepOut: done("stepOut"),
    ...more,
  }
}

/** A circle, seen by one of its members. */
export function circleRoom(tools: Circle = circleTools(), more: Partial<Room> = {}): Room {
  return room({
    ...{ conversation: "c2", kind: "peer_circle", topology: signal("sfu"), people: signal(TEN()), circle: tools },
    ...{ plannedMinutes: signal(90), own: own(), speaker: signal("نورة") },
    ...more,
  })
}

const STEPS: readonly CheckStepName[] = ["microphone", "camera", "speaker", "encryption", "relay", "path"]

/** How far a check has come: what is not named waits. */
export function check(
  steps: Partial<Record<CheckStepName, Partial<CheckStep>>> = {},
  more: Partial<Check> = {},
): Check {
  return {
    steps: signal(STEPS.map((name) => ({ name, state: "waits" as const, code: undefined, ...steps[name] }))),
    result: signal(undefined),
    preview: signal(undefined),
    level: signal(0.4),
    devices: signal(DEVICES),
    run: () => never(),
    again: () => never(),
    playTone: done("playTone"),
    heardTone: () => undefined,
    choose: done("choose"),
    close: () => undefined,
    ...more,
  }
}

export const RUNNING: CallRow = {
  ...{ call: "call1", kind: "individual", conversation: "c1", media: "video", startedAt: minutesAgo(4), by: "maple" },
  ...{ isMine: false, isHere: false, isElsewhere: false, isDirect: false },
}

const ahead = (minutes: number, more: Partial<PlannedCall> = {}): PlannedCall => ({
  ...{ session: `s${minutes}`, conversation: "c2", kind: "peer_circle", media: "video", minutes: 90 },
  ...{ call: undefined, needsTalk: false, startsAt: minutesAgo(-minutes), opensAt: minutesAgo(30 - minutes) },
  ...more,
})
const DAY = 24 * 60

/** A circle's series: the first of it can be opened. */
export const SERIES = [20, 26 * 60, 7 * DAY, 14 * DAY, 21 * DAY].map((minutes) => ahead(minutes))
/** What has begun, and what one cannot come into yet. */
export const BEGUN = [ahead(-5, { call: "call1" }), ahead(7 * DAY, { kind: "therapy_circle", needsTalk: true })]

/** Of two: one goes on, one can be opened, one is to come. */
export const OF_TWO = [ahead(-5, { call: "call1" }), ahead(20), ahead(26 * 60)].map((each) => ({
  ...each,
  ...{ conversation: "c1", kind: "individual", media: "audio" as const, minutes: 50 },
}))

/** Between two of whom one gives support: nobody has chosen anything. */
export const RELAYED: CallRoute = { mayChoose: true, wishesDirect: false, isRelayed: true }

export function calls(current?: Room, more: Partial<Calls> = {}): Calls {
  return {
    running: signal([]),
    current: signal(current),
    lacks: undefined,
    wishes: {
      ...{ microphone: signal(""), camera: signal(""), speaker: signal(""), hidesSelf: signal(false) },
      ...{ showsCaptions: signal(true), view: signal("grid"), keys: signal(true) },
    },
    planned: () => Promise.resolve([]),
    planChanges: signal(0),
    plan: done("plan"),
    callOff: done("callOff"),
    route: () => Promise.resolve(RELAYED),
    wishDirect: done("wishDirect"),
    refresh: () => undefined,
    leaveOthers: done("leaveOthers"),
    roomKinds: () => Promise.resolve([{ name: "peer_circle", minutes: 90, least: 4, most: 8 }]),
    openRoom: done("openRoom"),
    hidesAddresses: () => Promise.resolve(true),
    check: () => Promise.resolve(check()),
    start: done("start"),
    join: done("join"),
    decline: done("decline"),
    dismiss: () => undefined,
    ...more,
  }
}
