/**
 * Which of its phases the page is in, and what moves it on.
 *
 *     starting ─▶ new ─────▶ open      made, restored or paired here
 *              ─▶ locked ──▶ open      unlocked; forgotten: new
 *              ─▶ elsewhere ▶ open     the other page let go
 *              ─▶ failed               what is stored, or this page, is not whole
 *     open ────▶ elsewhere             another page asked: it came to the front
 *              ─▶ failed               no room, damage, a defect
 *              ─▶ starting ─▶ open     another page wrote meanwhile: read again what is stored
 *
 * `begin` looks at what is stored and goes where that leads; whatever changes it calls
 * `begin` again. Nothing else decides on a phase, so that a reload in any of them comes to
 * the same one.
 *
 * What this file needs is loaded with the page; the rest, with all cryptography, when it
 * is known which phase comes.
 */

import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals"
import { KEPT_FLAG, type Kind, LOCKED_FLAG, onLeave } from "../exit/exit"
import { fallSilent } from "../protocol/silence"
import { ask } from "../store/device-lock"
import { type DeviceRecord, Keyring } from "../store/keyring"
import { Vault } from "../store/vault"
import { keptDisplay } from "./display"
import type { App, Connection, Display, Phase } from "./models"
import type { Opened } from "./opening"
import type { Page } from "./page"
import { forgetShell, LiveShell } from "./shell"

/** How often within a page what is stored is read again because another page had written. */
const MAX_REOPENINGS = 3

export class LiveApp implements App {
  readonly display: Display
  readonly phase: ReadonlySignal<Phase>
  readonly connection: ReadonlySignal<Connection>
  readonly exitKind: ReadonlySignal<Kind>
  readonly notice = signal("")
  readonly newer: ReadonlySignal<(() => void) | undefined>
  private readonly shell: LiveShell
  private readonly now = signal<Phase>({ kind: "starting" })
  private readonly leaving: Signal<Kind>
  private readonly opened = signal<Opened | undefined>(undefined)
  private keyring: Keyring | undefined
  private record: DeviceRecord | undefined
  private reopenings = 0
  /** Counts beginnings: what an earlier one still does leads nowhere. */
  private round = 0
  /** Resolves when what was opened before is closed. */
  private closed: Promise<void> = Promise.resolve()

  constructor(private readonly page: Page) {
    this.display = keptDisplay(page.shelf, page.language)
    this.phase = this.now
    this.connection = computed(() => this.opened.value?.connection.value ?? "offline")
    this.leaving = signal(page.shelf.getItem(KEPT_FLAG) === null ? "wipe" : "lock")
    this.exitKind = this.leaving
    this.shell = new LiveShell(() => page.reload())
    this.newer = this.shell.newer
    effect(() => {
      const opened = this.opened.value
      if (opened !== undefined) this.keep(!opened.forgetful.value)
    })
  }

  /** Goes to work; to be called once. */
  start(): void {
    onLeave((kind) => this.leave(kind))
    this.page.onFront(() => this.cameToFront())
    this.page.onHidden(() => void this.opened.peek()?.session.keep())
    this.begin()
  }

  async placeOf(name: string): Promise<string | undefined> {
    return this.opened.peek()?.placeOf(name)
  }

  // --- going where it leads ---

  private begin(): void {
    const round = ++this.round
    const failed = (error: unknown) => {
      if (round === this.round) this.fail(error)
    }
    this.closed.then(() => this.look(round, failed)).catch(failed)
  }

  private async look(round: number, failed: (error: unknown) => void): Promise<void> {
    this.keyring ??= await Keyring.open()
    if (this.page.shelf.getItem(LOCKED_FLAG) !== null) {
      await this.keyring.lock()
      this.page.shelf.removeItem(LOCKED_FLAG)
    }
    const record = await this.keyring.own()
    if (round !== this.round) return
    this.record = record
    if (record === undefined) {
      this.keep(false)
      void forgetShell()
    }
    if (record?.storeKey === undefined || record.device === "") {
      const { doorstep } = await import("./doorstep")
      const phase = await doorstep(this.keyring, record, this.page, {
        begun: () => this.keep(true),
        changed: () => this.begin(),
        failed,
      })
      if (round === this.round) this.now.value = phase
    } else {
      await this.open({ ...record, storeKey: record.storeKey }, round, failed)
    }
  }

  private async open(
    record: DeviceRecord & { readonly storeKey: CryptoKey },
    round: number,
    failed: (error: unknown) => void,
  ): Promise<void> {
    const { device } = record
    if (this.page.isInFront()) ask(device)
    const { open } = await import("./opening")
    const elsewhere = (useHere: () => void) => this.elsewhere(useHere, round)
    const page = { ...this.page, language: () => this.display.language.peek() }
    const opened = await open(record, page, this.notice, elsewhere, failed, {
      signedOut: () => this.lock(),
      forget: () => this.forget(),
    })
    if (round !== this.round) {
      await opened.close()
      return
    }
    this.opened.value = opened
    void this.shell.keep()
    this.now.value = { kind: "open", session: opened.session }
    void opened.wanted.then(() => {
      if (round !== this.round) return
      this.end()
      this.elsewhere(() => this.begin(), this.round)
    })
  }

  /** Whoever signed out is asked for what opens the device, here and after a reload. */
  private lock(): void {
    this.end()
    fallSilent()
    this.page.shelf.setItem(LOCKED_FLAG, "1")
    this.now.value = { kind: "starting" }
    this.begin()
  }

  private async forget(): Promise<void> {
    const vault = this.record?.vault
    this.end()
    this.now.value = { kind: "starting" }
    await this.closed
    await this.keyring?.forget()
    if (vault !== undefined) await Vault.delete(vault)
    this.begin()
  }

  private elsewhere(useHere: () => void, round: number): void {
    if (round === this.round) this.now.value = { kind: "elsewhere", useHere }
  }

  // --- what happens to it ---

  /** Another page may have had the device, or made one, while this one was behind. */
  private cameToFront(): void {
    const phase = this.now.peek()
    if (phase.kind === "elsewhere") phase.useHere()
    if (phase.kind === "new" || phase.kind === "locked")
      void this.lookAgain().catch((error: unknown) => this.fail(error))
  }

  private async lookAgain(): Promise<void> {
    const record = await this.keyring?.own()
    const { device = "", storeKey } = record ?? {}
    const isOpen = device !== "" && storeKey !== undefined
    if (isOpen || device !== (this.record?.device ?? "")) this.begin()
  }

  /** What was opened ends here; a part that was not loaded is asked for again by the person. */
  private fail(error: unknown): void {
    const code = codeOf(error)
    this.end()
    if (code === "StoreMoved" && this.reopenings < MAX_REOPENINGS) {
      this.reopenings += 1
      this.now.value = { kind: "starting" }
      this.begin()
      return
    }
    this.now.value = { kind: "failed", code }
    if (!EXPECTED.has(code)) reportError(error)
  }

  private end(): void {
    this.round += 1
    const opened = this.opened.peek()
    this.opened.value = undefined
    if (opened !== undefined) this.closed = opened.close().catch(() => undefined)
  }

  /** In the task in which everything goes (`exit/exit.ts`). */
  private leave(kind: Kind): void {
    this.end()
    if (this.record !== undefined) this.keyring?.endAtOnce(this.record, kind)
  }

  /** Whether leaving in a hurry keeps what is stored; every page of ours reads it (`exit/exit.ts`). */
  private keep(kept: boolean): void {
    this.leaving.value = kept ? "lock" : "wipe"
    if (kept) this.page.shelf.setItem(KEPT_FLAG, "1")
    else this.page.shelf.removeItem(KEPT_FLAG)
  }
}

/** What the person can do something about, and is no defect of ours. */
const EXPECTED: ReadonlySet<string> = new Set(["StoreDamaged", "StoreFull", "StoreMoved", "client.profile_missing"])

/** Stable, for the words and for whoever helps. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown"
  return "code" in error && typeof error.code === "string" ? error.code : error.name
}
