/** The desk's promises as one supervisor reads, writes and decides them. */

import { signal } from "@preact/signals"
import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js"
import { freshly } from "../account/proof"
import { getRecord, putRecord } from "../account/stored"
import type { Chat } from "../chat/chat"
import { isIncomplete, type Node, readDocument, textOf } from "../desk/policy"
import type { PolicyProposal, PolicyTrial, PolicyView } from "../protocol/events"
import * as s from "../protocol/shape"
import type { Outcome } from "./asked"
import { outcome, outcomeWith } from "./outcome"
import type { PolicyRoom } from "./supervise-models"

const DRAFT = "policy_draft"
const StoredDraft = s.struct({ document: s.text })

export class LivePolicy implements PolicyRoom {
  readonly view = signal<PolicyView | undefined>(undefined)
  readonly draft = signal<Node | undefined>(undefined)
  readonly kept = signal(true)
  private writing = Promise.resolve()

  private constructor(
    private readonly chat: Chat,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** With the draft that this device has kept. `failed` hears of defects. */
  static async open(chat: Chat, failed: (error: unknown) => void): Promise<LivePolicy> {
    const policy = new LivePolicy(chat, failed)
    const stored = await getRecord(chat.device.vault, StoredDraft, DRAFT)
    policy.draft.value = stored && readDocument(stored.document)
    return policy
  }

  look(): Promise<Outcome> {
    return this.show(() => this.chat.call("policy.get", {}))
  }

  write(draft: Node | undefined): void {
    this.draft.value = draft
    this.kept.value = false
    // A field is emptied on the way to another number: that is kept once it is there.
    if (draft !== undefined && isIncomplete(draft)) return
    const put = draft === undefined ? { space: DRAFT, value: undefined } : putRecord(DRAFT, { document: textOf(draft) })
    this.writing = this.writing
      .then(() => this.chat.device.vault.write([put]))
      .then(() => {
        // Another key may have been pressed meanwhile.
        this.kept.value = this.draft.peek() === draft
      })
      .catch(this.failed)
  }

  tryOut(
    document: string,
    days: number,
    people: number | undefined,
  ): Promise<Outcome & { readonly trial?: PolicyTrial }> {
    return outcomeWith("trial", () => this.chat.call("policy.try", { document, days, people: people ?? null }))
  }

  async propose(signedBy: string, signedOn: string): Promise<Outcome> {
    const draft = this.draft.peek()
    if (draft === undefined) return { done: true }
    const handed = { document: textOf(draft), signed_by: signedBy, signed_on: signedOn }
    const result = await this.show(() => this.proven(() => this.chat.call("policy.propose", handed)))
    if (result.done) this.write(undefined)
    return result
  }

  adopt({ revision, document }: PolicyProposal): Promise<Outcome> {
    // Of what was shown here, whatever the server says that it is.
    const hash = bytesToHex(sha256(utf8ToBytes(document)))
    const read = { revision, document_hash: hash }
    return this.show(() => this.proven(() => this.chat.call("policy.adopt", read)))
  }

  discard(): Promise<Outcome> {
    return this.show(() => this.chat.call("policy.discard", {}))
  }

  /** A desk that promises help asks whoever changes a promise for their passkey. */
  private proven<Answer>(asked: () => Promise<Answer>): Promise<Answer> {
    return freshly(this.chat.device.identity, this.chat.source, asked)
  }

  private show(asked: () => Promise<PolicyView>): Promise<Outcome> {
    return outcome(async () => {
      this.view.value = await asked()
    })
  }
}
