/** "Did this help?": who is asked it, when, and what was answered. */

import { signal } from "@preact/signals"
import type { Chat } from "../chat/chat"
import type { CallView, Roster } from "../protocol/events"
import type { EndReason, Helped, HelpedScore } from "./call-models"
import type { Outcome } from "./asked"
import { called, outcome } from "./outcome"

/** Kinds of calls and of conversations that nobody is asked about, whatever was planned. */
const NEVER: ReadonlySet<string> = new Set(["crisis", "side"])
/** Who was taken out or came in elsewhere is not asked, nor who may be back in a moment. */
const ENDS: ReadonlySet<EndReason> = new Set<EndReason>(["left", "ended", "everybody_left", "no_facilitator"])
const LEADING: ReadonlySet<string> = new Set(["facilitator", "co_facilitator"])

type Planned = Pick<CallView, "session" | "kind" | "conversation_kind">
type Seated = Pick<Roster["members"][number], "member" | "role">

export class LiveHelped implements Helped {
  readonly isAsked = signal(false)
  readonly answer = signal<HelpedScore | undefined>(undefined)
  private wasAccompanied = false
  private isSkipped = false

  private constructor(
    private readonly chat: Pick<Chat, "call">,
    private readonly session: string,
    private readonly isPair: boolean,
  ) {}

  /** Of a call; undefined where nobody is asked. */
  static of(chat: Pick<Chat, "call">, view: Planned): LiveHelped | undefined {
    const { session, kind, conversation_kind: conversation } = view
    if (session === null || NEVER.has(kind) || NEVER.has(conversation)) return undefined
    return new LiveHelped(chat, session, conversation === "direct")
  }

  /** Who is in it now; whoever leads is not accompanied, from when they do. */
  look(members: readonly Seated[], own: string): void {
    const me = members.find(({ member }) => member === own)
    if (me === undefined) return
    const others = members.filter(({ member }) => member !== own)
    if (LEADING.has(me.role)) this.wasAccompanied = false
    else if (others.some(({ role }) => this.isPair || LEADING.has(role))) this.wasAccompanied = true
  }

  /** It is over for this device. */
  over(why: EndReason): void {
    this.isAsked.value = this.wasAccompanied && !this.isSkipped && ENDS.has(why)
  }

  async say(score: HelpedScore): Promise<Outcome> {
    const { session } = this
    const said = await outcome(() => this.chat.call("session.feedback", { session, instrument: "helped", score }))
    if (said.done) this.answer.value = score
    return called(said, { not_now: "helped_not_now" })
  }

  skip(): void {
    this.isSkipped = true
    this.isAsked.value = false
  }
}
