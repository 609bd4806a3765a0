/**
 * Who wants to see a credential in a conversation, and what was shown there: the twin of
 * the Python client's `store/shown_credentials.py`.
 *
 * What was shown is kept with what only a member can export of the epoch it came in: the
 * group has another one tomorrow, and it is verified when somebody looks. Of an epoch that
 * is over already nothing is kept to verify it with. Both are few for each conversation, so
 * nobody fills the device.
 */

import { getRecord } from "../account/stored"
import type { CryptoEngine, Group } from "../e2ee/engine"
import * as contents from "../e2ee/formats/content"
import { type CredentialShown, EXPORTED_BYTES, EXPORTER_LABEL } from "../e2ee/formats/shown-credential"
import { equal } from "../e2ee/octets"
import * as s from "../protocol/shape"
import type { Vault } from "../store/vault"
import type { Draft } from "./draft"
import type { Said } from "./evidence"

const SPACE = "credentials_shown"
const MOST_ASKED = 16
const MOST_SHOWN = 16
/** Of an epoch that was over when it came. */
const NOTHING = new Uint8Array(0)

const Asked = s.struct({ nonce: s.octets, account: s.text, atMs: s.integer })
const Shown = s.struct({
  nonce: s.octets,
  account: s.text,
  device: s.text,
  jwt: s.text,
  sig: s.text,
  atMs: s.integer,
  /** Empty: it came in an epoch that was over. */
  exported: s.octets,
})
export type Shown = s.Of<typeof Shown>

/** All that is known of one conversation, the newest last. */
const OfConversation = s.struct({
  /** What this device has asked with, and when it last did. */
  own: s.list(s.struct({ nonce: s.octets, atMs: s.integer })),
  /** By others, and neither answered nor put off by a device of this account. */
  asked: s.list(Asked),
  /** When this device had asked. */
  shown: s.list(Shown),
  /** Something was shown since somebody looked. */
  isNews: s.flag,
})
export type OfConversation = s.Of<typeof OfConversation>

const NONE: OfConversation = { own: [], asked: [], shown: [], isNews: false }

export async function ofConversation(vault: Vault, conversation: string): Promise<OfConversation> {
  return (await getRecord(vault, OfConversation, SPACE, conversation)) ?? NONE
}

/** Those who have answered to what this device asked last. */
export function answersIn({ own, shown }: OfConversation): readonly Shown[] {
  const last = own.at(-1)
  return last === undefined ? [] : shown.filter(({ nonce }) => equal(nonce, last.nonce))
}

/** What every member of this epoch, and nobody else, makes of a nonce. */
export function exported(engine: Pick<CryptoEngine, "export">, group: Group, nonce: Uint8Array): Promise<Uint8Array> {
  return engine.export(group, EXPORTER_LABEL, nonce, EXPORTED_BYTES)
}

/** This device asks, or asks once more. */
export function noteOwn(draft: Draft, conversation: string, nonce: Uint8Array, atMs: number): Promise<void> {
  return change(draft, conversation, (known) => {
    const others = known.own.filter((each) => !equal(each.nonce, nonce))
    return { ...known, own: [...others, { nonce, atMs }].slice(-MOST_ASKED) }
  })
}

/** What was asked with this is answered, or put off. */
export function dropAsk(draft: Draft, conversation: string, nonce: Uint8Array): Promise<void> {
  return change(draft, conversation, (known) => without(known, nonce))
}

/** Somebody has looked at what was shown. */
export function noteLooked(draft: Draft, conversation: string): Promise<void> {
  return change(draft, conversation, (known) => ({ ...known, isNews: false }))
}

/**
 * Keeps what a row of another device asks for or shows; whether it did either. `state` is
 * of the epoch that it was sent in, undefined if that one is over; `isMine`: another device
 * of this account has said it, and answers for all of them.
 */
export async function noteSaid(
  draft: Draft,
  conversation: string,
  said: Said,
  isMine: boolean,
  state: { readonly engine: Pick<CryptoEngine, "export">; readonly group: Group } | undefined,
): Promise<boolean> {
  const content = contents.decode(said.content)
  const body = "body" in content ? content.body : undefined
  if (body?.type === "credential.shown") {
    if (isMine) await dropAsk(draft, conversation, body.nonce)
    else
      await keepShown(draft, conversation, said, body, state && (await exported(state.engine, state.group, body.nonce)))
    return true
  }
  if (body?.type !== "credential.ask" || isMine) return false
  await change(draft, conversation, (known) => {
    const fresh = { nonce: body.nonce, account: said.account, atMs: said.at }
    return { ...known, asked: [...without(known, body.nonce).asked, fresh].slice(-MOST_ASKED) }
  })
  return true
}

/** Of each device the last that it showed for a nonce of ours. */
function keepShown(
  draft: Draft,
  conversation: string,
  { account, device, at: atMs }: Said,
  { nonce, jwt, sig }: CredentialShown,
  made: Uint8Array = NOTHING,
): Promise<void> {
  return change(draft, conversation, (known) => {
    if (!known.own.some((each) => equal(each.nonce, nonce))) return known
    const others = known.shown.filter((each) => !equal(each.nonce, nonce) || each.device !== device)
    const fresh = { nonce, account, device, jwt, sig, atMs, exported: made }
    return { ...known, shown: [...others, fresh].slice(-MOST_SHOWN), isNews: true }
  })
}

function without(known: OfConversation, nonce: Uint8Array): OfConversation {
  return { ...known, asked: known.asked.filter((each) => !equal(each.nonce, nonce)) }
}

async function change(
  draft: Draft,
  conversation: string,
  to: (known: OfConversation) => OfConversation,
): Promise<void> {
  const known = (await draft.load(OfConversation, SPACE, conversation)) ?? NONE
  const changed = to(known)
  if (changed !== known) draft.save(SPACE, changed, conversation)
}
