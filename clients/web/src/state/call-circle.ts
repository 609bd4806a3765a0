/** The tools of a circle: what the server says of them, and what one asks it for. */

import { signal } from "@preact/signals"
import type { Meeting } from "../call/meeting"
import { NotConnected } from "../protocol/errors"
import type { Commands, Roster } from "../protocol/events"
import type { Outcome } from "./asked"
import type {
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
import { agendaOf, type AsDate, pieceOf, powersOf } from "./call-shown"
import { outcome, outcomeWith } from "./outcome"
import { put } from "./same"

export interface CircleAround {
  readonly meeting: () => Meeting
  readonly own: string
  readonly held: ReadonlySet<string>
  /** Makes the conversation of two that a side call is in; its id. */
  readonly makeSide: (member: string) => Promise<string>
  /** Asks the crisis desk, with a reference to this call. */
  readonly openCase: (tellFacilitators: boolean) => Promise<Outcome>
}

type OfCall = {
  [Name in keyof Commands]: Commands[Name]["payload"] extends { readonly call: string } ? Name : never
}[keyof Commands]

export class LiveCircle implements Circle {
  readonly powers = signal<ReadonlySet<Power>>(new Set())
  readonly isLocked = signal(false)
  readonly line = signal<readonly Waiting[]>([])
  readonly hands = signal<readonly Raised[]>([])
  readonly spotlit = signal<string | undefined>(undefined)
  readonly agenda = signal<Agenda | undefined>(undefined)
  readonly piece = signal<TalkingPiece | undefined>(undefined)
  readonly flagged = signal<readonly string[]>([])
  readonly side = signal<SideAsked | undefined>(undefined)
  private phases: readonly AgendaPhase[] = []

  constructor(private readonly around: CircleAround) {}

  async loadPhases(kind: string): Promise<void> {
    const { kinds } = await this.room.ask("session.kinds", {})
    const found = kinds.find((each) => each.kind === kind)
    this.phases = (found?.phases ?? []).map(({ phase, minutes }) => ({ name: phase, minutes }))
  }

  look(roster: Roster, role: CallRole, asDate: AsDate): void {
    const { own, held } = this.around
    const nameOf = (account: string) =>
      roster.members.find(({ member }) => member === account)?.handle ?? account.slice(0, 8)
    put(this.powers, powersOf(role))
    put(this.isLocked, roster.is_locked)
    put(
      this.line,
      roster.waiting.map(({ member, handle, since }) => ({
        ...{ member, handle, since: asDate(since) },
        wasInside: held.has(member),
      })),
    )
    put(
      this.hands,
      roster.hands.map((member) => ({ member, handle: nameOf(member), isMe: member === own })),
    )
    put(this.spotlit, roster.spotlight ?? undefined)
    put(this.agenda, agendaOf(roster, this.phases, asDate, Date.now()))
    put(this.piece, pieceOf(roster, own, nameOf, asDate))
    put(this.flagged, roster.flagged.map(nameOf))
  }

  raiseHand(up: boolean): Promise<Outcome> {
    return up ? this.ask("hand.raise", {}) : this.ask("hand.lower", { member: null })
  }

  lowerHand(member: string): Promise<Outcome> {
    return this.ask("hand.lower", { member })
  }

  admit(member: string): Promise<Outcome> {
    this.around.meeting().lets([member])
    return this.ask("seat.admit", { member })
  }

  admitAll(): Promise<Outcome> {
    const meeting = this.around.meeting()
    meeting.lets(meeting.roster?.waiting.map(({ member }) => member) ?? [])
    return this.ask("seat.admit", { member: null })
  }

  hold(member: string): Promise<Outcome> {
    return this.ask("seat.hold", { member })
  }

  remove(member: string, reason: RemoveReason): Promise<Outcome> {
    return this.ask("seat.remove", { member, reason })
  }

  mute(member: string, how: "ask" | "stop"): Promise<Outcome> {
    return this.ask("seat.mute", { member, hard: how === "stop" })
  }

  muteAll(): Promise<Outcome> {
    return outcome(async () => {
      const others = this.roster.members.filter(({ member, muted }) => member !== this.around.own && !muted)
      await Promise.all(
        others.map(({ member }) => this.room.ask("seat.mute", { call: this.room.id, member, hard: false })),
      )
    })
  }

  inviteToSpeak(member: string): Promise<Outcome> {
    return this.ask("seat.invite_unmute", { member })
  }

  setRole(member: string, role: CallRole): Promise<Outcome> {
    return this.ask("seat.set_role", { member, role })
  }

  setLocked(locked: boolean): Promise<Outcome> {
    return this.ask(locked ? "room.lock" : "room.unlock", {})
  }

  spotlight(member: string | undefined): Promise<Outcome> {
    return this.ask("room.spotlight", { member: member ?? null })
  }

  stopScreen(): Promise<Outcome> {
    return this.ask("screen.revoke", {})
  }

  nextPhase(): Promise<Outcome> {
    return outcome(() =>
      this.room.ask("phase.advance", { call: this.room.id, index: (this.roster.phase?.index ?? -1) + 1 }),
    )
  }

  extend(minutes: number): Promise<Outcome> {
    return outcome(() =>
      this.room.ask("phase.extend", { call: this.room.id, index: this.roster.phase?.index ?? 0, minutes }),
    )
  }

  startPiece(order: readonly string[] | undefined, turnSeconds: number | undefined): Promise<Outcome> {
    return this.ask("piece.start", { order: order ?? [], turn_seconds: turnSeconds ?? null })
  }

  passPiece(): Promise<Outcome> {
    return outcome(() => this.room.ask("piece.pass", { call: this.room.id, turn: this.roster.piece?.turn ?? 1 }))
  }

  stopPiece(): Promise<Outcome> {
    return this.ask("piece.stop", {})
  }

  openSide(member: string): Promise<Outcome & { readonly conversation?: string }> {
    return outcomeWith("conversation", async () => {
      const conversation = await this.around.makeSide(member)
      await this.room.ask("side.open", { call: this.room.id, member, conversation })
      return conversation
    })
  }

  askForHelp(tellFacilitators: boolean): Promise<Outcome> {
    return this.around.openCase(tellFacilitators)
  }

  stepOut(out: boolean): Promise<Outcome> {
    return outcome(async () => {
      const own = this.roster.members.find(({ member }) => member === this.around.own)
      const { muted = true, camera = false } = own ?? {}
      await this.room.ask("state.set", { call: this.room.id, muted, camera, away: out })
    })
  }

  private get room() {
    return this.around.meeting().room
  }

  private get roster(): Roster {
    const { roster } = this.room
    if (roster === undefined) throw new NotConnected("not in the call")
    return roster
  }

  private ask<Name extends OfCall>(name: Name, payload: Omit<Commands[Name]["payload"], "call">): Promise<Outcome> {
    return outcome(() => this.room.ask(name, { ...payload, call: this.room.id }))
  }
}
