/**
 * What works for a guest in a crisis: the device, the client, the case and the
 * conversation. Loaded when somebody asks for help; `guest-crisis.ts` shows it.
 */

import { signal } from "@preact/signals"
import { beginGuest, type Guest, type GuestChances, type GuestCopy } from "../account/guest"
import { newWords, returnGuest } from "../account/guest-words"
import { stretchBy } from "../account/stretch"
import { Chat } from "../chat/chat"
import { CaseWatch, type Step, type TapShelf } from "../crisis/case-watch"
import type { News } from "../crisis/news"
import type { Known } from "../crisis/stage"
import { openingOf } from "../crisis/tap"
import type { PlaceCall } from "../crisis/whereabouts"
import { Accounts } from "../protocol/accounts"
import { NotConnected } from "../protocol/errors"
import type { Commands, CrisisOpened } from "../protocol/events"
import { Blocks } from "./blocks"
import type { Calls } from "./call-models"
import { callsOf } from "./calls-door"
import type { LiveCalls } from "./calls"
import type { Conversation, Outcome } from "./models"
import { Names } from "./names"
import { NotesOf } from "./notes"
import { outcome, outcomeWith } from "./outcome"
import type { PlaceAnswer } from "./place"
import { type Around, Talk } from "./talk"

/** Where it tells what there is. */
export interface GuestWorkSink {
  readonly origin: () => string
  readonly argon2Worker: () => string
  /** The address of the built `call/frame-worker.ts`. */
  readonly frameWorker: () => string
  readonly language: () => string
  readonly taps: TapShelf
  readonly stands: (known: Known, inside: ReadonlySet<string>, news: readonly News[]) => void
  readonly noDesk: () => void
  readonly elsewhere: () => void
  readonly talk: (talk: Conversation | undefined) => void
  readonly calls: (calls: Calls | undefined) => void
  readonly connected: (isConnected: boolean) => void
  /** Nothing works any more; to be begun anew. */
  readonly ended: (error: unknown) => void
}

export interface GuestWork {
  /** There is a tap. */
  look(): void
  step<Name extends Step>(name: Name, payload: Commands[Name]["payload"]): Promise<Outcome>
  place(call: PlaceCall): Promise<PlaceAnswer>
  words(): Promise<Outcome & { readonly words?: readonly string[] }>
  close(): void
}

/**
 * Asks for help with what is kept, and goes to work; undefined where another tab does.
 * Throws `NotConnected`, `Refused`: the same again, later.
 */
export async function guestWork(sink: GuestWorkSink): Promise<GuestWork | undefined> {
  let opened: CrisisOpened | undefined
  const { origin } = chancesOf(sink)
  const guest = await beginGuest({
    origin,
    tell: async (body) => {
      const tap = sink.taps.load()
      if (tap === undefined) return new Accounts(origin).beginGuest(body)
      opened = await new Accounts(origin).openCase({ case: openingOf(tap, Date.now()), guest: body })
      if (opened.guest !== null) return opened.guest
      throw new NotConnected("kept, and not yet taken up")
    },
  })
  if (isCopy(guest)) {
    sink.elsewhere()
    return undefined
  }
  if (opened?.case) await sink.taps.forget()
  return Work.begin(guest, sink, opened?.case ?? undefined)
}

/** The guest of five words, at work in this tab. */
export function comeBack(words: string, sink: GuestWorkSink): Promise<Outcome & { readonly work?: GuestWork }> {
  return outcomeWith("work", async () => {
    const guest = await returnGuest(words, stretchBy(sink.argon2Worker()), chancesOf(sink))
    return Work.begin(guest, sink, undefined)
  })
}

/** For what ends with an error that was caught elsewhere. */
function thrown(error: unknown): Promise<never> {
  return Promise.reject(error instanceof Error ? error : new Error(String(error)))
}

function chancesOf(sink: GuestWorkSink): GuestChances & { readonly origin: string } {
  return { origin: sink.origin() }
}

function isCopy(guest: Guest | GuestCopy): guest is GuestCopy {
  return guest.kind === "copy"
}

class Work implements GuestWork {
  private watch: CaseWatch | undefined
  private talk: Talk | undefined
  private opening: string | undefined
  private calls: LiveCalls | undefined
  private areCallsSought = false
  private isOver = false

  private constructor(
    private readonly guest: Guest,
    private readonly sink: GuestWorkSink,
    private readonly chat: Chat,
    private readonly around: Around,
  ) {}

  static async begin(guest: Guest, sink: GuestWorkSink, known: Known): Promise<Work> {
    const chat = await Chat.open(guest.device)
    const failed = (error: unknown) => chat.own(thrown(error))
    const notes = await NotesOf.open(guest.device.vault, failed)
    const settings = { sendReceipts: signal(false), sendTyping: signal(true), lowData: signal(true) }
    const blocks = await Blocks.open(chat, notes)
    const work = new Work(guest, sink, chat, { chat, names: new Names(chat), notes, blocks, settings, failed })
    work.watch = await CaseWatch.open(chat, sink.taps, {
      changed: (news) => work.stands(news),
      noDesk: sink.noDesk,
    })
    chat.updates.listen(({ kind }) => {
      if (kind === "connection") work.connected()
      if (kind === "ended") work.ended()
    }, new AbortController().signal)
    if (known !== undefined) work.watch.take(known)
    chat.run()
    work.watch.run()
    return work
  }

  look(): void {
    this.watch?.look()
    this.chat.hurry()
  }

  step<Name extends Step>(name: Name, payload: Commands[Name]["payload"]): Promise<Outcome> {
    return outcome(async () => this.watch?.step(name, payload))
  }

  place(call: PlaceCall): Promise<PlaceAnswer> {
    return outcomeWith("until", async () => this.watch?.place(call))
  }

  words(): Promise<Outcome & { readonly words?: readonly string[] }> {
    return outcomeWith("words", () => newWords(this.guest, stretchBy(this.sink.argon2Worker())))
  }

  close(): void {
    this.endCalls()
    this.talk?.close()
    void this.chat.close().finally(() => this.guest.close())
  }

  private stands(news: readonly News[]): void {
    const { watch } = this
    if (watch === undefined) return
    this.sink.stands(watch.known, watch.inside, news)
    const { conversation } = watch
    if (conversation === undefined || conversation === this.opening) return
    this.opening = conversation
    this.chat.own(this.open(conversation))
  }

  private async open(conversation: string): Promise<void> {
    const before = this.talk
    this.talk = await Talk.open(this.around, conversation)
    this.sink.talk(this.talk)
    before?.close()
  }

  private connected(): void {
    if (this.chat.state === "signed_out") this.sink.elsewhere()
    this.sink.connected(this.chat.state === "online" && this.chat.isCaughtUp)
    if (this.chat.isCaughtUp) this.chat.own(this.openCalls())
  }

  /** Once. A crisis is no circle: nothing in its calls asks for help another time. */
  private async openCalls(): Promise<void> {
    if (this.areCallsSought) return
    this.areCallsSought = true
    const { names, failed } = this.around
    const { frameWorker, language } = this.sink
    const askForHelp = () => undefined
    const calls = await callsOf(this.chat, { frameWorker: frameWorker(), language, names, askForHelp, failed })
    if (calls === undefined) this.areCallsSought = false
    else if (this.isOver) calls?.close()
    else this.sink.calls((this.calls = calls ?? undefined))
  }

  private endCalls(): void {
    this.isOver = true
    this.calls?.close()
    this.sink.calls(undefined)
  }

  private ended(): void {
    this.endCalls()
    this.talk?.close()
    this.sink.connected(false)
    this.sink.talk(undefined)
    this.guest.close()
    this.sink.ended(this.chat.failure)
  }
}
