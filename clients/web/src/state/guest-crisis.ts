/**
 * Somebody on the page of help: without an account, in this tab alone.
 *
 * This file comes with the page. It keeps the tap, and asks whether there is a desk; what
 * encrypts and connects is loaded when somebody asks for help, or was waiting when the page
 * was loaded anew.
 *
 * A browser does not ask again for a part that did not come, as long as the page lives. So
 * nothing is asked for before the server has just answered, and when a part is missing all
 * the same, the page is loaded anew: everything of the person is in the tab's storage.
 */

import { computed, type ReadonlySignal, signal } from "@preact/signals"
import { type Known, type Stage, stageOf } from "../crisis/stage"
import { newTap, Tap } from "../crisis/tap"
import { onLeave } from "../exit/exit"
import { retryDelayMs } from "../protocol/backoff"
import { deskOf } from "../protocol/desk"
import type { Calls } from "./call-models"
import { caseShown, withNews } from "./case-shown"
import type { Band, Desk, Told } from "./crisis-models"
import type { GuestCrisis } from "./guest-models"
import type { GuestWork, GuestWorkSink } from "./guest-work"
import type { Conversation, Outcome } from "./models"
import { LivePlace } from "./place"

const TAP_ITEM = "mv-ask"
/** Of `store/session-vault.ts`: somebody has begun here. */
const GUEST_ITEM = "mv-guest"
/** How often this tab has been loaded anew for a part that was missing. */
const RELOADS_ITEM = "mv-reloads"
const MOST_RELOADS = 3
/** How often within a page the work is begun anew after a defect. */
const MOST_BEGINNINGS = 4

/** Errors after which the same thing is done again; by name, to load nothing for it. */
const PASSING: ReadonlySet<string> = new Set(["DeskUnknown", "NotConnected", "NotLoaded", "Refused"])

/** A part of the page did not come. */
class NotLoaded extends Error {
  override readonly name = "NotLoaded"
}

const NOT_YET: Outcome = { done: false, problem: { code: "offline", fault: "network" } }

export class LiveGuestCrisis implements GuestCrisis {
  readonly desk = signal<Desk>("unknown")
  readonly stage: ReadonlySignal<Stage>
  readonly shown: GuestCrisis["shown"]
  readonly news = signal<readonly Told[]>([])
  readonly conversation: ReadonlySignal<string | undefined>
  readonly elsewhere = signal(false)
  readonly talk = signal<Conversation | undefined>(undefined)
  readonly calls = signal<Calls | undefined>(undefined)
  readonly connected = signal(false)
  readonly reached = signal(false)
  readonly words = signal<readonly string[] | undefined>(undefined)
  readonly place = new LivePlace((call) => this.work?.place(call) ?? notYet())
  private readonly tap = signal(loadTap())
  private readonly begun = signal(sessionStorage.getItem(GUEST_ITEM) !== null)
  private readonly known = signal<Known>(undefined)
  private readonly inside = signal<ReadonlySet<string>>(new Set())
  private readonly stop = new AbortController()
  private work: GuestWork | undefined
  private beginnings = 0
  private isBeginning = false
  private isLooking = false
  private hurry: (() => void) | undefined

  constructor(
    private readonly origin: string,
    /** The address of the built `account/argon2-worker.ts`. */
    private readonly argon2Worker: string,
    /** The address of the built `call/frame-worker.ts`. */
    private readonly frameWorker: string,
    private readonly language: () => string,
  ) {
    this.stage = computed(() => stageOf(this.tap.value, this.begun.value, this.known.value, this.inside.value))
    this.shown = computed(() => caseShown(this.known.value, this.inside.value, Date.now()))
    this.conversation = computed(() => this.talk.value?.id)
  }

  /** Goes to work; to be called once. */
  start(): void {
    onLeave(() => this.stop.abort())
    addEventListener("online", () => this.hurry?.(), { signal: this.stop.signal })
    if (this.stage.peek() !== "start") this.begin()
    this.lookForDesk()
  }

  lookForDesk(): void {
    if (this.isLooking || this.desk.peek() !== "unknown") return
    this.isLooking = true
    void this.patiently(() => this.look()).finally(() => (this.isLooking = false))
  }

  ask(language: string, region: string): void {
    if (this.tap.peek() !== undefined) return
    const tap = newTap(language, region, Date.now())
    sessionStorage.setItem(TAP_ITEM, JSON.stringify(tap))
    this.tap.value = tap
    if (this.work === undefined) this.begin()
    else this.work.look()
  }

  raise(band?: Band): Promise<Outcome> {
    return this.work?.step("case.raise", band === undefined ? {} : { band, set_by: "device" }) ?? notYet()
  }

  leave(): Promise<Outcome> {
    return this.work?.step("case.leave", {}) ?? notYet()
  }

  resume(): Promise<Outcome> {
    return this.work?.step("case.resume", {}) ?? notYet()
  }

  async makeWords(): Promise<Outcome> {
    if (this.work === undefined) return NOT_YET
    const made = await this.work.words()
    if (made.words !== undefined) this.words.value = made.words
    return made
  }

  async comeBack(words: string): Promise<Outcome> {
    try {
      const { comeBack } = await loadWork()
      const { work, ...outcome } = await comeBack(words, this.sink)
      if (work !== undefined) this.become(work)
      return outcome
    } catch (error) {
      if (error instanceof NotLoaded) return NOT_YET
      throw error
    }
  }

  startOver(): void {
    sessionStorage.clear()
    location.reload()
  }

  partMissing(): void {
    const reloads = Number(sessionStorage.getItem(RELOADS_ITEM) ?? 0)
    if (reloads >= MOST_RELOADS) return
    void this.patiently(async () => {
      await this.look()
      sessionStorage.setItem(RELOADS_ITEM, String(reloads + 1))
      location.reload()
    })
  }

  // --- within ---

  private begin(): void {
    if (this.isBeginning || this.stop.signal.aborted) return
    this.isBeginning = true
    void this.patiently(async () => {
      await this.look()
      this.reached.value = true
      if (this.desk.peek() === "none" && !this.begun.peek()) return this.forgetTap()
      const { guestWork } = await loadWork()
      const work = await guestWork(this.sink)
      if (work !== undefined) this.become(work)
    }).finally(() => (this.isBeginning = false))
  }

  private become(work: GuestWork): void {
    sessionStorage.removeItem(RELOADS_ITEM)
    this.reached.value = true
    this.work = work
    this.begun.value = true
    if (this.stop.signal.aborted) work.close()
  }

  private async look(): Promise<void> {
    this.desk.value = await deskOf(this.origin)
  }

  /** Until it is done: after 1, 2, 4 … 30 s again, and at once when the line is back. */
  private async patiently(run: () => Promise<void>): Promise<void> {
    for (let attempt = 0; !this.stop.signal.aborted; attempt++) {
      try {
        return await run()
      } catch (error) {
        if (!(error instanceof Error && PASSING.has(error.name))) reportError(error)
        if (error instanceof NotLoaded) return this.partMissing()
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, retryDelayMs(attempt))
        this.hurry = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  private forgetTap(): void {
    sessionStorage.removeItem(TAP_ITEM)
    this.tap.value = undefined
  }

  private readonly sink: GuestWorkSink = {
    origin: () => this.origin,
    argon2Worker: () => this.argon2Worker,
    frameWorker: () => this.frameWorker,
    language: () => this.language(),
    taps: { load: () => this.tap.peek(), forget: () => this.forgetTap() },
    stands: (known, inside, news) => {
      this.known.value = known
      this.inside.value = inside
      if (news.length > 0) this.news.value = withNews(this.news.peek(), news)
    },
    noDesk: () => (this.desk.value = "none"),
    elsewhere: () => (this.elsewhere.value = true),
    talk: (talk) => (this.talk.value = talk),
    calls: (calls) => (this.calls.value = calls),
    connected: (isConnected) => (this.connected.value = isConnected),
    ended: (error) => {
      this.work = undefined
      if (error !== undefined) reportError(error)
      if (++this.beginnings < MOST_BEGINNINGS) this.begin()
    },
  }
}

async function loadWork(): Promise<typeof import("./guest-work")> {
  try {
    return await import("./guest-work")
  } catch {
    throw new NotLoaded()
  }
}

function notYet(): Promise<Outcome> {
  return Promise.resolve(NOT_YET)
}

function loadTap(): Tap | undefined {
  const item = sessionStorage.getItem(TAP_ITEM)
  if (item === null) return undefined
  try {
    return Tap.read(JSON.parse(item), TAP_ITEM)
  } catch {
    return undefined
  }
}
