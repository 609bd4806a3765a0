/** To apply: what there is, one's own applications, and what is handed in with them. */

import { signal } from "@preact/signals"
import { getRecord, putRecord } from "../account/stored"
import type { Chat } from "../chat/chat"
import { MAX_ATTACHMENT_BYTES } from "../e2ee/formats/attachments"
import type { ApplicationView, Offer } from "../protocol/events"
import * as s from "../protocol/shape"
import type { Application, Applying } from "./application-models"
import { applicationShown, type DocumentNames } from "./application-shown"
import type { Outcome } from "./asked"
import { seal } from "./evidence-file"
import { called, outcome, outcomeWith } from "./outcome"

/** Names of documents that this device added, by blob: the server tells whoever applies none. */
const NAMES = "credential_document"
const StoredName = s.struct({ name: s.text })

export class LiveApplying implements Applying {
  readonly offers = signal<readonly Offer[] | undefined>(undefined)
  readonly applications = signal<readonly Application[] | undefined>(undefined)
  readonly mostOctets = MAX_ATTACHMENT_BYTES
  private views: readonly ApplicationView[] = []

  constructor(private readonly chat: Chat) {}

  look(): Promise<Outcome> {
    return outcome(async () => {
      const [{ offers }, { applications }] = await Promise.all([
        this.chat.call("credential.offers", {}),
        this.chat.call("application.list", {}),
      ])
      this.offers.value = offers
      await this.show(applications)
    })
  }

  begin(type: string): Promise<Outcome & { readonly application?: string | undefined }> {
    return outcomeWith("application", async () => {
      const view = await this.chat.call("application.begin", { type })
      await this.changed(view)
      return view.application
    })
  }

  async state(application: string, need: string, since: string | undefined): Promise<Outcome> {
    const stated = { application, need, since: since ?? null }
    return called(await this.changing(() => this.chat.call("application.state", stated)), {
      bad_request: "since_too_recent",
    })
  }

  attach(application: string, need: string, file: File): Promise<Outcome> {
    return this.changing(async () => {
      const { blob, size, header, name } = await seal(this.chat, file)
      await this.chat.device.vault.write([putRecord(NAMES, { name }, blob)])
      return this.chat.call("application.attach", { application, need, blob, size, header })
    })
  }

  detach(application: string, document: string): Promise<Outcome> {
    return this.changing(async () => {
      const blobs = this.blobsOf(application, document)
      const view = await this.chat.call("application.detach", { application, document })
      await this.forget(blobs)
      return view
    })
  }

  submit(application: string): Promise<Outcome> {
    return this.changing(() => this.chat.call("application.submit", { application }))
  }

  withdraw(application: string): Promise<Outcome> {
    return this.changing(async () => {
      const blobs = this.blobsOf(application)
      const view = await this.chat.call("application.withdraw", { application })
      await this.forget(blobs)
      return view
    })
  }

  // --- within ---

  private changing(asked: () => Promise<ApplicationView>): Promise<Outcome> {
    return outcome(async () => this.changed(await asked()))
  }

  private changed(view: ApplicationView): Promise<void> {
    const rest = this.views.filter(({ application }) => application !== view.application)
    return this.show([view, ...rest])
  }

  private async show(views: readonly ApplicationView[]): Promise<void> {
    this.views = views
    const names = await this.names()
    this.applications.value = views.map((each) => applicationShown(each, names))
  }

  private async names(): Promise<DocumentNames> {
    const { vault } = this.chat.device
    const blobs = this.views.flatMap(({ application }) => this.blobsOf(application))
    const found = await Promise.all(
      blobs.map(async (blob) => [blob, (await getRecord(vault, StoredName, NAMES, blob))?.name] as const),
    )
    return new Map(found.flatMap(([blob, name]) => (name === undefined ? [] : [[blob, name] as const])))
  }

  /** Of one document, or of all. */
  private blobsOf(application: string, document?: string): readonly string[] {
    const view = this.views.find((each) => each.application === application)
    const all = view?.needs.flatMap(({ documents }) => documents) ?? []
    return all.filter((each) => document === undefined || each.document === document).map(({ blob }) => blob)
  }

  private async forget(blobs: readonly string[]): Promise<void> {
    for (const blob of blobs) {
      await this.chat.files.forget(blob)
      await this.chat.device.vault.write([{ space: NAMES, name: blob, value: undefined }])
    }
  }
}
