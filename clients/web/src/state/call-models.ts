/**
 * What the screens of a call show, and what they can ask for.
 *
 * Streams are to be put into the elements that play them and are never kept by a screen:
 * another one may stand in their place a moment later. A video element of ours is always
 * muted; what is heard are `Room.sounds`, whatever the screen shows.
 *
 * Camera, microphone and screen are off until somebody turns them on, each on its own.
 * Nobody else ever turns them on. Times are by this device's clock.
 */

import type { ReadonlySignal, Signal } from "@preact/signals"
import type { Elements } from "../call/recorded-picture"
import type { Outcome, Problem } from "./asked"
import type { CallMedia, CallPlans, CallRoute, CallRow, RoomKind } from "./call-opening-models"
import type { CallRole, Circle } from "./circle-models"

export type { CallMedia, CallPlan, CallRoute, CallRow, PlannedCall, RoomKind } from "./call-opening-models"

export type {
  Agenda,
  AgendaPhase,
  CallRole,
  Circle,
  Power,
  Raised,
  RemoveReason,
  SideAsked,
  TalkingPiece,
  Waiting,
} from "./circle-models"

/** How people are connected: with each other, or through a forwarder that cannot open what it forwards. */
export type Topology = "p2p" | "mesh" | "sfu"

/** "away": nothing was heard of the device for ten seconds, or the person stepped out. */
export type Presence = "on" | "reconnecting" | "away"

export interface Calls extends CallPlans {
  /** Calls of one's conversations, the newest first; also the one that this device is in. */
  readonly running: ReadonlySignal<readonly CallRow[]>
  /** The one that this device is in, waits for or has just left, until `dismiss`. */
  readonly current: ReadonlySignal<Room | undefined>
  /** What this browser lacks; a call is then refused before anybody is asked. */
  readonly lacks: "transform" | "webrtc" | undefined
  readonly wishes: CallWishes
  /** Whether a call in which nobody learns the other's address can be had; undefined if nobody can say now. */
  hidesAddresses(): Promise<boolean | undefined>
  /** How the next call between two is connected; undefined if nobody can say now. */
  route(conversation: string): Promise<CallRoute | undefined>
  /** Says, until it is taken back, that the other one's device may learn this one's internet address. */
  wishDirect(conversation: string, wish: boolean): Promise<Outcome & { readonly route?: CallRoute | undefined }>
  /** A check of devices and path; it ends with `close`. */
  check(): Promise<Check>
  /** Begins a call, or comes into the one that the conversation has; `current` has it then. */
  start(conversation: string, media: CallMedia, session?: string): Promise<Outcome>
  /** Rooms that somebody who leads a circle can open in it; none where they cannot be asked for. */
  roomKinds(): Promise<readonly RoomKind[]>
  /** Opens such a room as `start` does. `fits`: accounts that were talked to before, and may come. */
  openRoom(conversation: string, kind: string, fits: readonly string[]): Promise<Outcome>
  join(call: string): Promise<Outcome>
  /** Asks which calls one's other devices are in: no notice tells. */
  refresh(): void
  /** Gives up one's seat in every other call, here and on one's other devices. */
  leaveOthers(conversation: string): Promise<Outcome>
  /** Says that one will not come; between two that ends it. */
  decline(call: string): Promise<Outcome>
  /** Takes the ended call off the screen. */
  dismiss(): void
}

/** Kept on this device. */
export interface CallWishes {
  /** Device ids as the browser names them; empty for the usual one. */
  readonly microphone: Signal<string>
  readonly camera: Signal<string>
  readonly speaker: Signal<string>
  readonly hidesSelf: Signal<boolean>
  readonly showsCaptions: Signal<boolean>
  readonly view: Signal<View>
  /** Whether single keys do something in a call. */
  readonly keys: Signal<boolean>
}

export type View = "grid" | "speaker"

// --- before the call ------------------------------------------------------------------

/** One step after the other; each can be done again. Nothing is on before `run`. */
export interface Check {
  readonly steps: ReadonlySignal<readonly CheckStep[]>
  /** Of the whole, once every step has an answer. */
  readonly result: ReadonlySignal<CheckResult | undefined>
  /** What the camera shows; only this device sees it. */
  readonly preview: ReadonlySignal<MediaStream | undefined>
  /** Of the microphone, from 0 to 1. */
  readonly level: ReadonlySignal<number>
  readonly devices: ReadonlySignal<DeviceChoice>
  /** Asks for the microphone, for the camera too if it is a video check, and goes through the steps. */
  run(media: CallMedia): Promise<void>
  again(step: CheckStepName): Promise<void>
  /** Plays a short tone; somebody says afterwards whether it was heard. */
  playTone(): Promise<Outcome>
  heardTone(heard: boolean): void
  choose(kind: DeviceKind, id: string): Promise<Outcome>
  close(): void
}

export type CheckStepName = "microphone" | "camera" | "speaker" | "encryption" | "relay" | "path"

export type CheckCode =
  | "mic_denied"
  | "camera_denied"
  | "no_device"
  | "in_use"
  | "not_heard"
  | "e2ee_unsupported"
  | "udp_blocked"
  | "tls_only"
  | "relay_unavailable"
  | "no_media_path"
  | "loss_high"
  | "rtt_high"
  /** The server did not answer. */
  | "offline"

export interface CheckStep {
  readonly name: CheckStepName
  /** "asks": waits for the browser's own question, or for whether the tone was heard. */
  readonly state: "waits" | "runs" | "asks" | "good" | "weak" | "bad" | "skipped"
  readonly code: CheckCode | undefined
}

/** What is stored of a check, with its codes, and nothing else of it. */
export type CheckResult = "good" | "audio_only" | "blocked"

export type DeviceKind = "microphone" | "camera" | "speaker"

export interface DeviceChoice {
  readonly microphones: readonly MediaChoice[]
  readonly cameras: readonly MediaChoice[]
  /** Empty where the browser cannot choose. */
  readonly speakers: readonly MediaChoice[]
}

export interface MediaChoice {
  readonly id: string
  /** As the browser calls it; empty before it was allowed to say. */
  readonly label: string
  readonly isChosen: boolean
}

// --- the call -------------------------------------------------------------------------

export interface Room {
  readonly call: string
  readonly conversation: string
  readonly media: CallMedia
  /** Of the session, such as "individual"; screens put it into words. */
  readonly kind: string
  readonly stage: ReadonlySignal<Stage>
  readonly link: ReadonlySignal<Link>
  /** Undefined before one is in. */
  readonly topology: ReadonlySignal<Topology | undefined>
  /** In the order of the seats; one's own too. */
  readonly people: ReadonlySignal<readonly Participant[]>
  /** The one to show large: spotlit, else presenting, else who spoke last. Never oneself. */
  readonly speaker: ReadonlySignal<string | undefined>
  readonly sounds: ReadonlySignal<readonly Sound[]>
  readonly screen: ReadonlySignal<SharedScreen | undefined>
  readonly own: OwnMedia
  /** Of a circle; undefined in a call of two. */
  readonly circle: Circle | undefined
  readonly recording: Recording
  readonly captions: Captions
  /** Undefined where nobody is asked afterwards: only what was planned, and never about help in a crisis. */
  readonly helped: Helped | undefined
  /** When it began, and how long it is planned to be. */
  readonly startedAt: ReadonlySignal<Date | undefined>
  readonly plannedMinutes: ReadonlySignal<number | undefined>
  /** Once it is over: how long whose minutes may be known were there, in no order. */
  readonly attended: ReadonlySignal<readonly Attended[]>
  /** What happened, for a polite announcement, the oldest first; the last few. */
  readonly told: ReadonlySignal<readonly CallNews[]>

  /** Accepts what `stage` shows, and goes on. `isAlone`: alone, or on headphones. */
  agree(isAlone: boolean): Promise<Outcome>
  /** Tells which people are on the screen and how large, so that no more than that is fetched. */
  shows(tiles: ReadonlyMap<string, "large" | "small">): void
  /** Also takes back a wish to come in. */
  leave(): Promise<Outcome>
  /** For everybody: a facilitator, or either of two. */
  end(): Promise<Outcome>
  /** Comes in again after "replaced", "connection_lost" or "left". */
  comeBack(): Promise<Outcome>
}

/** "Did this help?", after a planned call. Nobody is shown what one person answers. */
export interface Helped {
  /** Once it is over for one who was accompanied in it. */
  readonly isAsked: ReadonlySignal<boolean>
  /** What was answered last, from 1 (not at all) to 5 (a great deal). */
  readonly answer: ReadonlySignal<HelpedScore | undefined>
  /** In the place of an earlier answer. */
  say(score: HelpedScore): Promise<Outcome>
  /** It is not asked again. */
  skip(): void
}

export type HelpedScore = 1 | 2 | 3 | 4 | 5

export type Stage =
  | { readonly kind: "joining" }
  /** The agreement of the circle, in its newest version, has to be accepted first. */
  | { readonly kind: "agreement"; readonly agreement: Agreement }
  /** Somebody has to let one in. The place stays when the page is loaded anew. */
  | {
      readonly kind: "waiting"
      readonly since: Date
      readonly host: HostStanding
      readonly wasInside: boolean
      /** In the line, from 1; undefined where the server does not say. */
      readonly place: number | undefined
    }
  | { readonly kind: "in" }
  /** No facilitator is there: the room is locked, and ends at that time. */
  | { readonly kind: "paused"; readonly endsAt: Date }
  | { readonly kind: "ended"; readonly why: EndReason; readonly minutes: number; readonly canComeBack: boolean }
  /** It could not be joined, such as "call_full", "room_locked", "relay_unavailable", "e2ee_unsupported". */
  | { readonly kind: "refused"; readonly problem: Problem }

export interface Attended {
  readonly handle: string
  readonly isMe: boolean
  readonly minutes: number
}

export interface Agreement {
  readonly version: string
  readonly lines: readonly string[]
  /** It was accepted before, in another wording. */
  readonly hasChanged: boolean
}

/** Of who lets people in, as far as that is known. */
export type HostStanding = "online" | "in_another_call" | "away" | "unknown"

export type EndReason =
  /** By oneself. */
  | "left"
  | "ended"
  | "everybody_left"
  | "removed"
  /** The same account came in on another device, or in another tab. */
  | "replaced"
  /** Nothing was heard of this device for a minute. */
  | "connection_lost"
  | "no_facilitator"
  | "declined"
  | "unanswered"
  /** The crisis that it belonged to is over. */
  | "case_over"

/** Of this device; what is heard of others stands at each of them. */
export type Link =
  | { readonly kind: "good" }
  /** The server does not answer; what is heard and seen goes on. */
  | { readonly kind: "unseen"; readonly since: Date }
  /** As before, and for so long that microphone and camera were stopped. */
  | { readonly kind: "silenced"; readonly since: Date }
  /** Nothing comes or goes; it is mended by itself. */
  | { readonly kind: "mending"; readonly since: Date }

/** `checkedAt`: when the licence was last found good, if that is known. */
export type Vouched = { readonly kind: "peer" } | { readonly kind: "licensed"; readonly checkedAt: Date | undefined }

export interface Participant {
  readonly member: string
  readonly handle: string
  readonly isMe: boolean
  readonly seat: number
  readonly role: CallRole
  readonly presence: Presence
  /** Of the microphone; undefined if there is none. */
  readonly isMuted: boolean
  /** A moderator has muted it in the engine: only an invitation lifts that. */
  readonly isMutedByOthers: boolean
  readonly hasCamera: boolean
  /** The camera's picture, once it comes; one's own too, to be mirrored. */
  readonly picture: MediaStream | undefined
  /** The picture is left out to spare the line, not because it is off. */
  readonly isPictureSpared: boolean
  readonly isSpeaking: boolean
  /** Undefined until there is something to judge by. */
  readonly quality: Quality | undefined
  /** Nothing comes from them at the moment. */
  readonly isMending: boolean
  /** Their place among raised hands, from 1. */
  readonly hand: number | undefined
  readonly isRecorder: boolean
  /** What whoever runs the server answers for: that they are here to support, or a licence. */
  readonly vouched: Vouched | undefined
  /** Whether their keys were compared. */
  readonly isVerified: boolean
}

/** What really arrives: "poor" is heard with gaps, or stands still now and then. */
export type Quality = "good" | "fair" | "poor"

/** To be played, each in an element of its own. */
export interface Sound {
  readonly id: string
  readonly stream: MediaStream
}

export interface SharedScreen {
  readonly member: string
  readonly handle: string
  readonly isMe: boolean
  readonly picture: MediaStream | undefined
}

export interface CallNews {
  readonly id: number
  readonly what:
    | "joined"
    | "left"
    | "removed"
    | "reconnecting"
    | "back"
    | "waiting"
    | "stepped_out"
    | "hand_raised"
    | "muted_you"
    | "invited_to_speak"
    | "locked"
    | "unlocked"
    | "minutes_left"
    | "screen_shared"
    | "screen_stopped"
    | "recording_started"
    | "recording_stopped"
    | "relay_failed"
  readonly handle: string | undefined
  /** Of "minutes_left". */
  readonly minutes: number | undefined
}

// --- what one sends -------------------------------------------------------------------

export interface OwnMedia {
  readonly microphone: ReadonlySignal<SourceState>
  readonly camera: ReadonlySignal<SourceState>
  readonly screen: ReadonlySignal<SourceState>
  /** One control with three steps; "text" sends and fetches neither sound nor pictures. */
  readonly step: ReadonlySignal<MediaStep>
  /** A step that the line would carry better; it is never taken by itself. */
  readonly suggested: ReadonlySignal<MediaStep | undefined>
  readonly devices: ReadonlySignal<DeviceChoice>
  /** Whether this browser can share a screen. */
  readonly canShare: boolean
  /** Somebody asked one to speak; taken away when it was answered. */
  readonly invited: Signal<boolean>
  setMicrophone(on: boolean): Promise<Outcome>
  setCamera(on: boolean): Promise<Outcome>
  setScreen(on: boolean): Promise<Outcome>
  setStep(step: MediaStep): Promise<Outcome>
  choose(kind: DeviceKind, id: string): Promise<Outcome>
}

export type MediaStep = "video" | "audio" | "text"

/** "denied" and what follows: why it could not be turned on; a person can change that. */
export type SourceState = "off" | "starting" | "on" | "denied" | "no_device" | "in_use" | "held_by_moderator"

// --- recording and captions -----------------------------------------------------------

export interface Recording {
  /** Whether this browser could make one: where it cannot, it does not ask for one. */
  readonly canRecord: boolean
  readonly state: ReadonlySignal<RecordingState>
  /** `purpose`: a short name that screens put into words, such as "supervision"; `receivers`: members. */
  request(purpose: string, onWithdraw: "keep" | "discard", receivers: readonly string[]): Promise<Outcome>
  consent(agrees: boolean): Promise<Outcome>
  /** At any time, and no reason is asked: it stops within a second. */
  withdraw(): Promise<Outcome>
  start(elements: Elements): Promise<Outcome>
  stop(): Promise<Outcome>
  /** What this device recorded, sealed; nothing is uploaded. */
  readonly made: ReadonlySignal<Blob | undefined>
}

export type RecordingState =
  /** "forbidden" in crisis calls and side rooms. */
  | { readonly kind: "off"; readonly isForbidden: boolean }
  | { readonly kind: "asked"; readonly request: RecordingRequest; readonly until: Date; readonly mine: Consent }
  /** Everybody has agreed; it has not begun. */
  | { readonly kind: "agreed"; readonly request: RecordingRequest; readonly mine: Consent }
  | {
      readonly kind: "on"
      readonly request: RecordingRequest
      readonly since: Date
      /** Handle of whose device records. */
      readonly recorder: string
      readonly isMine: boolean
      /** Open or refused for who waits before the call, and has to agree to come in. */
      readonly mine: Consent
    }
  | {
      readonly kind: "stopped"
      readonly why: StopReason
      /** Of what this device made, if it made anything: "kept" is in `made`. */
      readonly own: "kept" | "dropped" | undefined
    }

export type StopReason =
  | "stopped"
  | "withdrawn"
  /** Before it had begun. */
  | "refused"
  | "lapsed"
  | "recorder_lost"
  /** Of this device's own: the server was not heard, so that no withdrawal could be, either. */
  | "unheard"
  /** This device is out of the call. */
  | "put_out"
  /** As much as there is room for. */
  | "too_long"
  | "failed"

export type Consent = "open" | "given" | "refused"

export interface RecordingRequest {
  /** Handle of who asks. */
  readonly by: string
  /** A short name; one without words is shown as it is. */
  readonly purpose: string
  readonly onWithdraw: "keep" | "discard"
  /** Handles of who will be able to play it. */
  readonly receivers: readonly string[]
  /** The very words that are signed, in English; undefined when they are not known here: nobody can agree then. */
  readonly text: readonly string[] | undefined
  readonly consents: readonly { readonly member: string; readonly handle: string; readonly consent: Consent }[]
}

export interface Captions {
  /** The last few lines, the oldest first; each grows while it is written. */
  readonly lines: ReadonlySignal<readonly CaptionLine[]>
  /** Sends what was typed; `isFinal` ends the line. */
  write(text: string, isFinal: boolean): Promise<Outcome>
}

export interface CaptionLine {
  readonly id: string
  /** Who wrote it. */
  readonly handle: string
  readonly text: string
  readonly isFinal: boolean
}
