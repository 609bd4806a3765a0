/**
 * What runs while a device's client is open: connection, reader, couriers, and their owner.
 *
 * One `AbortController` owns every task and timer. A defect in any of them ends all and is
 * kept as `failure`: nothing carries on half alive. A lost connection is no defect.
 *
 * On every connect the reader catches up first, and only then is the link `ready` for the
 * couriers. Whoever sends before knowing what others did encrypts for epochs that are over.
 */

import { type Backup, forgetBackup } from "../account/backup"
import type { Device } from "../account/device"
import { DeviceWatch } from "../account/device-watch"
import { Devices } from "../account/devices"
import type { Call } from "../account/keys"
import { People } from "../account/people"
import { renewIfDue } from "../account/renewal"
import { Rotation } from "../account/rotation"
import { SignInSource } from "../account/sign-in"
import { Transparency } from "../log/transparency"
import { Blobs } from "../protocol/blobs"
import type { ConnectionState, Notice } from "../protocol/connection"
import type { ConversationKind } from "../protocol/events"
import { Archives } from "./archives"
import { CLOCK, type Clock } from "./bell"
import { ChatError } from "./errors"
import { Courier } from "./courier"
import type { SignedLeaf } from "./leaves"
import { Files } from "./files"
import { Following } from "./following"
import { Line } from "./line"
import type { Link } from "./link"
import * as opening from "./opening"
import { Mending } from "./mending"
import { Parts } from "./parts"
import { Reader } from "./reader"
import { conversations, loadStored, type Part } from "./records"
import { Returns } from "./returns"
import { Room } from "./room"
import { isOfAffairs, isOfCall, isOfDesk, Updates } from "./updates"
import { Upkeep } from "./upkeep"

export class Chat implements Link {
  readonly updates: Updates
  readonly people: People
  readonly blobs: Blobs
  readonly files: Files
  readonly archives: Archives
  readonly devices: Devices
  /** What ended everything, besides `close`. */
  failure: unknown
  readonly call: Call
  private readonly stop = new AbortController()
  private readonly reader: Reader
  private readonly parts: Parts
  private readonly watch: DeviceWatch
  private readonly upkeep: Upkeep
  private readonly mending: Mending
  private readonly returns: Returns
  private readonly couriers = new Map<string, Courier>()
  private readonly following: Following
  private readonly rotation: Rotation
  private readonly tasks = new Set<Promise<void>>()
  private isRunning = false

  private constructor(
    readonly device: Device,
    readonly source: SignInSource,
    private readonly line: Line,
    readonly transparency: Transparency,
    updates: Updates,
    private readonly clock: Clock,
  ) {
    const { log, alarms, gossip } = transparency
    const { token } = source
    this.updates = updates
    this.call = line.call
    this.blobs = new Blobs(device.identity.origin, token)
    this.files = new Files(device, this, this.blobs, clock)
    this.archives = new Archives(device, this.blobs, (conversation) =>
      updates.publish({ kind: "conversation", conversation }),
    )
    this.parts = new Parts(this.blobs)
    this.people = new People(device, line.call, (account, claimed) => log.checkedList(account, claimed))
    const looked = (account: string) => this.listLookedAt(account)
    this.rotation = new Rotation(device, () => forgetBackup(device, source, this.archives))
    const changed = () => {
      looked(device.identity.account)
      this.following.lookAgain()
    }
    this.devices = new Devices(device, changed, () => this.archives.write(), this.rotation)
    this.watch = new DeviceWatch(
      (account) => log.checkedList(account),
      looked,
      this.signal,
      (error) => this.end(error),
    )
    this.reader = new Reader(device, {
      ...{ call: line.call, updates, parts: this.parts },
      checkedList: (account) => log.checkedList(account),
      watch: (accounts) => this.watch.look(accounts),
      learn: (members) => this.people.learn(members),
      adopt: (room) => this.adopt(room),
      letGo: (room, account) => this.own(this.upkeep.letGo(room, account)),
      alarm: (kind, subject, detail) => alarms.tell(kind, subject, detail),
      heard: (head) => gossip.heard(head),
      heardHeads: () => this.upkeep.look(),
    })
    this.upkeep = new Upkeep(device, this, transparency, clock)
    this.mending = new Mending(device, this, () => this.returns.look(), clock)
    this.returns = new Returns(device, this, (room) => this.mending.mayReturn(room), clock)
    const steps = {
      catchUp: () => this.catchUp(),
      hear: (notice: Notice) => this.reader.hear(notice),
      caughtUp: () => this.knowsAll(),
    }
    this.following = new Following(steps, clock, this.signal)
    line.onState = (state) => this.became(state)
    line.onNotice = (notice) => {
      if (notice !== "missed" && isOfDesk(notice)) updates.publish({ kind: "desk", notice })
      else if (notice !== "missed" && isOfCall(notice)) updates.publish({ kind: "call", notice })
      else if (notice !== "missed" && isOfAffairs(notice)) updates.publish({ kind: "told", notice })
      else this.following.heard(notice)
    }
  }

  /** The client of a device, with every conversation it has; `run` lets it go to work. */
  static async open(device: Device, clock: Clock = CLOCK): Promise<Chat> {
    const source = new SignInSource(device)
    const line = new Line(device.identity.origin, source.token)
    const updates = new Updates()
    const told = () => updates.publish({ kind: "alarm" })
    const transparency = await Transparency.open(device, line.call, told)
    const chat = new Chat(device, source, line, transparency, updates, clock)
    await chat.loadRooms()
    return chat
  }

  /** Connects, follows and sends from now on, until `close` or a failure. */
  run(): void {
    this.isRunning = true
    this.own(this.line.connection.run())
    this.own(this.following.stayCaughtUp())
    this.own(this.following.hear())
    this.own(this.upkeep.followLog())
    this.own(this.upkeep.letGoInTime())
    this.own(this.files.run())
    this.own(this.archives.run((signal) => this.ready(signal), this.clock, this.signal))
    this.own(this.mending.run())
    this.own(this.returns.run())
    for (const courier of this.couriers.values()) this.own(courier.run())
  }

  /** Ends everything; resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.stop.abort(new ChatError("client.closed"))
    this.line.connection.close()
    while (this.tasks.size > 0) await Promise.all(this.tasks)
    // What was begun on the store comes to its end.
    await this.device.checked(() => Promise.resolve())
  }

  get signal(): AbortSignal {
    return this.stop.signal
  }

  get state(): ConnectionState {
    return this.line.connection.state
  }

  /** Whether everything that others did until now is known. */
  get isCaughtUp(): boolean {
    return this.following.isCaughtUp
  }

  /** Every conversation of this device by id. */
  get rooms(): ReadonlyMap<string, Room> {
    return this.reader.rooms
  }

  room(conversation: string): Room {
    const room = this.rooms.get(conversation)
    if (room === undefined) throw new ChatError("client.unknown_conversation")
    return room
  }

  /** Tries to connect now: the person came back, or writes. */
  hurry(): void {
    this.line.connection.wake()
  }

  // --- conversations ---

  /** Makes a conversation with these accounts; its id. It is durable, and goes out by itself. */
  async create(kind: ConversationKind, add: readonly string[], staff: readonly string[] = []): Promise<string> {
    const { stored, members } = await opening.create(this.device, kind, add, staff)
    this.adopt(new Room(this.device, stored, members))
    return stored.record.id
  }

  /** Resolves when a planned change is in the group; throws the error with which it failed. */
  async whenChanged(room: Room, position: number): Promise<void> {
    const settled = this.courier(room).settled(position)
    this.adopt(room)
    await settled
  }

  /** Takes a conversation in; carries its outbox, or looks into it again. */
  adopt(room: Room): void {
    this.reader.rooms.set(room.id, room)
    this.courier(room).wake()
    if (room.record.standing === "broken" || room.record.frozen) this.mend()
    this.hurry()
  }

  /** Writes this backup now and then from here on, as long as there is one. */
  keepUp(backup: Pick<Backup, "writeIfDue">): void {
    this.own(this.upkeep.keepUp(backup))
  }

  /** Resolves when no outbox holds anything that could be sent. */
  async flush(): Promise<void> {
    for (;;) {
      const busy = [...this.couriers.values()].find(({ idle }) => !idle.isRung)
      if (busy === undefined) return
      await busy.idle.heard(this.signal)
    }
  }

  private courier(room: Room): Courier {
    const known = this.couriers.get(room.id)
    if (known !== undefined) return known
    const courier = new Courier(room, this, this.device.random, this.clock, this.signal)
    this.couriers.set(room.id, courier)
    if (this.isRunning) this.own(courier.run())
    return courier
  }

  private async loadRooms(): Promise<void> {
    for (const record of await conversations(this.device.vault)) {
      await this.device.checked(async (engine) => {
        const stored = await loadStored(this.device.vault, engine, record)
        if (stored === undefined) throw new ChatError("client.not_readable", "group_missing")
        const members = stored.group.standing === "removed" ? [] : engine.members(stored.group)
        this.adopt(new Room(this.device, stored, members))
      })
    }
  }

  private listLookedAt(account: string): void {
    for (const room of this.rooms.values()) {
      if (room.isFollowed && room.accounts.has(account)) this.courier(room).lookForDevices()
    }
    this.updates.publish({ kind: "devices" })
  }

  // --- the link that couriers use ---

  ready(signal: AbortSignal): Promise<void> {
    return this.following.ready(signal)
  }

  store(parts: readonly Part[]): Promise<void> {
    return this.parts.store(parts)
  }

  whole(message: Uint8Array): Promise<Uint8Array> {
    return this.parts.whole(message)
  }

  sync(room: Room): Promise<void> {
    return this.reader.sync(room)
  }

  requireMembers(room: Room): Promise<void> {
    return room.prove((leaves) => this.transparency.log.requireMembers(leaves))
  }

  requireListed(leaves: readonly SignedLeaf[]): Promise<void> {
    return this.transparency.log.requireListed(leaves)
  }

  async froze(room: Room): Promise<void> {
    await room.updateRecord({ frozen: true })
    this.changed(room)
    await this.lookAtViews()
  }

  async lookAtViews(): Promise<void> {
    await this.reader.views()
  }

  /** Learns who is called what in a conversation, and reads its log. */
  entered(room: Room): Promise<void> {
    return this.reader.entered(room)
  }

  messageSent(room: Room): void {
    if (room.record.standing === "active") this.own(this.upkeep.passOnHead(room))
  }

  changed(room: Room): void {
    this.updates.publish({ kind: "conversation", conversation: room.id })
  }

  // --- running ---

  /** Runs a task of this client's: what it throws ends all, unless all has ended. */
  own(task: Promise<void>): void {
    const owned = task.catch((error: unknown) => this.end(error)).finally(() => this.tasks.delete(owned))
    this.tasks.add(owned)
  }

  private end(error: unknown): void {
    if (this.signal.aborted) return
    this.failure = error
    this.stop.abort(error)
    this.line.connection.close()
    this.updates.publish({ kind: "ended" })
  }

  private became(state: ConnectionState): void {
    if (state === "online") {
      this.reader.connected()
      this.upkeep.look()
      this.returns.look(true)
    }
    this.following.connected(state === "online")
    this.updates.publish({ kind: "connection" })
  }

  private mend(): void {
    this.mending.look()
    this.returns.look()
  }

  private async catchUp(): Promise<void> {
    // First: what comes is judged by the key that the account has now.
    await this.rotation.finishBegun()
    await this.transparency.serviceKeys.follow()
    await renewIfDue(this.device, this.source)
    await this.reader.catchUp()
  }

  private knowsAll(): void {
    this.renewLeaves()
    this.mend()
    this.updates.publish({ kind: "connection" })
  }

  /** Lets groups show a credential that was renewed since their courier looked. */
  private renewLeaves(): void {
    for (const room of this.rooms.values()) if (room.keysAreDue) this.courier(room).wake()
  }
}
