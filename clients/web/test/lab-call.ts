/** A person in a call in a real browser, without the screens. */

import { bytesToHex } from "@noble/hashes/utils.js"
import { Slot } from "../src/e2ee/formats/media-slots"
import { Attesting } from "../src/call/attesting"
import { Meeting } from "../src/call/meeting"
import type { Call } from "../src/account/keys"
import type { Chat } from "../src/chat/chat"
import type { CallJoined } from "../src/protocol/events"
import type { Scene } from "../src/call/recorder"
import { streamOf } from "../src/state/call-line"
import { LiveRecording } from "../src/state/call-recording"
import { seen } from "../src/state/call-seen"
import type { SubscribeLeg } from "../src/call/subscribe-leg"
import { newId } from "../src/account/ids"
import type { LabChat } from "./lab-chat"

/** A bound and no law: a forwarder gives a picture that it spared back after ten seconds, one by one. */
const WAIT_MS = 120_000

export class LabCall {
  readonly meeting: Meeting
  readonly recording: LiveRecording
  readonly failures: string[] = []
  /** What became of a recording, and when: Unix milliseconds. */
  readonly turns: [string, number][] = []
  /** What was typed, and by whom. */
  readonly captions: [string, string][] = []
  private readonly began = performance.now()
  private readonly firstFrame = new Map<string, number>()
  private readonly shown = new Map<string, HTMLVideoElement>()
  private readonly frames = new Map<string, number>()
  private readonly shownAt = new Map<string, number>()
  private readonly gaps = new Map<string, number>()

  constructor(
    readonly chat: LabChat,
    readonly call: string,
    options: { readonly hasWrongKey?: boolean; readonly isRelayed?: boolean } = {},
  ) {
    const key = `mv-call-${call}`
    this.meeting = new Meeting(call, {
      chat: options.isRelayed === true ? relayed(chat.chat) : chat.chat,
      frameWorker: "/frame-worker.js",
      connId: newId((length) => crypto.getRandomValues(new Uint8Array(length))),
      token: sessionStorage.getItem(key) ?? undefined,
      keepToken: (token) => {
        if (token === undefined) sessionStorage.removeItem(key)
        else sessionStorage.setItem(key, token)
      },
      attesting: new Attesting({
        chat: chat.chat,
        failed: (error) => this.failures.push(String(error)),
        ...seen(call),
      }),
      chosen: () => ({ microphone: "", camera: "" }),
      changed: () => this.changed(),
      told: () => undefined,
      captioned: (from, { text }) => this.captions.push([from, text]),
      failed: (error) => {
        this.failures.push(String(error))
        console.error(error)
      },
    })
    const { device } = chat.chat
    this.recording = new LiveRecording({
      ...{ meeting: () => this.meeting, own: device.identity, vault: device.vault, scene: () => this.scene() },
      ...{ nameOf: (account) => account, asDate: (ms) => new Date(ms) },
      failed: (error) => this.failures.push(String(error)),
    })
    this.recording.state.subscribe(({ kind }) => this.turns.push([kind, Date.now()]))
    this.recording.made.subscribe((made) => made && this.turns.push(["made", Date.now()]))
    if (options.hasWrongKey === true) {
      const { frames } = this.meeting
      const send = frames.sendUnder.bind(frames)
      frames.sendUnder = (epoch, base) =>
        send(
          epoch,
          base.map((octet) => octet ^ 1),
        )
    }
  }

  /** Comes in with microphone and camera; it is agreed to whatever there is. */
  async join(microphone = true, camera = true): Promise<void> {
    const { hash } = await this.chat.chat.call("agreement.get", {})
    this.meeting.enter({ agreementHash: hash, alone: true })
    if (microphone) await this.meeting.sources.setMicrophone(true)
    if (camera) await this.meeting.sources.setCamera(true)
  }

  /** Begins to record, as who pressed the button. */
  record(): Promise<unknown> {
    return this.recording.start({
      canvas: () => document.createElement("canvas"),
      video: () => document.createElement("video"),
    })
  }

  /** The sealed file that was made here, and what opens it: hexadecimal. */
  async kept(): Promise<{ file: string; account: string; accountPrivate: string } | undefined> {
    const made = this.recording.made.peek()
    const { account, accountPrivate } = this.chat.chat.device.identity
    const file = made && bytesToHex(new Uint8Array(await made.arrayBuffer()))
    return file === undefined ? undefined : { file, account, accountPrivate: bytesToHex(accountPrivate) }
  }

  /** Lets everybody in who waits, as who leads does; again until nobody is missing. */
  async admitAll(people: number): Promise<void> {
    await this.until(async ({ meeting, call }) => {
      const { members = [], waiting = [] } = meeting.roster ?? {}
      if (waiting.length > 0) {
        meeting.lets(waiting.map(({ member }) => member))
        await meeting.room.ask("seat.admit", { call, member: null })
      }
      return members.length >= people
    })
  }

  /** From here on the page keeps its keys and connections, whatever it is told. */
  stays(): void {
    const { meeting } = this
    Object.assign(meeting, { end: () => undefined })
  }

  /** As who leads: takes somebody out; milliseconds until nothing is sealed any more with keys that they have. */
  async remove(member: string): Promise<number> {
    const { frames, room } = this.meeting
    const send = frames.sendUnder.bind(frames)
    const switched = new Promise<number>((resolve) => {
      frames.sendUnder = (epoch, base) => {
        send(epoch, base)
        resolve(performance.now())
      }
    })
    const began = performance.now()
    await room.ask("seat.remove", { call: this.call, member, reason: "safety" })
    return (await switched) - began
  }

  /** Shows a screen, or does no more. */
  async present(on: boolean): Promise<void> {
    const { room, sources } = this.meeting
    if (on) await room.ask("screen.claim", { call: this.call })
    await sources.setScreen(on)
    if (!on) await room.ask("screen.release", { call: this.call })
  }

  /** Whether a picture of somebody comes, as their roster entry and the lines have it. */
  sees(member: string, slot: keyof typeof Slot): boolean {
    return this.meeting.paths?.received(member, Slot[slot])?.muted === false
  }

  /** Pictures that were shown of each member, and when the first one was, in milliseconds from the beginning. */
  seen(): Record<string, { readonly frames: number; readonly firstMs: number | null }> {
    return Object.fromEntries(
      [...this.shown.keys()].map((member) => [
        member,
        { frames: this.frames.get(member) ?? 0, firstMs: this.firstFrame.get(member) ?? null },
      ]),
    )
  }

  /** Forgets how long pictures stood still before. */
  watchGaps(): void {
    this.gaps.clear()
    this.shownAt.clear()
  }

  /** The longest time between two pictures of a member since then, in milliseconds. */
  longestGapMs(member: string): number {
    return this.gaps.get(member) ?? 0
  }

  async counts(): Promise<unknown> {
    const { sealed, unsent, opened, dropped } = await this.meeting.frames.count()
    const drops = Object.fromEntries([...dropped].map(([device, of]) => [device, Object.fromEntries(of)]))
    return { sealed, unsent, opened: Object.fromEntries(opened), dropped: drops }
  }

  standing(): unknown {
    const { room, paths } = this.meeting
    const members = room.roster?.members ?? []
    return {
      ...{ state: room.state.kind, topology: room.roster?.view.topology, failures: this.failures },
      members: members.map(({ member, presence, muted, camera, conn_epoch }) => ({
        ...{ member, presence, muted, camera, conn_epoch },
        ...{
          isMending: paths?.isMending(member),
          quality: paths?.quality(member),
          isRelayed: paths?.isRelayed?.(member),
        },
      })),
    }
  }

  /** What comes through a forwarder: which feed each line carries, if any. */
  lines(): readonly { readonly mid: string | null; readonly feed: string | undefined }[] {
    const { from } = this.meeting.paths as unknown as { readonly from: SubscribeLeg }
    const feeds = from["feedOf"]
    return from.pc.getTransceivers().map(({ mid }) => ({ mid, feed: feeds.get(mid ?? "") }))
  }

  /** This device's own ports of the ways to a forwarder and from it that are in use. */
  async ports(): Promise<number[]> {
    const { main, from } = this.meeting.paths as unknown as Record<"main" | "from", { readonly pc: RTCPeerConnection }>
    const reports = await Promise.all([main, from].map(({ pc }) => pc.getStats()))
    return reports.map((report) => {
      const rows = report as unknown as ReadonlyMap<string, Readonly<Record<string, unknown>>>
      const transport = [...rows.values()].find(({ type }) => type === "transport")
      const pair = rows.get(String(transport?.["selectedCandidatePairId"]))
      return Number(rows.get(String(pair?.["localCandidateId"]))?.["port"])
    })
  }

  /** Resolves once something holds of this object. */
  async until(holds: (call: LabCall) => boolean | Promise<boolean>): Promise<void> {
    const end = performance.now() + WAIT_MS
    while (!(await holds(this))) {
      if (performance.now() > end)
        throw new Error(`it did not come: ${JSON.stringify([this.standing(), await this.counts(), this.seen()])}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** Resolves once so many more pictures of a member were shown. */
  async untilFrames(member: string, more: number): Promise<void> {
    const before = this.frames.get(member) ?? 0
    await this.until(() => (this.frames.get(member) ?? 0) >= before + more)
  }

  private changed(): void {
    const { paths, room } = this.meeting
    this.lookAtRecording()
    const own = this.chat.chat.device.identity.account
    for (const { member } of room.roster?.members ?? []) {
      if (member === own) continue
      const tracks = [Slot.camera, Slot.microphone].flatMap((slot) => paths?.received(member, slot) ?? [])
      const video = this.shown.get(member) ?? this.element(member)
      const current = (video.srcObject as MediaStream | null)?.getTracks() ?? []
      if (tracks.some((track) => !current.includes(track))) {
        video.srcObject = new MediaStream(tracks)
        void video.play().catch(() => undefined)
      }
    }
  }

  private lookAtRecording(): void {
    const { room, unheardMs } = this.meeting
    const { state } = room
    if (state.kind === "waiting") return this.recording.waits(state.recording)
    if (state.kind === "over") return this.recording.look({ kind: "over", why: state.why }, [], "direct")
    if (state.kind !== "in") return
    const { recording, members } = state.roster
    this.recording.look({ kind: "in", recording, unheardMs }, members, "direct")
  }

  private scene(): Scene {
    const { paths, sources, roster } = this.meeting
    const own = this.chat.chat.device.identity.account
    const track = (member: string, slot: Slot) =>
      member === own ? sources.captured(slot) : paths?.received(member, slot)
    const members = roster?.members ?? []
    return {
      heard: members.flatMap(({ member }) => track(member, Slot.microphone) ?? []),
      seen: members.map(({ member, handle: name }) => {
        const seen = track(member, Slot.camera)
        return { id: member, name, stream: seen && streamOf(seen), isScreen: false }
      }),
    }
  }

  private element(member: string): HTMLVideoElement {
    const video = document.createElement("video")
    document.body.append(video)
    this.shown.set(member, video)
    const count = () => {
      const now = performance.now()
      const gap = now - (this.shownAt.get(member) ?? now)
      this.gaps.set(member, Math.max(gap, this.gaps.get(member) ?? 0))
      this.shownAt.set(member, now)
      this.frames.set(member, (this.frames.get(member) ?? 0) + 1)
      if (!this.firstFrame.has(member)) this.firstFrame.set(member, performance.now() - this.began)
      video.requestVideoFrameCallback(count)
    }
    video.requestVideoFrameCallback(count)
    return video
  }
}

/** The same client, told that only relayed candidates may be used. */
function relayed(chat: Chat): Chat {
  const call: Call = async (name, payload) => {
    const answer = await chat.call(name, payload)
    if (name === "ice.refresh") return { ...answer, relay: true }
    const { seat } = answer as Partial<CallJoined>
    if (seat === undefined || seat === null) return answer
    return { ...answer, seat: { ...seat, access: { ...seat.access, relay: true } } }
  }
  return Object.create(chat, { call: { value: call } }) as Chat
}
