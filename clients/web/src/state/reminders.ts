/**
 * Reminds of an appointment 15 minutes before, while the app is open: once on this device,
 * also over a reload. Only one page works with a device at a time, so no two do it.
 */

import { effect, type ReadonlySignal, signal } from "@preact/signals"
import type { ConversationRow, Upcoming } from "./models"
import type { NotesOf } from "./notes"

/** How long before. */
export const REMIND_MS = 15 * 60_000
/** How often the clock is looked at: a device may have slept meanwhile. */
const LOOK_MS = 15_000

export interface Reminder extends Upcoming {
  readonly conversation: string
}

/** What is to be reminded of now, of one conversation. */
export function dueOf(meetings: readonly Upcoming[], reminded: readonly string[], now: number): Upcoming[] {
  return meetings.filter((meeting) => isNear(meeting, now) && !reminded.includes(nameOf(meeting)))
}

/** What was reminded of, and could be again: what is over or far off needs no note. */
function stillNear(meetings: readonly Upcoming[], reminded: readonly string[], now: number): string[] {
  const near = new Set(meetings.filter((meeting) => isNear(meeting, now)).map(nameOf))
  return reminded.filter((name) => near.has(name))
}

function isNear({ startsAt }: Upcoming, now: number): boolean {
  const left = startsAt.getTime() - now
  return left > 0 && left <= REMIND_MS
}

/** A meeting that is moved is another one to be reminded of. */
function nameOf({ id, startsAt }: Upcoming): string {
  return `${id} ${startsAt.getTime()}`
}

export class Reminders {
  private readonly shown = signal<Reminder | undefined>(undefined)
  private readonly stops: (() => void)[] = []

  constructor(
    private readonly conversations: ReadonlySignal<readonly ConversationRow[]>,
    private readonly notes: NotesOf,
    private readonly now: () => number,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** What to show; somebody who has seen it sets it to undefined. */
  get current() {
    return this.shown
  }

  start(): void {
    const timer = setInterval(() => this.look(), LOOK_MS)
    this.stops.push(
      () => clearInterval(timer),
      effect(() => this.look()),
    )
  }

  end(): void {
    for (const stop of this.stops) stop()
  }

  private look(): void {
    const now = this.now()
    const last = this.shown.peek()
    if (last !== undefined && last.startsAt.getTime() <= now) this.shown.value = undefined
    for (const { id: conversation, meetings } of this.conversations.value) {
      const reminded = this.notes.remindedOf(conversation)
      const due = dueOf(meetings, reminded, now)
      const [first] = due
      if (first === undefined) continue
      const names = [...stillNear(meetings, reminded, now), ...due.map(nameOf)]
      // Stored first: it is better to be reminded not at all than again and again.
      this.notes.set(conversation, { reminded: names }).then(() => {
        this.shown.value = { ...first, conversation }
      }, this.failed)
    }
  }
}
