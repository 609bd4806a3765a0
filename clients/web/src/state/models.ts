/**
 * What the screens show and what they can ask for.
 *
 * `ui` knows nothing below these. Signals change when something changes; functions are
 * what a person does. What is written is durable when its promise resolves, and goes out
 * by itself when there is a connection. Text of ours is never in here: screens put codes
 * into words of the chosen language. Text of people is always just text.
 */

import type { ReadonlySignal, Signal } from "@preact/signals"
import type { CrisisOfMember } from "./crisis-models"
import type { Calls } from "./call-models"
import type { ConversationKind, Role } from "../protocol/events"
import type { Passkeys } from "./passkey-models"
import type { PlanBook, SealedCare } from "./plan-models"
import type { Rooms } from "./room-models"
import type { Outcome, Problem } from "./asked"
import type { Desk } from "./desk-models"
import type { GoalSigning } from "./goal-models"
import type { AskedAndShown, Proofs } from "./proof-models"
import type { PlannedChange, SessionPage, Upcoming } from "./session-page-models"

export type { Outcome, Problem } from "./asked"
export type { OwnPasskey, Passkeys } from "./passkey-models"
export type { Goal, Meeting, Note, PlannedChange, SessionPage, Upcoming } from "./session-page-models"

// --- the page as a whole ----------------------------------------------------------

export type Phase =
  | { readonly kind: "starting" }
  /** Another page of ours works with this device; `useHere` asks it to let go. */
  | { readonly kind: "elsewhere"; readonly useHere: () => void }
  /** No account in this browser. */
  | { readonly kind: "new"; readonly welcome: Welcome }
  /** There is one, and its keys are locked. */
  | { readonly kind: "locked"; readonly lock: Lock }
  | { readonly kind: "open"; readonly session: Session }
  /** Something is wrong with what is stored; the code says what. */
  | { readonly kind: "failed"; readonly code: string }

export interface App {
  readonly phase: ReadonlySignal<Phase>
  readonly display: Display
  readonly connection: ReadonlySignal<Connection>
  /** Leaves at once; also known to `exit` for the keys. */
  readonly exitKind: ReadonlySignal<"wipe" | "lock">
  /** What notices say while the app is closed: set by whoever knows the language. */
  readonly notice: Signal<string>
  /** Lets a newer build of the app in, and loads the page anew. */
  readonly newer: ReadonlySignal<(() => void) | undefined>
  /** The conversation that a notice leads to, once the app is open. */
  placeOf(name: string): Promise<string | undefined>
}

/** How the pages look, also before anybody has signed in. Kept on this device. */
export interface Display {
  /** A language that the client speaks, such as "en". */
  readonly language: Signal<string>
  readonly theme: Signal<"system" | "light" | "dark" | "contrast">
  /** Of the browser's own text size; from 1 to 2. */
  readonly textScale: Signal<number>
}

/** "slow" is the REST fallback; "offline" keeps what is written and sends it later. */
export type Connection = "online" | "connecting" | "slow" | "offline" | "signed_out"

// --- coming in --------------------------------------------------------------------

export interface Welcome {
  readonly passkeys: boolean
  /** How far an earlier attempt in this browser came. */
  readonly begun: ReadonlySignal<Begun | undefined>
  /** Makes an account on this device, sealed by a passkey or a passphrase. */
  register(code: string, handle: string, seal: Seal): Promise<Outcome>
  /** A new device of an account that is backed up; words open nothing here later, so they need a seal. */
  restore(by: ComeBack, seal?: Seal): Promise<Outcome>
  /** A new device, approved on another one: shows a code and a QR payload. */
  pair(seal: Seal): Pairing
  /** What is missing once this browser is registered: what opens it. */
  finish(seal: Seal): Promise<Outcome>
}

export type ComeBack =
  | { readonly kind: "words"; readonly words: string }
  | { readonly kind: "passkey" }
  | { readonly kind: "passphrase"; readonly handle: string; readonly passphrase: string }

export interface Begun {
  /** The invitation; empty for a device of an account that exists. */
  readonly code: string
  readonly handle: string
  /** The server knows it: only the seal is missing. */
  readonly registered: boolean
}

export type Seal = { readonly kind: "passkey" } | { readonly kind: "passphrase"; readonly passphrase: string }

export interface Pairing {
  readonly step: ReadonlySignal<PairingStep>
  cancel(): void
}

export type PairingStep =
  | { readonly kind: "preparing" }
  /** To be scanned or typed on the other device. */
  | { readonly kind: "offered"; readonly payload: string }
  /** To be typed on the other device; `confirm` says whether it took them. */
  | { readonly kind: "compare"; readonly digits: string; readonly confirm: (taken: boolean) => void }
  /** The six digits that the new device shows. */
  | { readonly kind: "type"; readonly enter: (digits: string) => void }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly problem: Problem }

export interface Lock {
  readonly handle: string
  readonly ways: readonly ("passkey" | "passphrase")[]
  unlock(seal: Seal): Promise<Outcome>
  /** Forgets this device; what it alone knew is gone. */
  forget(): Promise<void>
}

// --- signed in --------------------------------------------------------------------

export interface Session {
  readonly me: Person
  readonly conversations: ReadonlySignal<readonly ConversationRow[]>
  readonly alarms: ReadonlySignal<readonly Alarm[]>
  /** An appointment that begins soon; whoever has seen it takes it away. */
  readonly reminder: Signal<(Upcoming & { readonly conversation: string }) | undefined>
  readonly settings: Settings
  readonly devices: Devices
  readonly passkeys: Passkeys
  readonly data: OwnData
  /** On this device alone. */
  readonly ownPlan: PlanBook
  /** Of those who answer people in a crisis; nobody else has one. */
  readonly desk: ReadonlySignal<Desk | undefined>
  /** Undefined where there are no calls: then nothing of them is shown. */
  readonly calls: ReadonlySignal<Calls | undefined>
  readonly crisis: CrisisOfMember
  /** Of the account; empty until the server has said. */
  readonly roles: ReadonlySignal<readonly Role[]>
  readonly rooms: Rooms
  /** A conversation to look at, until it is closed; undefined if it is not on this device. */
  open(conversation: string): Promise<Conversation | undefined>
  /** By handle: the conversation with one other person. */
  direct(handle: string): Promise<Outcome & { readonly conversation?: string }>
  circle(handles: readonly string[]): Promise<Outcome & { readonly conversation?: string }>
  /** Messages on this device that hold these words, the newest first. */
  search(words: string): Promise<readonly Found[]>
  signOut(everywhere: boolean): Promise<Outcome>
  /** Stores what stands in memory for a moment, such as drafts: the page may go. */
  keep(): Promise<void>
}

export interface OwnData {
  /** What the server keeps about the account, and the messages that the person wrote: one JSON file. */
  export(): Promise<Outcome & { readonly file?: Blob }>
  /** The sealed file of a recorded call. */
  openRecording(file: Blob): Promise<Outcome & { readonly recording?: OpenedRecording }>
  /** Ends the account for good, and forgets this device. */
  end(): Promise<Outcome>
}

export interface OpenedRecording {
  /** To be played; in the clear. */
  readonly media: Blob
  readonly startedAt: Date
  /** Otherwise `media` is what stands before the cut, or the damage. */
  readonly end: "whole" | "cut" | "damaged"
}

export interface Person {
  readonly account: string
  readonly handle: string
}

export interface ConversationRow {
  readonly id: string
  readonly kind: ConversationKind
  /** The others' handles. */
  readonly people: readonly string[]
  readonly unread: number
  /** The newest line. */
  readonly last:
    | Pick<Message, "kind" | "text" | "mine" | "sender" | "at" | "deleted" | "events" | "appointment">
    | undefined
  readonly draft: boolean
  readonly muted: boolean
  readonly standing: Standing
  /** Appointments that take place, the earliest first; some may be over. */
  readonly meetings: readonly Upcoming[]
}

/** "waiting": keys of somebody could not be checked, so nothing is sent yet. */
export type Standing = "opening" | "active" | "waiting" | "frozen" | "left" | "broken"

export interface Conversation extends SealedCare {
  readonly id: string
  readonly kind: ConversationKind
  readonly members: ReadonlySignal<readonly Member[]>
  /** In order; a window of the history that `earlier` and `later` move. */
  readonly messages: ReadonlySignal<readonly Message[]>
  readonly hasEarlier: ReadonlySignal<boolean>
  /** False where the window ends with the newest message, and follows it. */
  readonly hasLater: ReadonlySignal<boolean>
  /** The first message that was unread when it was opened. */
  readonly firstUnread: ReadonlySignal<string | undefined>
  readonly encryption: ReadonlySignal<Encryption>
  /** Handles of those who write at this moment. */
  readonly typing: ReadonlySignal<readonly string[]>
  /** Whether pictures are fetched to be shown, without being asked for. */
  readonly showsPictures: ReadonlySignal<boolean>
  /** By message id: handles of those who read up to it. */
  readonly readBy: ReadonlySignal<ReadonlyMap<string, readonly string[]>>
  readonly draft: Signal<string>
  readonly sessionPage: ReadonlySignal<SessionPage>
  /** Files on their way, by message id, from 0 to 1. */
  readonly progress: ReadonlySignal<ReadonlyMap<string, number>>

  /** Nothing is told any more, and nothing asked for. */
  close(): void
  earlier(): Promise<void>
  later(): Promise<void>
  /** Moves the window to a message, or to the newest; false if it is not here. */
  show(message?: string): Promise<boolean>
  send(text: string, replyTo?: string): Promise<Outcome>
  edit(message: string, text: string): Promise<Outcome>
  remove(message: string): Promise<Outcome>
  react(message: string, emoji: string, on: boolean): Promise<Outcome>
  sendFile(file: File): Promise<Outcome>
  sendVoice(recording: Blob, milliseconds: number, waveform: readonly number[]): Promise<Outcome>
  /** The file of a message, decrypted. */
  fetchFile(message: string): Promise<Outcome & { readonly file?: Blob }>
  /** Changes the session page; `said` is what older clients show of it. */
  plan(change: PlannedChange, said: string): Promise<Outcome>
  /** What both sign of goals; undefined where there are not two who could. */
  goalSigning(): Promise<GoalSigning | undefined>
  readonly askedAndShown: ReadonlySignal<AskedAndShown>
  /** To ask for credentials and to show them; undefined where there are not two who could. */
  proofs(): Promise<Proofs | undefined>
  /** Sends what failed once more, or takes it back. */
  retry(message: string): Promise<Outcome>
  discard(message: string): Promise<Outcome>
  read(): void
  typed(): void
  mute(on: boolean): Promise<Outcome>
  /** In a conversation of two, what a blocked person writes from then on is not shown. */
  block(account: string, on: boolean): Promise<Outcome>
  /** What a report of these messages would show to the safety team: exactly that. */
  reportPreview(messages: readonly string[]): Promise<Outcome & { readonly shown?: readonly Revealed[] }>
  /** `keepFiles`: the server is told which files belong to it, and keeps them for the case. */
  report(messages: readonly string[], reason: string, keepFiles: boolean): Promise<Outcome>
  safetyNumber(): Promise<SafetyNumber>
  setVerified(account: string, verified: boolean): Promise<Outcome>
  add(handles: readonly string[]): Promise<Outcome>
  removeMember(account: string): Promise<Outcome>
  leave(): Promise<Outcome>
}

export interface Member extends Person {
  readonly me: boolean
  readonly staff: boolean
  /** Those in this conversation, the oldest first. */
  readonly devices: readonly MemberDevice[]
  /** Their safety number was compared. */
  readonly verified: boolean
  readonly blocked: boolean
  readonly leaving: boolean
}

export interface MemberDevice {
  readonly device: string
  readonly current: boolean
  /** By the clock of the device that added it; undefined if it stands on no list that is known. */
  readonly addedAt: Date | undefined
}

export interface Message {
  readonly id: string
  readonly kind: "text" | "file" | "voice" | "notice" | "planned" | "unknown" | "unreadable"
  readonly sender: string
  readonly account: string
  readonly mine: boolean
  readonly at: Date
  /** Of a notice: what happened, and to whom; of a change of the session page: what; of an unreadable row: why. */
  readonly events: readonly { readonly code: string; readonly people: readonly string[] }[]
  readonly text: string
  /** Of a change of an appointment. */
  readonly appointment: Omit<Upcoming, "id"> | undefined
  readonly file: { readonly name: string; readonly size: number; readonly mediaType: string } | undefined
  readonly voice: { readonly milliseconds: number; readonly waveform: readonly number[] } | undefined
  readonly replyTo: { readonly id: string; readonly quote: string } | undefined
  readonly edited: boolean
  readonly deleted: boolean
  /** Handles by emoji. */
  readonly reactions: ReadonlyMap<string, readonly string[]>
  /** "saved" waits on this device; "failed" will not go by itself. */
  readonly status: "saved" | "sent" | "failed"
  readonly failure: string | undefined
}

/** What a report shows of one message. */
export interface Revealed {
  readonly message: Message
  /** As first written and after each change, as far as they fit; of a file its name. */
  readonly wordings: readonly string[]
  /** Of another message. */
  readonly quote: string | undefined
  readonly opensFile: boolean
  /** Wordings that do not fit; the report says how many. */
  readonly leftOut: number
}

export interface Encryption {
  readonly standing: Standing
  /** "hybrid" withstands quantum computers. */
  readonly strength: "classical" | "hybrid"
  readonly verified: boolean
  readonly newDevices: readonly string[]
  /** Handles of those whose keys could not be checked. */
  readonly check: readonly string[]
}

export interface SafetyNumber {
  /** Groups of five digits. */
  readonly digits: readonly string[]
  /** Of a QR code, between two people. */
  readonly payload: Uint8Array | undefined
  /** Between two it lasts; that of a circle changes with its members. */
  readonly lasts: boolean
}

export interface Alarm {
  readonly id: string
  readonly code: string
  readonly at: Date
  readonly account: string | undefined
  readonly handle: string | undefined
  acknowledge(): Promise<void>
}

export interface Found {
  readonly conversation: string
  readonly message: Message
  /** From where to where in its text the words stand. */
  readonly marks: readonly (readonly [number, number])[]
}

export interface Settings {
  readonly sendReceipts: Signal<boolean>
  readonly sendTyping: Signal<boolean>
  readonly leaveNothing: Signal<boolean>
  /** Files are fetched only when they are asked for. */
  readonly lowData: Signal<boolean>
  readonly push: ReadonlySignal<"off" | "on" | "denied" | "unsupported">
  setPush(on: boolean): Promise<Outcome>
  /** When no device of the account is woken; null for never, undefined until the server has said. */
  readonly quiet: ReadonlySignal<QuietHours | null | undefined>
  /** Asks the server anew. */
  lookAtQuiet(): Promise<Outcome>
  setQuiet(hours: QuietHours | null): Promise<Outcome>
}

/** Every day from one time to another, which may be of the next day. */
export interface QuietHours {
  /** Of the IANA time zone database. */
  readonly zone: string
  /** Minutes since midnight there. */
  readonly from: number
  readonly to: number
}

export interface Devices {
  readonly list: ReadonlySignal<readonly OwnDevice[]>
  /** Approves a new device by what it shows. */
  approve(payload: string): Pairing
  revoke(device: string): Promise<Outcome>
  /** Takes this device out of the account, and everything of it out of this browser. */
  forgetThis(): Promise<Outcome>
  /**
   * Gives the account another key, of which contacts are told. Other devices are out, and
   * nothing brings the account back before it is renewed. Without a connection it may go
   * on by itself.
   */
  newAccountKey(): Promise<Outcome>
  readonly recovery: ReadonlySignal<RecoveryView | undefined>
  /** 24 words, shown once, that mean nothing before they are kept. */
  newRecoveryWords(): Promise<readonly string[]>
  /** From now on they bring the account back, and earlier ones do not. */
  keepRecoveryWords(words: readonly string[]): Promise<Outcome>
}

/** What brings the account back to a new browser. */
export interface RecoveryView {
  /** When the backup was written last; the epoch if this device does not know. */
  readonly at: Date
  readonly words: boolean
  /** Whether a passkey or a passphrase does. */
  readonly seal: boolean
}

export interface OwnDevice {
  readonly device: string
  readonly current: boolean
  readonly addedAt: Date | undefined
  readonly signedIn: boolean
}
