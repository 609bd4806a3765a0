/**
 * Overrides at the desk of who answers: the list, the steps, what was stated, and the place
 * that one has released.
 *
 * What is stated is stored here, sealed, before the server hears of it, and stays for
 * ninety days: longer than a review takes. No server, backup or archive has it.
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex } from "@noble/hashes/utils.js"
import { type Signal, signal } from "@preact/signals"
import { idBytes, newId } from "../account/ids"
import { getRecord, putRecord } from "../account/stored"
import type { Chat } from "../chat/chat"
import { ChatError } from "../chat/errors"
import { forgetOldHalves, heardHalf } from "../chat/location-halves"
import { commitment, stated } from "../desk/statement"
import { again, Nudge, POLL_MS } from "../desk/watch"
import { type Location, openLocation } from "../e2ee/formats/sealed-location"
import type { Commands, OverrideView, Overrides } from "../protocol/events"
import * as s from "../protocol/shape"
import type { Vault } from "../store/vault"
import type { Outcome } from "./asked"
import { outcome, outcomeWith } from "./outcome"
import {
  type Drafting,
  type FoundPlace,
  NOTHING_WRITTEN,
  type OverrideDesk,
  type OverrideDraft,
  type Said,
} from "./override-models"

const SPACE = "override_said"
const KEPT_MS = 90 * 86_400_000
const E7 = 10 ** 7

const Stated = s.struct({ text: s.text, salt: s.octets })
/** By the commitment to the statement, which the server tells of each override. */
const StoredSaid = s.struct({ case: s.text, statement: Stated, released: Stated, atMs: s.integer })
type StoredSaid = s.Of<typeof StoredSaid>

/** Commands that answer with how overrides stand afterwards. */
type Moving = { [Name in keyof Commands]: Commands[Name]["answer"] extends Overrides ? Name : never }[keyof Commands]

export class LiveOverrides implements OverrideDesk {
  readonly list = signal<readonly OverrideView[] | undefined>(undefined)
  private readonly nudge = new Nudge()
  private readonly drafts = new Map<string, Signal<Drafting>>()
  /** How many calls there were, and the newest whose answer is shown. */
  private asked = 0
  private shown = 0

  constructor(
    private readonly chat: Chat,
    private readonly failed: (error: unknown) => void,
    /** The end of the desk. */
    private readonly signal: AbortSignal,
  ) {}

  get account(): string {
    return this.chat.device.identity.account
  }

  /** Something has happened to one. */
  look(): void {
    this.nudge.now()
    // Nobody may watch: what is said of them elsewhere is to be so all the same.
    void outcome(() => this.read()).catch(this.failed)
  }

  watch(): () => void {
    const ending = new AbortController()
    const signal = AbortSignal.any([ending.signal, this.signal])
    const read = () => this.read()
    again(read, () => POLL_MS, this.nudge, signal).catch(this.failed)
    return () => ending.abort()
  }

  draftOf(held: string): Signal<Drafting> {
    const known = this.drafts.get(held)
    if (known !== undefined) return known
    const begun = signal<Drafting>({ ...NOTHING_WRITTEN, request: newId(this.chat.device.random) })
    this.drafts.set(held, begun)
    return begun
  }

  open(held: string, draft: OverrideDraft): Promise<Outcome> {
    return outcome(async () => {
      const { device } = this.chat
      const [statement, released] = [stated(draft.statement, device.random), stated(draft.released, device.random)]
      const hash = commitment(statement)
      const said: StoredSaid = { case: held, statement, released, atMs: device.now() }
      await device.vault.write([putRecord(SPACE, said, hash)])
      await this.showing("override.open", {
        ...{ request: draft.request, case: held, basis: draft.basis, to: draft.to },
        ...{ statement_hash: hash, released_hash: commitment(released) },
        ...(draft.whyNot === undefined ? { person_informed: true } : { person_informed: false, why_not: draft.whyNot }),
      })
      this.drafts.delete(held)
    })
  }

  cosign(override: string): Promise<Outcome> {
    return this.move("override.cosign", { override })
  }

  alone(override: string, reason: string): Promise<Outcome> {
    return this.move("override.alone", { override, reason })
  }

  withdraw(override: string): Promise<Outcome> {
    return this.move("override.withdraw", { override })
  }

  confirm(override: string): Promise<Outcome> {
    return this.move("override.confirm", { override })
  }

  review(override: string): Promise<Outcome> {
    return this.move("override.review", { override })
  }

  place(override: string): Promise<Outcome & { readonly place?: FoundPlace | undefined }> {
    return outcomeWith("place", async () => {
      const { case: held, envelope, key_half } = await this.chat.call("location.get", { override })
      const half = await heardHalf(this.vault, held, sha256(envelope))
      if (half === undefined) throw new ChatError("client.location_half_missing")
      return shownPlace(openLocation(envelope, idBytes(held), half, key_half))
    })
  }

  async saidOf({ statement_hash }: OverrideView): Promise<Said | undefined> {
    const said = await getRecord(this.vault, StoredSaid, SPACE, statement_hash)
    if (said === undefined) return undefined
    const { statement, released, atMs } = said
    return {
      ...{ statement: statement.text, released: released.text, keptUntil: new Date(atMs + KEPT_MS) },
      proof: proofOf(said),
    }
  }

  // --- within ---

  private get vault(): Vault {
    return this.chat.device.vault
  }

  private read(): Promise<void> {
    return this.showing("override.list", {})
  }

  private move<Name extends Moving>(name: Name, payload: Commands[Name]["payload"]): Promise<Outcome> {
    return outcome(() => this.showing(name, payload))
  }

  /** An answer that a later call has overtaken is not shown. */
  private async showing<Name extends Moving>(name: Name, payload: Commands[Name]["payload"]): Promise<void> {
    const number = ++this.asked
    const { overrides } = await this.chat.call<Moving>(name, payload)
    if (number < this.shown) return
    this.shown = number
    this.list.value = overrides
  }
}

/** Deletes what was kept long enough: statements, and halves of keys that open nothing any more. */
export async function forgetOldSaid(vault: Vault, nowMs: number): Promise<void> {
  await forgetOldHalves(vault, nowMs)
  for (const hash of await vault.names(SPACE)) {
    const said = await getRecord(vault, StoredSaid, SPACE, hash)
    const isOver = said !== undefined && said.atMs + KEPT_MS <= nowMs
    if (isOver) await vault.write([{ space: SPACE, name: hash, value: undefined }])
  }
}

function proofOf({ case: held, statement, released, atMs }: StoredSaid): Blob {
  const shown = (one: s.Of<typeof Stated>) => ({
    ...{ text: one.text, random_octets: bytesToHex(one.salt), sha256: commitment(one) },
  })
  const proof = {
    ...{ case: held, written_at: new Date(atMs).toISOString(), statement: shown(statement), released: shown(released) },
  }
  return new Blob([JSON.stringify(proof, null, 2)], { type: "application/json" })
}

function shownPlace(found: Location): FoundPlace {
  const at = new Date(Number(found.atMs))
  if ("text" in found) return { text: found.text, at }
  const { latitudeE7, longitudeE7, accuracyM } = found
  return { latitude: latitudeE7 / E7, longitude: longitudeE7 / E7, accuracyM, at }
}
