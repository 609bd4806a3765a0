/** Calls of two or three: every device with every other one. */

import type { Slot } from "../e2ee/formats/media-slots"
import type { Roster, RosterMember } from "../protocol/events"
import { type Line, UNKNOWN, worse } from "./line"
import type { Signal } from "./negotiation"
import type { Paths } from "./paths"
import { type Other, Peer, type PeerAround } from "./peer"
import type { Quality } from "./stats"

export type MeshAround = Omit<PeerAround, "isClaimed">

export class Mesh implements Paths {
  private readonly peers = new Map<string, Peer>()
  private members: ReadonlyMap<string, RosterMember> = new Map()
  private isFirst = true
  private readonly bytes = new Map<Peer, number>()

  constructor(
    private readonly own: string,
    private readonly around: MeshAround,
  ) {}

  /** Whoever is on the first roster was there before: this device is the newcomer, and offers. */
  reconcile(roster: Roster): void {
    this.members = new Map(roster.members.map((member) => [member.member, member]))
    for (const [member, peer] of this.peers) {
      const now = this.members.get(member)
      if (now?.device !== peer.other.device || now.conn_epoch !== peer.other.connEpoch) this.drop(member, peer)
    }
    for (const { member, device, conn_epoch } of this.members.values()) {
      if (member === this.own || this.peers.has(member)) continue
      this.peers.set(member, this.connect({ member, device, connEpoch: conn_epoch }))
    }
    this.isFirst = false
  }

  /** False for one whose sender is not there as the roster has it. */
  hear(from: Other, generation: number, signal: Signal, mids: ReadonlyMap<string, Slot>): boolean {
    const peer = this.peers.get(from.member)
    if (peer?.other.device !== from.device || peer.other.connEpoch !== from.connEpoch) return false
    peer.hear(generation, signal, mids)
    return true
  }

  send(slot: Slot): void {
    for (const peer of this.peers.values()) peer.send(slot)
  }

  tick(): void {
    for (const peer of this.peers.values()) peer.tick().catch(this.around.failed)
  }

  netChanged(): void {
    for (const peer of this.peers.values()) peer.netChanged()
  }

  received(member: string, slot: Slot): MediaStreamTrack | undefined {
    return this.peers.get(member)?.received(slot)
  }

  level(member: string): number {
    return this.peers.get(member)?.level() ?? 0
  }

  quality(member: string): Quality | undefined {
    return this.peers.get(member)?.quality
  }

  line(): Line {
    return [...this.peers.values()].reduce((worst, peer) => worse(worst, peer.line), UNKNOWN)
  }

  isMending(member: string): boolean {
    return this.peers.get(member)?.isMending ?? false
  }

  isRelayed(member: string): boolean {
    return this.peers.get(member)?.last?.relayed ?? false
  }

  generation(device: string): number {
    return [...this.peers.values()].find(({ other }) => other.device === device)?.generation ?? 1
  }

  heardFrom(): readonly string[] {
    return [...this.peers.values()].flatMap((peer) => {
      const bytes = peer.last?.bytes ?? 0
      const before = this.bytes.get(peer) ?? 0
      this.bytes.set(peer, bytes)
      return bytes > before ? [peer.other.device] : []
    })
  }

  close(): void {
    for (const [member, peer] of this.peers) this.drop(member, peer)
  }

  private connect(other: Other): Peer {
    const isClaimed = () => {
      const member = this.members.get(other.member)
      return member?.presence === "on" && (!member.muted || member.camera)
    }
    return new Peer(other, this.own, this.isFirst, { ...this.around, isClaimed })
  }

  private drop(member: string, peer: Peer): void {
    peer.close()
    this.bytes.delete(peer)
    this.peers.delete(member)
  }
}
