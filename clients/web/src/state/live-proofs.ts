/**
 * Credentials that are asked for and shown within a conversation, unseen by the server: the
 * twin of the Python client's `live_proofs.py`.
 *
 * What is shown is signed by the holder's key over what only a member of the group can
 * export in this epoch, and over the member who shows it. Who issued it has to be this
 * server, whose document and status lists are fetched when somebody looks.
 */

import { hexToBytes } from "@noble/hashes/utils.js"
import { ClientError } from "../account/errors"
import { idBytes } from "../account/ids"
import type { Chat } from "../chat/chat"
import { ChatError } from "../chat/errors"
import type { Room } from "../chat/room"
import {
  answersIn,
  dropAsk,
  exported,
  noteLooked,
  noteOwn,
  ofConversation,
  type Shown,
} from "../chat/shown-credentials"
import { CredentialFlaw } from "../credentials/errors"
import { type Issuer, issuerOf } from "../credentials/issuers"
import { verifyShown } from "../credentials/shown"
import { type Credential, subjectOf } from "../credentials/vc"
import * as contents from "../e2ee/formats/content"
import { didKey, prove } from "../e2ee/formats/credential-proof"
import { NONCE_BYTES } from "../e2ee/formats/shown-credential"
import { equal } from "../e2ee/octets"
import { NotConnected } from "../protocol/errors"
import { Published } from "../protocol/published"
import type { Outcome } from "./asked"
import { holderKey } from "./holder-key"
import { outcome, outcomeWith } from "./outcome"
import type { CredentialShown, Proofs, ShownFacts, Verdict } from "./proof-models"

/** What of the client is used. */
type Around = Pick<Chat, "device" | "isCaughtUp" | "adopt" | "changed">

export class LiveProofs implements Proofs {
  constructor(
    private readonly chat: Around,
    private readonly room: Room,
    private readonly nameOf: (account: string) => string,
    private readonly published: Pick<Published, "document" | "statusList"> = new Published(chat.device.identity.origin),
  ) {}

  ask(said: string): Promise<Outcome> {
    return outcome(async () => {
      const { device } = this.chat
      this.room.requireSendable()
      const known = await this.known()
      const open = answersIn(known).length === 0 ? known.own.at(-1) : undefined
      const nonce = open?.nonce ?? device.random(NONCE_BYTES)
      if (this.isWaiting(nonce)) return
      await this.note((draft) => noteOwn(draft, this.room.id, nonce, device.now()))
      await this.write({ type: "credential.ask", nonce }, said)
    })
  }

  look(): Promise<Outcome & { readonly shown?: readonly CredentialShown[] | undefined }> {
    return outcomeWith("shown", async () => {
      const answers = answersIn(await this.known())
      if (answers.length === 0) return []
      const issuer = await this.issuer()
      const shown: CredentialShown[] = []
      for (const each of answers) shown.push(await this.verified(each, issuer))
      await this.note((draft) => noteLooked(draft, this.room.id))
      return shown
    })
  }

  show(ask: string, jwt: string, said: string): Promise<Outcome> {
    return outcome(async () => {
      const { device } = this.chat
      const nonce = hexToBytes(ask)
      this.room.requireSendable()
      if (!(await this.known()).asked.some((each) => equal(each.nonce, nonce))) {
        throw new ChatError("client.unknown_message")
      }
      const holder = await holderKey(device)
      if (ownerOf(jwt) !== didKey(holder.public)) {
        throw new ClientError("client.issued_elsewhere", "it was issued to another device of this account")
      }
      // It is tied to the epoch of now: what waited for a connection would come in another.
      if (!this.chat.isCaughtUp) throw new NotConnected("what is shown is shown now")
      const made = await this.room.step(async ({ engine }) => {
        const stored = this.room.current
        return [stored, await exported(engine, stored.group, nonce)]
      })
      const [account, own] = [idBytes(device.leaf.account), idBytes(device.leaf.device)]
      const sig = prove(jwt, { nonce, account, device: own, exported: made }, holder)
      await this.write({ type: "credential.shown", nonce, jwt, sig }, said)
      await this.note((draft) => dropAsk(draft, this.room.id, nonce))
    })
  }

  putOff(account: string): Promise<Outcome> {
    return outcome(async () => {
      const { asked } = await this.known()
      const theirs = asked.filter((each) => each.account === account)
      await this.note(async (draft) => {
        for (const { nonce } of theirs) await dropAsk(draft, this.room.id, nonce)
      })
    })
  }

  // --- within ---

  private known() {
    return ofConversation(this.chat.device.vault, this.room.id)
  }

  /** Whether the question is still on this device: there is no need to ask it twice. */
  private isWaiting(nonce: Uint8Array): boolean {
    return this.room.waiting.some(({ entry }) => {
      const content = entry.task === "message" ? contents.decode(entry.content) : undefined
      if (content === undefined || !("body" in content)) return false
      return content.body.type === "credential.ask" && equal(content.body.nonce, nonce)
    })
  }

  private async note(change: (draft: Parameters<typeof noteLooked>[0]) => Promise<void>): Promise<void> {
    await this.room.step(async ({ draft }) => {
      await change(draft)
      return [this.room.current, undefined]
    })
    this.chat.changed(this.room)
  }

  private async write(body: contents.Body, said: string): Promise<void> {
    await this.room.write(body, said)
    this.chat.adopt(this.room)
  }

  private async issuer(): Promise<Issuer> {
    const document = await this.published.document()
    try {
      return issuerOf(document)
    } catch (error) {
      if (error instanceof CredentialFlaw) throw new NotConnected("the server names no issuer")
      throw error
    }
  }

  private async verified(one: Shown, issuer: Issuer): Promise<CredentialShown> {
    const { account, atMs } = one
    const verdict = await this.verdict(one, issuer)
    const checkedAt = new Date(this.chat.device.now())
    return { account, handle: this.nameOf(account), at: new Date(atMs), checkedAt, verdict }
  }

  private async verdict(one: Shown, issuer: Issuer): Promise<Verdict> {
    if (one.exported.length === 0) return { kind: "refused", flaw: "epoch_over" }
    const { jwt, sig, nonce, exported: made } = one
    const place = { nonce, account: idBytes(one.account), device: idBytes(one.device), exported: made }
    const listOf = (url: string) => this.published.statusList(url)
    try {
      const found = await verifyShown({ jwt, sig, place }, issuer, listOf, this.chat.device.nowSeconds())
      return { kind: "holds", credential: factsOf(found) }
    } catch (error) {
      if (error instanceof CredentialFlaw) return { kind: "refused", flaw: error.code }
      throw error
    }
  }
}

function factsOf({ code, name, issuerName, validUntil, statuses }: Credential): ShownFacts {
  const until = new Date(validUntil * 1000)
  return { type: code, name, issuer: issuerName, validUntil: until, isListed: statuses.length > 0 }
}

/** To whom a copy of our own says to be issued. */
function ownerOf(jwt: string): string {
  try {
    return subjectOf(jwt)
  } catch (error) {
    if (error instanceof CredentialFlaw) return ""
    throw error
  }
}
