/** A guest in a real browser, without the pages around it. */

import { beginGuest, forgetGuest, type Guest, type GuestCopy, openGuest } from "../src/account/guest"
import { newWords, returnGuest } from "../src/account/guest-words"
import { ClientError } from "../src/account/errors"
import { stretchBy } from "../src/account/stretch"
import { FormatError } from "../src/e2ee/formats/errors"
import { Refused } from "../src/protocol/errors"
import { Chat } from "../src/chat/chat"
import { leave, listen } from "../src/exit/exit"
import { SessionVault } from "../src/store/session-vault"
import { LabChat } from "./lab-chat"

/** The guest as tests drive it: running in its own tab, standing still in a copy. */
class LabGuest {
  readonly kind: string
  readonly account: string
  readonly lab: LabChat

  private constructor(
    private readonly guest: Guest | GuestCopy,
    chat: Chat,
  ) {
    // As every page of ours does: who leaves in another tab leaves here.
    listen()
    this.kind = guest.kind
    this.account = guest.device.identity.account
    this.lab = new LabChat(chat, { release: () => undefined })
    if (guest.kind === "own") chat.run()
  }

  static async of(guest: Guest | GuestCopy): Promise<LabGuest> {
    return new LabGuest(guest, await Chat.open(guest.device))
  }

  words(): Promise<string[]> {
    if (this.guest.kind === "copy") throw new Error("a copy has no words to give")
    return newWords(this.guest, stretch)
  }

  /** How many octets of this tab's storage are taken, as UTF-16. */
  size(): number {
    return 2 * Object.entries(sessionStorage).reduce((sum, [key, value]) => sum + key.length + String(value).length, 0)
  }
}

async function begin(): Promise<LabGuest> {
  return LabGuest.of(await beginGuest())
}

const stretch = stretchBy("/argon2-worker.js")

/** The guest of five words; or the code with which they were refused. */
async function comeBack(words: string): Promise<LabGuest | string> {
  try {
    return await LabGuest.of(await returnGuest(words, stretch))
  } catch (error) {
    if (error instanceof Refused || error instanceof ClientError || error instanceof FormatError) return error.code
    throw error
  }
}

/** The guest of this tab, if it has one. */
async function open(): Promise<LabGuest | undefined> {
  const guest = await openGuest()
  return guest && LabGuest.of(guest)
}

export const guest = { begin, open, comeBack, forget: forgetGuest, leave, SessionVault }
