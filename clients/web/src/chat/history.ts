/** What the rows of a log add to the stored history. */

import { sha1 } from "@noble/hashes/legacy.js"
import { concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js"
import type { LogHead } from "../e2ee/formats/carried"
import * as contents from "../e2ee/formats/content"
import type { Content, Unknown } from "../e2ee/formats/content"
import { keyOf } from "../e2ee/octets"
import type { Draft } from "./draft"
import * as evidence from "./evidence"
import { noteHalf } from "./location-halves"
import type { Said } from "./evidence"
import { changed, type Message, opened, type Origin, rowsOf, targetOf, withChange } from "./messages"
import { changeOf } from "./planned"
import { messageById, saveMessage } from "./records"
import * as readBy from "./read-by"
import * as sessionPage from "./session-page"
import * as withdrawn from "./withdrawn"

/** Namespace of ids that are made of a place. */
const PLACES = hexToBytes("6f0b6a3e5a0d4d1c9d530c1b1f4a7e20")

/** The messages that came and those that changed, in order. */
export interface Additions {
  readonly arrived: Message[]
  readonly changed: Message[]
  /** Heads of the transparency log that others sent. */
  readonly heads: LogHead[]
  /** Who told that they write, read or received, in order. */
  readonly signs: Sign[]
  /** Up to which row the person has read, as their other devices told. */
  read: number
  /** Whether somebody asked for a credential, or showed one. */
  proofs: boolean
}

/** A receipt or a sign of typing. */
export interface Sign {
  readonly account: string
  readonly device: string
  /** By the log or by the sender's clock, whichever is earlier; Unix milliseconds. */
  readonly at: number
  readonly body: contents.Receipt | contents.Typing
}

export function noAdditions(): Additions {
  return { arrived: [], changed: [], heads: [], signs: [], read: 0, proofs: false }
}

/** Adds to the history within one step, and notes what it added. */
export class History {
  constructor(
    private readonly draft: Draft,
    private readonly additions: Additions,
  ) {}

  /**
   * Stores what a row says, or folds it into the message it is about. What leaves no
   * trace in the history is not kept with its proof either. Throws `FormatError`
   * (`content.…`) when it is in no form of ours.
   */
  async deliver(conversation: string, said: Said, mine: boolean): Promise<void> {
    const content = contents.decode(said.content)
    const origin = { conversation, seq: said.seq, at: said.at, account: said.account, mine }
    if (!("raw" in content)) await this.note(content, said, origin)
    if ((await this.change(content, origin)) || (await this.begin(content, said.content, origin))) {
      await evidence.keep(this.draft, conversation, said)
    }
  }

  /** Stores a message of its own. */
  async add(message: Message): Promise<void> {
    const known = await messageById(this.draft, message.conversation, message.id)
    // Somebody used an id again: the first message keeps it, and this one gets another
    // that can be named, the same on every device.
    const stored = known !== undefined && known.seq !== message.seq ? { ...message, id: idOfPlace(message) } : message
    saveMessage(this.draft, stored)
    this.additions.arrived.push(stored)
  }

  private async note({ body, atMs }: Content, { account, device, at, seq }: Said, origin: Origin): Promise<void> {
    if (body.type === "receipt" && body.kind === "read") {
      // Nobody has read what was not there yet.
      const upTo = Math.min(body.upTo, seq)
      await readBy.note(this.draft, origin.conversation, account, upTo)
      if (origin.mine) this.additions.read = Math.max(this.additions.read, upTo)
    }
    if (origin.mine) return
    if (body.type === "location.key") await noteHalf(this.draft, origin.conversation, body, at)
    if (body.type === "log.head") this.additions.heads.push(body)
    if (body.type === "receipt" || body.type === "typing") {
      this.additions.signs.push({ account, device, at: Math.min(at, atMs), body })
    }
  }

  private async begin(content: Content | Unknown, octets: Uint8Array, origin: Origin): Promise<boolean> {
    const message = opened(content, origin)
    if (message === undefined) return false
    const body = sessionPage.sharedOf(content)
    if (body === undefined) await this.add(message)
    else {
      const before = await sessionPage.take(this.draft, body, octets, origin)
      await this.add(withChange(message, changeOf(body, before)))
    }
    return true
  }

  private async change(content: Content | Unknown, origin: Origin): Promise<boolean> {
    const target = targetOf(content)
    if (target === undefined || "raw" in content) return false
    const earlier = await messageById(this.draft, origin.conversation, target)
    if (earlier === undefined) return false
    const later = changed(earlier, content.body, origin)
    if (later === undefined) return false
    const remaining = new Set(rowsOf(later))
    evidence.forget(
      this.draft,
      earlier.conversation,
      rowsOf(earlier).filter((seq) => !remaining.has(seq)),
    )
    withdrawn.note(this.draft, later)
    saveMessage(this.draft, later)
    this.additions.changed.push(later)
    return true
  }
}

/** UUID of version 5 (RFC 9562 §5.5). */
function idOfPlace({ conversation, seq }: Message): string {
  const octets = sha1(concatBytes(PLACES, utf8ToBytes(`${conversation}/${seq}`))).slice(0, 16)
  octets[6] = ((octets[6] ?? 0) & 0x0f) | 0x50
  octets[8] = ((octets[8] ?? 0) & 0x3f) | 0x80
  return keyOf(octets).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")
}
