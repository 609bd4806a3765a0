/** A stored message as a screen shows it. */

import { isEdited, type Message as Stored } from "../chat/messages"
import type { Message } from "./models"

const appointmentOf = ({ startsAt, minutes }: NonNullable<Stored["appointment"]>) => ({
  startsAt: new Date(startsAt),
  minutes,
})

export function shown(message: Stored, handleOf: (account: string) => string): Message {
  const { file } = message
  const isVoice = file !== null && file.ms !== null
  return {
    id: message.id,
    kind: message.kind === "file" && isVoice ? "voice" : message.kind,
    sender: handleOf(message.account),
    account: message.account,
    mine: message.mine,
    at: new Date(message.at),
    events: message.events.map(({ code, accounts }) => ({ code, people: accounts.map(handleOf) })),
    text: message.text,
    appointment: message.appointment === null ? undefined : appointmentOf(message.appointment),
    file:
      file === null
        ? undefined
        : { name: file.reference.name, size: file.reference.size, mediaType: file.reference.mediaType },
    voice: isVoice ? { milliseconds: file.ms, waveform: file.waveform } : undefined,
    replyTo: message.replyTo === null ? undefined : { id: message.replyTo, quote: message.quote ?? "" },
    edited: isEdited(message),
    deleted: message.deleted,
    reactions: new Map([...message.reactions].map(([emoji, accounts]) => [emoji, accounts.map(handleOf)])),
    status: message.seq > 0 ? "sent" : message.failed === "" ? "saved" : "failed",
    failure: message.failed === "" ? undefined : message.failed,
  }
}

/** Everybody whom these name. */
export function accountsIn(messages: readonly Stored[]): ReadonlySet<string> {
  return new Set(
    messages.flatMap(({ account, events, reactions }) => [
      account,
      ...events.flatMap(({ accounts }) => accounts),
      ...[...reactions.values()].flat(),
    ]),
  )
}
