/** The session page of a conversation as a screen shows it, and what is written from there. */

import { type ReadonlySignal, signal } from "@preact/signals"
import type { Conversation as Talking } from "../chat/conversation"
import { identityOf } from "../chat/planned"
import type { Held } from "../chat/session-page"
import type { Agenda, Goal as GoalBody, Note as NoteBody, Planned } from "../e2ee/formats/session-page"
import { isSeen } from "./blocks"
import type { Goal, Meeting, Note, PlannedChange, SessionPage, Upcoming } from "./models"
import type { Names } from "./names"
import type { Hidden } from "./notes"
import { SharedPlan } from "./safety-plan"

export const NOTHING: SessionPage = { meetings: [], goals: [], notes: [] }

/** What is shown; not what was changed last by somebody whose messages are hidden. */
export function pageOf(all: readonly Held[], hidden: Hidden | null, nameOf: (account: string) => string): SessionPage {
  const [meetings, goals, notes]: [Meeting[], Goal[], Note[]] = [[], [], []]
  for (const held of all.filter((each) => isSeen(each, hidden))) {
    const { body, revision, account, pending } = held
    const about = { revision, pending, by: nameOf(account) }
    if (body.type === "agenda") meetings.push(meetingOf(body, about))
    else if (body.type === "goal") goals.push(goalOf(body, about))
    else if (body.type === "note" && body.text !== undefined) notes.push({ ...about, id: body.note, text: body.text })
  }
  meetings.sort((one, other) => one.startsAt.getTime() - other.startsAt.getTime())
  return { meetings, goals, notes }
}

/** The appointments that take place, the earliest first. */
export function upcomingOf(all: readonly Held[], hidden: Hidden | null): Upcoming[] {
  return pageOf(all, hidden, String)
    .meetings.filter(({ cancelled }) => !cancelled)
    .map(({ id, startsAt, minutes }) => ({ id, startsAt, minutes }))
}

/** The session page of a conversation that is open, and the safety plan with it. */
export class Planning {
  readonly safety: SharedPlan
  private readonly shown = signal(NOTHING)

  constructor(
    private readonly talking: Talking,
    private readonly names: Names,
    private readonly hidden: () => Hidden | null,
    now: () => number,
  ) {
    this.safety = new SharedPlan(talking, now)
  }

  get page(): ReadonlySignal<SessionPage> {
    return this.shown
  }

  /** Reads it once more: something has changed. */
  async load(): Promise<void> {
    const all = await this.talking.sessionPage()
    await this.names.load(all.map(({ account }) => account))
    const nameOf = (account: string) => this.names.of(account)
    this.shown.value = pageOf(all, this.hidden(), nameOf)
    this.safety.show(all, this.hidden(), nameOf)
  }

  /** Writes a change. What a newer version added to it stays. */
  async write(change: PlannedChange, said: string): Promise<void> {
    const body = bodyOf(change, change.id ?? crypto.randomUUID())
    const all = await this.talking.sessionPage()
    const { extra } = all.find((held) => identityOf(held.body) === identityOf(body))?.body ?? {}
    await this.talking.plan(extra === undefined ? body : { ...body, extra }, said)
  }
}

function bodyOf(change: PlannedChange, id: string): Planned {
  switch (change.kind) {
    case "meeting": {
      const { startsAt, minutes, zone, items, cancelled } = change
      return { type: "agenda", meeting: id, startsAt: startsAt.getTime(), minutes, zone, items, cancelled }
    }
    case "goal": {
      const { title, step, progress, done } = change
      return { type: "goal", goal: id, title, step: step === "" ? undefined : step, progress, done } satisfies GoalBody
    }
    case "note":
      return { type: "note", note: id, text: change.text === "" ? undefined : change.text } satisfies NoteBody
  }
}

type About = Pick<Meeting, "revision" | "pending" | "by">

function meetingOf({ meeting: id, startsAt, minutes, zone, items, cancelled }: Agenda, about: About): Meeting {
  return { ...about, id, startsAt: new Date(startsAt), minutes, zone, items, cancelled }
}

function goalOf({ goal: id, title, step = "", progress, done }: GoalBody, about: About): Goal {
  return { ...about, id, title, step, progress, done }
}
