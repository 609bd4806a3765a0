/** Appointments, goals and notes that people share in a conversation, as screens show them. */

export interface Upcoming {
  readonly id: string
  readonly startsAt: Date
  readonly minutes: number
}

/** What people plan with: each may change all of it, the last change is what holds. */
export interface SessionPage {
  /** The earliest first, the cancelled ones too. */
  readonly meetings: readonly Meeting[]
  readonly goals: readonly Goal[]
  readonly notes: readonly Note[]
}

interface Shared {
  readonly id: string
  /** Rises with each change. */
  readonly revision: number
  /** The handle of whoever changed it last. */
  readonly by: string
  /** Whether the last change still waits on this device. */
  readonly pending: boolean
}

export interface Meeting extends Shared, Upcoming {
  /** Where it was planned; any name. */
  readonly zone: string
  readonly items: readonly string[]
  readonly cancelled: boolean
}

export interface Goal extends Shared {
  readonly title: string
  /** What comes next; may be empty. */
  readonly step: string
  /** Per cent. */
  readonly progress: number
  readonly done: boolean
}

export interface Note extends Shared {
  readonly text: string
}

/** Without an id something new is begun. A note without text is removed. */
export type PlannedChange = { readonly id?: string | undefined } & (
  | ({ readonly kind: "meeting" } & Pick<Meeting, "startsAt" | "minutes" | "zone" | "items" | "cancelled">)
  | ({ readonly kind: "goal" } & Pick<Goal, "title" | "step" | "progress" | "done">)
  | ({ readonly kind: "note" } & Pick<Note, "text">)
)
