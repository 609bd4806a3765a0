/**
 * What its sender took back, and can still be reported for a while.
 *
 * Who threatens somebody could otherwise delete the message, and with it the only proof.
 * So the rows behind it stay for 30 days, unseen; afterwards they are deleted, and at
 * once when the person says so. Times are those of the log, so that every device of an
 * account lets go at one time.
 */

import * as s from "../protocol/shape"
import type { Vault } from "../store/vault"
import { Draft } from "./draft"
import * as evidence from "./evidence"
import { Message, rowsOf, withoutProof } from "./messages"
import { saveMessage } from "./records"

const SPACE = "withdrawn"

/** Remembers until when what proves a deleted message is kept. */
export function note(draft: Draft, message: Message): void {
  if (message.reportableUntil !== null) draft.save(SPACE, message.reportableUntil, message.conversation, message.seq)
}

/** Lets go of everything whose time is over. */
export async function expire(vault: Vault, nowMs: number): Promise<void> {
  for (const conversation of await vault.names(SPACE)) {
    for (const { position } of await vault.scan(SPACE, conversation)) {
      const until = await new Draft(vault).load(s.integer, SPACE, conversation, position)
      if (until !== undefined && until <= nowMs) await letGo(vault, conversation, position)
    }
  }
}

/** Lets go of one at once. */
export async function letGo(vault: Vault, conversation: string, seq: number): Promise<void> {
  const draft = new Draft(vault)
  const message = await draft.load(Message, "message", conversation, seq)
  if (message?.deleted === true) {
    evidence.forget(draft, conversation, rowsOf(message))
    saveMessage(draft, withoutProof(message))
  }
  draft.delete(SPACE, conversation, seq)
  await draft.write()
}
