/**
 * A call as this device takes part in it: the seat, the keys, what it sends and what comes.
 *
 * Everything follows the roster. Connections are to whom it has, keys are of the group that
 * it names, and after any reconnect it is read anew. What is shown is read off this object
 * whenever `changed` is called; nothing of it is stored.
 */

import { idBytes } from "../account/ids"
import { Beside, NotYet } from "../chat/beside"
import type { Chat } from "../chat/chat"
import type { CallNotice, Update } from "../chat/updates"
import type { Caption } from "../e2ee/formats/caption"
import { Slot } from "../e2ee/formats/media-slots"
import { NotConnected, Refused } from "../protocol/errors"
import type { Roster } from "../protocol/events"
import type { Attesting } from "./attesting"
import { CallGroup } from "./call-group"
import { type Chosen, OwnSources } from "./devices"
import { Frames } from "./frames"
import { mayKey } from "./group-rules"
import { KeyRenewal } from "./key-renewal"
import { CallKeys } from "./keys"
import { Legs, type LegsAround } from "./legs"
import { Mesh, type MeshAround } from "./mesh"
import type { Signal } from "./negotiation"
import type { Paths } from "./paths"
import type { Other } from "./peer"
import { PROFILES } from "./profile"
import { Relays } from "./relays"
import { CallRoom, type Entry } from "./room"
import { bodiesOf, SignalInbox } from "./signals"
import { Tile } from "./tile"
import { POLL_MS } from "./watchdog"

/** Without a word from the server for so long, nothing is sent in a call of more than two. */
export const LEASE_MS = 10_000
const TELL_AGAIN_MS = 250
const TELL_TIMES = 20

/** What ways of every kind need. */
type Shared<A, B> = Pick<A & B, keyof A & keyof B>

export interface MeetingAround {
  readonly chat: Chat
  /** The address of the built `frame-worker.ts`. */
  readonly frameWorker: string
  readonly connId: string
  readonly token: string | undefined
  readonly keepToken: (token: string | undefined) => void
  readonly attesting: Pick<Attesting, "look" | "over">
  readonly chosen: () => Chosen
  readonly changed: () => void
  readonly told: (notice: CallNotice) => void
  readonly captioned: (from: string, caption: Caption) => void
  readonly failed: (error: unknown) => void
}

export class Meeting {
  readonly room: CallRoom
  readonly sources: OwnSources
  readonly frames: Frames
  paths: Paths | undefined
  private readonly group: CallGroup
  private beside: Beside | undefined
  private keys: CallKeys | undefined
  private readonly renewal: KeyRenewal
  private readonly relays: Relays
  private readonly tile: Tile
  private readonly inbox: SignalInbox
  private readonly stop = new AbortController()

  constructor(
    readonly call: string,
    private readonly around: MeetingAround,
  ) {
    const { chat } = around
    const { account, device } = chat.device.identity
    // The worker starts before anything is signalled: a frame that it misses is lost.
    this.frames = new Frames(around.frameWorker, POLL_MS)
    this.sources = new OwnSources(
      () => PROFILES[this.roster?.view.topology ?? "p2p"],
      around.chosen,
      (slot) => this.sends(slot),
    )
    this.room = new CallRoom(call, {
      ...{ call: chat.call, connId: around.connId, token: around.token, keepToken: around.keepToken },
      ...{ own: { account, device }, now: this.now, failed: around.failed },
      changed: () => this.changed(),
      told: (notice) => this.told(notice),
    })
    this.group = new CallGroup(call, { chat, now: this.now, failed: around.failed })
    this.renewal = new KeyRenewal(chat)
    this.relays = new Relays(
      () => this.room.ask("ice.refresh", { call }),
      this.now,
      (error) => this.pass(error),
    )
    this.tile = new Tile(this.room, this.sources, (error) => this.pass(error))
    this.room.beatWith(() => this.paths?.heardFrom() ?? [])
    this.inbox = new SignalInbox(
      { call, device },
      () => this.beside,
      (heard) => this.heard(heard),
      { now: this.now, captioned: around.captioned, failed: around.failed },
    )
  }

  get roster(): Roster | undefined {
    return this.room.roster
  }

  /** Milliseconds for which the server has said nothing. */
  get unheardMs(): number {
    return this.now() - this.room.heardAt
  }

  enter(entry: Entry): void {
    const { signal } = this.stop
    this.around.chat.updates.listen((update) => this.updated(update), signal)
    this.frames.onTick(() => this.tick(), signal)
    networkChange()?.addEventListener("change", () => this.paths?.netChanged(), { signal })
    this.room.connected(this.around.chat.state === "online")
    this.room.join(entry)
  }

  /** This device lets these in, and gives them the keys. */
  lets(members: readonly string[]): void {
    this.group.admits(members)
  }

  /** To everybody in the call: one seal, and each is handed it. */
  async caption(line: string, text: string, isFinal: boolean): Promise<void> {
    const call = idBytes(this.call)
    const sealed = await this.beside?.seal({ type: "caption", call, line, text, final: isFinal })
    if (sealed === undefined) return
    const { device: own } = this.around.chat.device.identity
    const others = this.roster?.members.filter(({ device }) => device !== own) ?? []
    await Promise.all(
      others.map(({ device: to }) =>
        this.room.ask("signal.send", { call: this.call, to, pc_gen: this.paths?.generation?.(to) ?? 1, sealed }),
      ),
    )
  }

  /** Lets go of everything; the seat too, if there is one. */
  close(): void {
    this.room.leave()
    this.end()
  }

  // --- what happens ---

  private updated(update: Update): void {
    if (update.kind === "call" && update.notice.fact.call === this.call) this.room.hear(update.notice)
    if (update.kind === "connection") {
      this.tile.forgotten()
      this.room.connected(this.around.chat.state === "online")
    }
    if (update.kind === "ended") this.end()
    if (update.kind === "conversation" && update.conversation === this.beside?.room.id) this.groupMoved()
  }

  private told(notice: CallNotice): void {
    this.group.hear(notice)
    switch (notice.name) {
      case "signal.sent":
        return this.inbox.hear(notice.fact)
      case "key.prepared":
        this.keys?.prepared(notice.fact.epoch, notice.fact.transition, notice.fact.cause)
        break
      case "key.switched":
        this.keys?.switched(notice.fact.epoch)
        break
      case "feed.restarted":
        this.paths?.restarted?.(notice.fact.conn_epoch)
        break
      default:
    }
    this.around.told(notice)
  }

  private changed(): void {
    const { state } = this.room
    if (state.kind === "over") this.end()
    if (state.kind === "waiting") {
      // Who was moved back hears and sees nothing of the room any more.
      this.paths?.close()
      this.paths = undefined
    }
    if (state.kind === "in") {
      this.relays.given(state.seat.access)
      this.follow(state.roster)
    }
    this.around.changed()
  }

  private follow(roster: Roster): void {
    const { group } = roster
    // Until there is one nobody has keys: those of the conversation are also who waits outside's.
    if (group === null) return
    if (this.beside?.room.id !== group) this.useGroup(roster, group)
    else if (this.keys?.isReady === false) this.groupMoved()
    // What is sealed for nobody yet would be dropped, and a first key frame with it.
    if (this.keys?.isReady !== true) return
    this.paths ??= this.connect(roster)
    this.paths.reconcile(roster)
    this.inbox.look()
    this.tile.say()
  }

  private useGroup(roster: Roster, conversation: string): void {
    const { chat } = this.around
    const room = chat.rooms.get(conversation)
    if (room === undefined || !mayKey(roster, room.record.kind)) return
    const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
    this.beside = new Beside(chat, room, random, () => chat.device.now())
    const confirm = (epoch: number, transition: number) =>
      this.room.ask("key.confirm", { call: this.call, epoch, transition })
    const { frames, now } = this
    this.keys = new CallKeys(this.beside, { frames, confirm, failed: this.around.failed, now })
    this.groupMoved()
  }

  private groupMoved(): void {
    const { keys } = this
    void keys?.look().then(() => {
      const { roster } = this
      if (roster !== undefined && keys.isReady && keys === this.keys) this.follow(roster)
    })
    this.inbox.look()
  }

  private tick(): void {
    this.room.tick()
    this.keys?.tick()
    this.paths?.tick()
    this.tile.measured(this.paths?.line())
    this.around.attesting.look(this.now(), this.room, this.beside, this.keys?.epoch)
    const { state } = this.room
    if (state.kind !== "in") return
    // The seat is shown as away after ten seconds: nobody in a call waits as long as pages do.
    if (this.around.chat.state !== "online") this.around.chat.hurry()
    this.group.look(state.roster)
    if (this.keys?.isReady !== true || this.beside?.room.id !== state.roster.group) this.follow(state.roster)
    const isLong = this.unheardMs >= LEASE_MS
    const [room, epoch] = [this.beside?.room, this.keys?.epoch]
    if (room !== undefined && epoch !== undefined) this.renewal.look(room, epoch, state.roster.members, this.now())
    this.sources.hold(isLong && state.roster.view.topology !== "p2p")
    this.relays.tick()
    this.around.changed()
  }

  private end(): void {
    if (this.stop.signal.aborted) return
    this.stop.abort()
    this.around.attesting.over()
    this.paths?.close()
    this.sources.close()
    this.frames.close()
  }

  // --- what is sent ---

  private sends(slot: Slot): void {
    this.paths?.send(slot)
    this.tile.say()
    this.around.changed()
  }

  private connect(roster: Roster): Paths {
    const { frames, now } = this
    const { failed, changed } = this.around
    const profile = PROFILES[roster.view.topology]
    const common: Shared<MeshAround, LegsAround> = {
      ...{ frames, profile, now, failed, changed, random: Math.random },
      hasPictures: roster.view.media === "video",
      configuration: () => this.relays.configuration(),
      refresh: () => this.relays.refresh(),
      track: (slot) => this.sources.track(slot),
    }
    return roster.view.topology === "sfu" ? this.throughForwarder(roster, common) : this.toEachOther(common)
  }

  private throughForwarder(roster: Roster, common: Shared<MeshAround, LegsAround>): Paths {
    const { account } = this.around.chat.device.identity
    const epoch = roster.members.find(({ member }) => member === account)?.conn_epoch ?? 0
    return new Legs(account, epoch, {
      ...{ ...common, call: this.call },
      // Past the room: what is not found is a connection of the forwarder's, and not the call.
      ask: this.around.chat.call,
      isLeaf: (member, device) => this.beside?.room.leaves.has({ account: member, device }) === true,
    })
  }

  private toEachOther(common: Shared<MeshAround, LegsAround>): Paths {
    const around: MeshAround = {
      ...common,
      tell: (other, generation, signal, mids) => this.tell(other, generation, signal, mids),
      restarts: ({ device }, pc_gen, reason) => {
        this.room
          .ask("peer.restart", { call: this.call, reason, pc_gen, peer: device })
          .catch((error: unknown) => this.pass(error))
      },
    }
    return new Mesh(this.around.chat.device.identity.account, around)
  }

  private heard(heard: { from: Other; generation: number; signal: Signal; mids: ReadonlyMap<string, Slot> }): boolean {
    return this.paths instanceof Mesh && this.paths.hear(heard.from, heard.generation, heard.signal, heard.mids)
  }

  /** Again while the group changes, or the server cannot be reached; at last the ladder goes on. */
  private async tell(other: Other, generation: number, signal: Signal, mids: ReadonlyMap<string, Slot>): Promise<void> {
    for (const body of bodiesOf(this.call, other.device, generation, signal, mids)) {
      for (let tried = 0; tried < TELL_TIMES && !this.stop.signal.aborted; tried++) {
        try {
          const sealed = await this.beside?.seal(body)
          if (sealed === undefined) return
          await this.room.ask("signal.send", { call: this.call, to: other.device, pc_gen: generation, sealed })
          break
        } catch (error) {
          if (error instanceof Refused && error.retryAfterMs === undefined) return
          if (!(error instanceof NotYet)) this.pass(error)
          const asked = error instanceof Refused ? error.retryAfterMs : undefined
          await new Promise((resolve) => setTimeout(resolve, asked ?? TELL_AGAIN_MS))
        }
      }
    }
  }

  private pass(error: unknown): void {
    if (!(error instanceof NotConnected) && !(error instanceof Refused)) this.around.failed(error)
  }

  private readonly now = (): number => performance.now()
}

/** Of browsers that tell when the network is another one (W3C Network Information). */
function networkChange(): EventTarget | undefined {
  return (navigator as { readonly connection?: EventTarget }).connection
}
