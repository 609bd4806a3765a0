/** What is kept about a person, as one file of theirs; and the end of their account. */

import { endAccount, rowsOfServer } from "../account/own-data"
import type { Chat } from "../chat/chat"
import { Conversation } from "../chat/conversation"
import { isSpoken } from "../chat/messages"
import type { OpenedRecording, Outcome, OwnData } from "./models"
import { outcome, outcomeWith } from "./outcome"

export class LiveOwnData implements OwnData {
  constructor(
    private readonly chat: Chat,
    /** Deletes what is stored of this device. */
    private readonly forget: () => Promise<void>,
  ) {}

  export(): Promise<Outcome & { readonly file?: Blob }> {
    return outcomeWith("file", async () => {
      const rows = await rowsOfServer(this.chat.device, this.chat.source)
      const messages = JSON.stringify(await this.ownMessages())
      return new Blob([`{"server":${rows},"messages":${messages}}`], { type: "application/json" })
    })
  }

  openRecording(file: Blob): Promise<Outcome & { readonly recording?: OpenedRecording }> {
    return outcomeWith("recording", async () => {
      const { openRecording } = await import("./sealed-recordings")
      return openRecording(this.chat.device.identity, file)
    })
  }

  end(): Promise<Outcome> {
    return outcome(async () => {
      await endAccount(this.chat.device, this.chat.source)
      await this.forget()
    })
  }

  /** What this person wrote, as far as this device holds it; what others wrote is theirs. */
  private async ownMessages() {
    const all = [...this.chat.rooms.values()].map(async (room) => {
      const written = await new Conversation(this.chat, room).history(Infinity)
      return written
        .filter((message) => message.mine && isSpoken(message) && !message.deleted)
        .map(({ id, at, text, file }) => {
          return { conversation: room.id, id, at: new Date(at).toISOString(), text, file: file?.reference.name ?? null }
        })
    })
    return (await Promise.all(all)).flat()
  }
}
