/**
 * The credentials of an account. What was said last, and each signed copy that this device
 * has, is kept in its store: shown also without a connection.
 */

import { signal } from "@preact/signals"
import { getRecord, putRecord } from "../account/stored"
import type { Chat } from "../chat/chat"
import { Refused } from "../protocol/errors"
import { Credentials as Held, type HeldCredential } from "../protocol/events"
import * as s from "../protocol/shape"
import type { Outcome } from "./asked"
import type { CredentialRoom, OwnCredential, SignedCopy, Training } from "./credential-models"
import { holderOf } from "./holder-key"
import { outcome, outcomeWith } from "./outcome"

const SPACE = "credentials"
const COPIES = "credential_copy"
const Remembered = s.struct({ held: Held, atMs: s.integer })
const StoredCopy = s.struct({ jwt: s.text })

export class LiveCredentials implements CredentialRoom {
  readonly list = signal<readonly OwnCredential[] | undefined>(undefined)
  readonly training = signal<Training | undefined>(undefined)
  readonly rememberedFrom = signal<Date | undefined>(undefined)

  private constructor(private readonly chat: Chat) {}

  /** With what this device remembers. */
  static async open(chat: Chat): Promise<LiveCredentials> {
    const room = new LiveCredentials(chat)
    const known = await getRecord(chat.device.vault, Remembered, SPACE)
    if (known !== undefined) {
      room.show(known.held)
      room.rememberedFrom.value = new Date(known.atMs)
    }
    return room
  }

  look(): Promise<Outcome> {
    return outcome(async () => {
      const first = await this.chat.call("credential.list", {})
      const held = (await this.carryAway(first)) ? await this.chat.call("credential.list", {}) : first
      this.show(held)
      this.rememberedFrom.value = undefined
      await this.chat.device.vault.write([putRecord(SPACE, { held, atMs: this.chat.device.now() })])
    })
  }

  copy(credential: string): Promise<Outcome & { readonly copy?: SignedCopy | undefined }> {
    return outcomeWith("copy", async () => {
      const kept = await getRecord(this.chat.device.vault, StoredCopy, COPIES, credential)
      return kept ?? this.issue(credential)
    })
  }

  renew(type: string): Promise<Outcome & { readonly application?: string | undefined }> {
    return outcomeWith("application", async () => {
      return (await this.chat.call("application.begin", { type })).application
    })
  }

  // --- within ---

  /** What was approved is issued when its owner comes for it: whether anything was. */
  private async carryAway({ credentials }: Held): Promise<boolean> {
    const { applications } = await this.chat.call("application.list", {})
    const has = new Set(credentials.map(({ credential }) => credential))
    const approved = applications.filter(
      ({ standing, application }) => standing === "approved" && !has.has(application),
    )
    let isMore = false
    for (const { application } of approved) isMore = (await this.tryIssue(application)) || isMore
    return isMore
  }

  private async tryIssue(application: string): Promise<boolean> {
    try {
      await this.issue(application)
      return true
    } catch (error) {
      // Approved, and something that it stands on has ended since.
      if (error instanceof Refused && error.fault === "caller") return false
      throw error
    }
  }

  /** A credential has the id of its application; asked for again, it is the same one. */
  private async issue(application: string): Promise<SignedCopy> {
    const { device } = this.chat
    const { jwt } = await this.chat.call("credential.issue", { application, holder: await holderOf(device) })
    await device.vault.write([putRecord(COPIES, { jwt }, application)])
    return { jwt }
  }

  private show({ credentials, training }: Held): void {
    this.list.value = credentials.map(credentialShown)
    this.training.value = training
  }
}

/** A credential as screens show it. */
export function credentialShown(told: HeldCredential): OwnCredential {
  return {
    ...{ credential: told.credential, type: told.type, status: told.status, reason: told.reason ?? undefined },
    issuedAt: new Date(told.issued_at),
    validUntil: new Date(told.valid_until),
    steps: told.steps.map(({ step, due_on: dueOn }) => ({ step, dueOn })),
  }
}
