/**
 * Help for somebody who is signed in: the same case and the same conversation, on the
 * device that they have. The device that was asked with makes the conversation; the others
 * of the account show how it stands.
 */

import { computed, type ReadonlySignal, signal } from "@preact/signals"
import { getRecord, putRecord } from "../account/stored"
import type { Chat } from "../chat/chat"
import { CaseWatch, type Step } from "../crisis/case-watch"
import { type Known, type Stage, stageOf } from "../crisis/stage"
import { type FromCall, newTap, Tap } from "../crisis/tap"
import { DeskUnknown, deskOf } from "../protocol/desk"
import type { Commands } from "../protocol/events"
import * as s from "../protocol/shape"
import type { Vault } from "../store/vault"
import { caseShown, withNews } from "./case-shown"
import type { Band, Crisis, CrisisOfMember, Desk, Told } from "./crisis-models"
import type { Outcome } from "./models"
import { outcome, outcomeWith } from "./outcome"
import { LivePlace } from "./place"

const SPACE = "ask"
/** The tap as long as it is under way, and whether this device has asked. */
const Asked = s.struct({ tap: s.nullable(Tap) })

export class MemberCrisis implements CrisisOfMember {
  readonly desk = signal<Desk>("unknown")
  readonly stage: ReadonlySignal<Stage>
  readonly shown: Crisis["shown"]
  readonly news = signal<readonly Told[]>([])
  readonly conversation = signal<string | undefined>(undefined)
  readonly place = new LivePlace((call) => outcomeWith("until", async () => (await this.watch()).place(call)))
  private readonly tap = signal<Tap | undefined>(undefined)
  private readonly known = signal<Known>(undefined)
  private readonly inside = signal<ReadonlySet<string>>(new Set())
  private readonly begun = signal(false)
  private hasAsked = false
  private watching: Promise<CaseWatch> | undefined

  private constructor(
    private readonly chat: Chat,
    private readonly failed: (error: unknown) => void,
  ) {
    this.stage = computed(() => stageOf(this.tap.value, this.begun.value, this.known.value, this.inside.value))
    this.shown = computed(() => caseShown(this.known.value, this.inside.value, this.chat.device.now()))
  }

  /** Goes on with what was begun. `failed` hears of defects. */
  static async open(chat: Chat, failed: (error: unknown) => void): Promise<MemberCrisis> {
    const crisis = new MemberCrisis(chat, failed)
    const asked = await getRecord(crisis.vault, Asked, SPACE)
    crisis.hasAsked = asked !== undefined
    crisis.tap.value = asked?.tap ?? undefined
    chat.updates.listen(({ kind, ...update }) => {
      if (kind === "desk" && "notice" in update && update.notice.name === "case.changed") crisis.follow()
    }, chat.signal)
    return crisis
  }

  /** To be called once the client runs. */
  start(): void {
    if (this.hasAsked) this.follow()
  }

  lookForDesk(): void {
    deskOf(this.chat.device.identity.origin).then(
      (desk) => (this.desk.value = desk),
      (error: unknown) => {
        // Asked again when somebody looks again; what is tapped meanwhile is kept.
        if (!(error instanceof DeskUnknown)) this.failed(error)
      },
    )
  }

  ask(language: string, region: string, from?: FromCall): void {
    if (this.tap.peek() !== undefined) return
    const tap = newTap(language, region, this.chat.device.now(), from)
    this.tap.value = tap
    this.hasAsked = true
    this.keep(tap).then(() => this.follow(), this.failed)
  }

  drill(band: Band): Promise<Outcome> {
    return outcome(async () => {
      const { request } = newTap("", "", this.chat.device.now())
      // Known here first: an answer that is lost is asked for after a reload.
      this.hasAsked = true
      await this.keep(undefined)
      const watch = await this.watch()
      const answer = await this.chat.call("drill.start", { request, band })
      this.begun.value = true
      watch.take(answer.case)
      watch.look()
    })
  }

  raise(band?: Band): Promise<Outcome> {
    return this.step("case.raise", band === undefined ? {} : { band, set_by: "device" })
  }

  leave(): Promise<Outcome> {
    return this.step("case.leave", {})
  }

  resume(): Promise<Outcome> {
    return this.step("case.resume", {})
  }

  // --- within ---

  private get vault(): Vault {
    return this.chat.device.vault
  }

  private step<Name extends Step>(name: Name, payload: Commands[Name]["payload"]): Promise<Outcome> {
    return outcome(async () => (await this.watch()).step(name, payload))
  }

  /** Stored before the server hears of it. */
  private keep(tap: Tap | undefined): Promise<void> {
    return this.vault.write([putRecord(SPACE, { tap: tap ?? null })])
  }

  /** Follows the case from now on, and asks how it stands. */
  private follow(): void {
    this.begun.value = true
    this.watch().then((watch) => watch.look(), this.failed)
  }

  private watch(): Promise<CaseWatch> {
    this.watching ??= this.begin()
    return this.watching
  }

  private async begin(): Promise<CaseWatch> {
    const taps = {
      load: () => this.tap.peek(),
      forget: async () => {
        await this.keep(undefined)
        this.tap.value = undefined
      },
    }
    const told = {
      changed: (news: Parameters<typeof withNews>[1]) => {
        this.known.value = watch.known
        this.inside.value = watch.inside
        this.conversation.value = watch.conversation
        if (news.length > 0) this.news.value = withNews(this.news.peek(), news)
      },
      noDesk: () => (this.desk.value = "none"),
    }
    const watch = await CaseWatch.open(this.chat, taps, told, () => this.hasAsked)
    watch.run()
    return watch
  }
}
