/** The log of the desk, fetched row by row and verified on this device. */

import { signal } from "@preact/signals"
import { getRecord, putRecord } from "../account/stored"
import type { Chat } from "../chat/chat"
import { Chain, readRow } from "../desk/audit"
import type { AuditRows } from "../protocol/events"
import * as s from "../protocol/shape"
import type { Outcome } from "./asked"
import { outcome } from "./outcome"
import type { AuditProgress, AuditResult, AuditRoom, KeptHead } from "./supervise-models"

const HEAD = "desk_log_head"
const StoredHead = s.struct({ head: s.text, rows: s.integer, atMs: s.integer })

export class LiveAudit implements AuditRoom {
  readonly progress = signal<AuditProgress | undefined>(undefined)
  readonly result = signal<AuditResult | undefined>(undefined)
  private reading = 0

  constructor(private readonly chat: Chat) {}

  stop(): void {
    this.reading += 1
    this.progress.value = undefined
  }

  read(known: string): Promise<Outcome> {
    const number = ++this.reading
    return outcome(async () => {
      this.result.value = undefined
      this.progress.value = { rows: 0, total: 0 }
      try {
        const kept = await this.kept()
        const chain = new Chain([known, kept?.head ?? ""])
        const file = await this.fetch(chain, () => number === this.reading)
        if (file !== undefined) await this.finish(chain, file, known, kept)
      } finally {
        if (number === this.reading) this.progress.value = undefined
      }
    })
  }

  /** All rows, each on a line; undefined if somebody has stopped it. */
  private async fetch(chain: Chain, goesOn: () => boolean): Promise<Blob | undefined> {
    const parts: Blob[] = []
    let after: number | null = null
    for (let count = 0; ; ) {
      const answer: AuditRows = await this.chat.call("audit.list", { after })
      if (!goesOn()) return undefined
      const { rows, total } = answer
      for (const row of rows) chain.take(row)
      count += rows.length
      parts.push(new Blob(rows.map((row) => `${row}\n`)))
      this.progress.value = { rows: count, total: Math.max(total, count) }
      const last = rows.at(-1)
      const next = last === undefined ? undefined : readRow(last)?.seq
      // A row without a number, or one that leads back, leads nowhere.
      if (next === undefined || (after !== null && next <= after)) break
      after = next
    }
    return new Blob(parts, { type: "application/jsonl" })
  }

  private async finish(chain: Chain, file: Blob, known: string, kept: KeptHead | undefined): Promise<void> {
    const holds = kept === undefined || chain.hasHad(kept.head)
    this.result.value = {
      rows: chain.length,
      head: chain.head,
      from: chain.firstAtMs === undefined ? undefined : new Date(chain.firstAtMs),
      until: chain.lastAtMs === undefined ? undefined : new Date(chain.lastAtMs),
      erased: chain.erased,
      broken: chain.broken,
      kept: kept && { ...kept, holds },
      given: known === "" ? undefined : chain.hasHad(known),
      file,
    }
    // What does not hold is not forgotten for what came after it.
    if (chain.broken !== undefined || !holds) return
    const seen = { head: chain.head, rows: chain.length, atMs: this.chat.device.now() }
    await this.chat.device.vault.write([putRecord(HEAD, seen)])
  }

  private async kept(): Promise<KeptHead | undefined> {
    const stored = await getRecord(this.chat.device.vault, StoredHead, HEAD)
    return stored && { head: stored.head, rows: stored.rows, at: new Date(stored.atMs) }
  }
}
