/**
 * A call as its screen shows it. Everything is read off the meeting whenever something
 * changed, at most four times a second; nothing here knows more than that does.
 */

import { computed, type ReadonlySignal, signal } from "@preact/signals"
import { newId } from "../account/ids"
import { Attesting } from "../call/attesting"
import { Meeting } from "../call/meeting"
import type { Entry, Over } from "../call/room"
import type { Chat } from "../chat/chat"
import type { CallNotice } from "../chat/updates"
import { Slot } from "../e2ee/formats/media-slots"
import type { CallView, Roster, RosterMember } from "../protocol/events"
import type { Outcome } from "./asked"
import { newsOf, type Told } from "./call-news"
import { entryBefore, keepEntry, NOTHING_ASKED } from "./call-entry"
import { seen } from "./call-seen"
import { LiveCaptions } from "./call-captions"
import { LiveCircle } from "./call-circle"
import { LiveHelped } from "./call-helped"
import { Line, type Standing } from "./call-waiting"
import { attendedOf, vouchedOf } from "./call-shown"
import { Speech } from "./call-speech"
import { linkOf, sceneOf, screenOf, soundsOf, streamOf } from "./call-line"
import type { Attended, CallNews, Link, Participant, Room, SharedScreen, Sound, Stage } from "./call-models"
import { LiveOwnMedia } from "./call-own"
import { LiveRecording } from "./call-recording"
import type { KeptWishes } from "./call-wishes"
import { outcome } from "./outcome"
import { put } from "./same"

const MOST_NEWS = 20

export interface LiveRoomAround {
  readonly chat: Chat
  readonly frameWorker: string
  readonly wishes: KeptWishes
  readonly language: () => string
  readonly isVerified: (account: string) => boolean
  readonly makeSide: (member: string) => Promise<string>
  readonly openCase: (call: string, tellFacilitators: boolean) => Promise<Outcome>
  /** Of accounts that have no seat. */
  readonly nameOf: (account: string) => string
  readonly failed: (error: unknown) => void
}

export class LiveRoom implements Room {
  readonly call: string
  readonly conversation: string
  readonly media: CallView["media"]
  readonly kind: string
  readonly stage = signal<Stage>({ kind: "joining" })
  readonly link = signal<Link>({ kind: "good" })
  readonly topology = signal<CallView["topology"] | undefined>(undefined)
  readonly people = signal<readonly Participant[]>([])
  readonly speaker: ReadonlySignal<string | undefined>
  readonly sounds = signal<readonly Sound[]>([])
  readonly screen = signal<SharedScreen | undefined>(undefined)
  readonly startedAt = signal<Date | undefined>(undefined)
  readonly plannedMinutes = signal<number | undefined>(undefined)
  readonly told = signal<readonly CallNews[]>([])
  readonly attended = signal<readonly Attended[]>([])
  readonly own: LiveOwnMedia
  readonly circle: LiveCircle | undefined
  readonly recording: LiveRecording
  readonly captions: LiveCaptions
  readonly helped: LiveHelped | undefined
  private meeting: Meeting
  private entry: Entry = NOTHING_ASKED
  /** Of the text that was shown. */
  private agreement: string | null = null
  private wasInside = false
  private readonly line = new Line()
  private offsetMs = 0
  private insideSince: number | undefined
  private insideMs = 0
  private newsCount = 0
  private readonly spotlit = signal<string | undefined>(undefined)
  private readonly speech = new Speech()
  private readonly held = new Set<string>()

  constructor(
    private readonly view: CallView,
    private readonly around: LiveRoomAround,
  ) {
    this.call = view.call
    this.conversation = view.conversation
    this.media = view.media
    this.kind = view.kind
    this.meeting = this.begin()
    const [meeting, own] = [() => this.meeting, this.identity]
    this.own = new LiveOwnMedia(meeting, around.wishes, view.media)
    const openCase = (tell: boolean) => around.openCase(this.call, tell)
    this.circle =
      view.conversation_kind === "circle"
        ? new LiveCircle({ meeting, own: own.account, held: this.held, makeSide: around.makeSide, openCase })
        : undefined
    this.recording = new LiveRecording({
      ...{ meeting, own, vault: around.chat.device.vault, failed: around.failed, asDate: this.asDate },
      scene: () => sceneOf(this, this.meeting),
      nameOf: (account) => this.handleOf(account) ?? around.nameOf(account),
    })
    this.captions = new LiveCaptions(meeting)
    this.helped = LiveHelped.of(around.chat, view)
    this.speaker = computed(() => this.spotlit.value ?? this.screen.value?.member ?? this.speech.last.value)
  }

  /** Goes in, or asks for what has to be agreed to first; in the call before a reload, at once. */
  async enter(): Promise<void> {
    const before = entryBefore(this.call)
    if (before !== undefined || this.view.agreement === null) return this.goIn(before ?? NOTHING_ASKED)
    return this.askToAgree()
  }

  private async askToAgree(): Promise<void> {
    const { text, version, hash } = await this.around.chat.call("agreement.get", { language: this.around.language() })
    const { agreed } = this.around.wishes
    this.agreement = hash
    const hasChanged = agreed.peek() !== "" && agreed.peek() !== hash
    const lines = text.split("\n").filter((line) => line.trim() !== "")
    this.stage.value = { kind: "agreement", agreement: { version: String(version), lines, hasChanged } }
  }

  agree(isAlone: boolean): Promise<Outcome> {
    return outcome(() => {
      if (this.agreement !== null) this.around.wishes.agreed.value = this.agreement
      this.goIn({ agreementHash: this.agreement, alone: isAlone })
      return Promise.resolve()
    })
  }

  private goIn(entry: Entry): void {
    this.entry = entry
    keepEntry(this.call, entry)
    this.stage.value = { kind: "joining" }
    this.meeting.enter(entry)
  }

  shows(tiles: ReadonlyMap<string, "large" | "small">): void {
    this.meeting.paths?.shows?.(tiles)
  }

  leave(): Promise<Outcome> {
    this.meeting.close()
    return Promise.resolve({ done: true })
  }

  end(): Promise<Outcome> {
    return outcome(() => this.meeting.room.ask("call.end", { call: this.call }))
  }

  comeBack(): Promise<Outcome> {
    return outcome(() => {
      this.meeting.close()
      this.meeting = this.begin()
      this.goIn(this.entry)
      return Promise.resolve()
    })
  }

  close(): void {
    this.meeting.close()
    this.recording.close()
  }

  // --- what changes ---

  private get identity() {
    return this.around.chat.device.identity
  }

  private begin(): Meeting {
    const { chat, frameWorker, wishes, failed } = this.around
    const name = `mv-call-${this.call}`
    return new Meeting(this.call, {
      ...{ chat, frameWorker, failed },
      attesting: new Attesting({ chat, failed, ...seen(this.call) }),
      connId: newId((length) => crypto.getRandomValues(new Uint8Array(length))),
      token: sessionStorage.getItem(name) ?? undefined,
      keepToken: (token) => {
        if (token === undefined) sessionStorage.removeItem(name)
        else sessionStorage.setItem(name, token)
      },
      chosen: () => ({ microphone: wishes.microphone.peek(), camera: wishes.camera.peek() }),
      changed: () => this.look(),
      told: (notice) => this.tell(notice),
      captioned: (from, caption) => this.captions.take(from, caption, this.meeting.roster),
    })
  }

  private look(): void {
    const { state } = this.meeting.room
    const now = Date.now()
    if (state.kind === "joining") {
      if (this.stage.peek().kind === "waiting") return
      put(this.stage, { kind: "joining" })
    } else if (state.kind === "waiting") {
      this.waits(this.line.now(state.place))
      this.recording.waits(state.recording)
    } else if (state.kind === "over") this.isOver(state.why, now)
    else this.isIn(state.roster, now)
  }

  private waits({ place, host }: Standing): void {
    const before = this.stage.peek()
    const since = before.kind === "waiting" ? before.since : new Date()
    put(this.stage, { kind: "waiting", since, host: host.presence, wasInside: this.wasInside, place })
  }

  private isOver(why: Over, now: number): void {
    this.pause(now)
    this.recording.look({ kind: "over", why }, [], this.view.conversation_kind)
    keepEntry(this.call, undefined)
    if (typeof why === "object") {
      if (why.refused === "agreement_required") return void outcome(() => this.agreeAnew())
      const fault = why.fault === "caller" ? "yours" : why.fault === "behind" ? "network" : "ours"
      put(this.stage, { kind: "refused", problem: { code: why.refused, fault } })
      return
    }
    const canComeBack = why === "replaced" || why === "connection_lost" || why === "left"
    this.helped?.over(why)
    put(this.stage, { kind: "ended", why, minutes: Math.round(this.insideMs / 60_000), canComeBack })
    put(this.people, [])
    put(this.sounds, [])
    put(this.screen, undefined)
    void outcome(() => this.askForMinutes())
  }

  /** Of oneself too, where they are one's business; whoever was taken out is told nothing. */
  private async askForMinutes(): Promise<void> {
    const { attendance } = await this.around.chat.call("attendance.fetch", { call: this.call })
    put(
      this.attended,
      attendedOf(attendance, this.identity.account, (member) => this.handleOf(member)),
    )
  }

  /** The text has changed since it was accepted. */
  private agreeAnew(): Promise<void> {
    this.meeting = this.begin()
    return this.askToAgree()
  }

  private isIn(roster: Roster, now: number): void {
    if (this.stage.peek().kind !== "in" && this.circle !== undefined) void this.findPhases(roster)
    this.wasInside = true
    this.insideSince ??= now
    if (roster !== this.lastRoster)
      this.offsetMs = roster.now > 0 && this.isFresh(roster) ? roster.now - now : this.offsetMs
    this.lastRoster = roster
    const { asDate } = this
    const { paused_until: pausedUntil, view } = roster
    put(this.stage, pausedUntil === null ? { kind: "in" } : { kind: "paused", endsAt: asDate(pausedUntil) })
    put(this.topology, view.topology)
    put(this.startedAt, asDate(view.started_at))
    put(this.plannedMinutes, view.planned_minutes ?? undefined)
    this.speech.look(roster.members, (member) => this.meeting.paths?.level(member) ?? 0, now)
    put(
      this.people,
      roster.members.map((member) => this.participant(member, roster)),
    )
    put(this.sounds, this.own.step.peek() === "text" ? [] : soundsOf(this.meeting, roster))
    put(this.screen, screenOf(this.meeting, roster, this.identity.account))
    put(this.spotlit, roster.spotlight === this.identity.account ? undefined : (roster.spotlight ?? undefined))
    put(this.link, linkOf(this.meeting, this.link.peek(), this.identity.account, now))
    const own = roster.members.find(({ member }) => member === this.identity.account)
    const isPoor = this.people.peek().some(({ quality }) => quality === "poor")
    this.own.look(own?.is_held_mute === true, isPoor, now)
    this.circle?.look(roster, own?.role ?? "participant", asDate)
    this.helped?.look(roster.members, this.identity.account)
    const { recording, members } = roster
    const { unheardMs } = this.meeting
    this.recording.look({ kind: "in", recording, unheardMs }, members, view.conversation_kind)
  }

  private lastRoster: Roster | undefined
  private lastNow = 0

  /** Whether the server's time in it is one that was not seen before. */
  private isFresh({ now }: Roster): boolean {
    const isNew = now !== this.lastNow
    this.lastNow = now
    return isNew
  }

  private findPhases({ view }: Roster): Promise<Outcome> {
    return outcome(async () => this.circle?.loadPhases(view.kind))
  }

  private readonly asDate = (serverMs: number): Date => new Date(serverMs - this.offsetMs)

  private participant(of: RosterMember, roster: Roster): Participant {
    const { member } = of
    const isMe = member === this.identity.account
    const { paths, sources } = this.meeting
    const shows = this.own.step.peek() === "video" || isMe
    const track = isMe ? sources.captured(Slot.camera) : paths?.received(member, Slot.camera)
    const hand = roster.hands.indexOf(member)
    return {
      ...{ member, handle: of.handle, isMe, seat: of.seat_no, role: of.role, presence: of.presence },
      ...{ isMuted: of.muted, isMutedByOthers: of.is_held_mute, hasCamera: of.camera, isRecorder: of.is_recorder },
      picture: of.camera && shows && track !== undefined ? streamOf(track) : undefined,
      isPictureSpared: of.camera && !shows,
      isSpeaking: !of.muted && this.speech.speaks(member, Date.now()),
      quality: isMe ? undefined : paths?.quality(member),
      isMending: !isMe && paths?.isMending(member) === true,
      hand: hand < 0 ? undefined : hand + 1,
      isVerified: isMe || this.around.isVerified(member),
      vouched: vouchedOf(of, this.asDate),
    }
  }

  private pause(now: number): void {
    if (this.insideSince !== undefined) this.insideMs += now - this.insideSince
    this.insideSince = undefined
  }

  private tell(notice: CallNotice): void {
    const { account } = this.identity
    this.line.hear(notice, account)
    if (notice.name === "seat.muted" && !notice.fact.is_held) void this.own.setMicrophone(false)
    if (notice.name === "seat.unmute_invited") this.own.invited.value = true
    if (notice.name === "member.left" && notice.fact.reason === "held") this.held.add(notice.fact.member)
    if (notice.name === "side.opened" && this.circle !== undefined && notice.fact.member !== account) {
      const handle = this.handleOf(notice.fact.member) ?? ""
      this.circle.side.value = { handle, conversation: notice.fact.conversation }
    }
    const news: Told | undefined = newsOf(notice, account, (member) => this.handleOf(member))
    if (news === undefined) return
    this.newsCount += 1
    this.told.value = [...this.told.peek(), { ...news, id: this.newsCount }].slice(-MOST_NEWS)
  }

  private readonly names = new Map<string, string>()

  private handleOf(member: string): string | undefined {
    const { roster } = this.meeting
    for (const each of roster?.members ?? []) this.names.set(each.member, each.handle)
    for (const each of roster?.waiting ?? []) this.names.set(each.member, each.handle)
    return this.names.get(member)
  }
}
