/**
 * Whom to believe: the check of every credential, and what an account is known by.
 *
 * A leaf is accepted if the account and the authentication service both signed its
 * credential, the service with a key that is accepted here, and if the account's key is
 * the one it was first seen with, or follows on it: signed by the key before, and in the
 * log. So neither a server nor somebody who took over an
 * account can slip a device in under a known name. A key that was never seen before lets
 * a leaf be read; before anything is sent to it, the transparency log has to prove it
 * (`log/key-log.ts`). Whether a handle leads to the right person, only they can say.
 */

import * as credentials from "../e2ee/formats/credential"
import type { DeviceCredential } from "../e2ee/formats/credential"
import { FormatError } from "../e2ee/formats/errors"
import { equal } from "../e2ee/octets"
import * as s from "../protocol/shape"
import type { Put, Vault } from "../store/vault"
import { asKeys, type Identity } from "./identity"
import { idText } from "./ids"
import { allRecords, getRecord, putRecord } from "./stored"

const SPACE = "contact"

/** The key that an account is known by; one that does not follow on it is refused. */
export const Contact = s.struct({
  account: s.text,
  accountPublic: s.octets,
  /** Empty until it was heard of. */
  handle: s.absent(s.text, ""),
  /** Whether the person compared safety numbers. */
  verified: s.absent(s.flag, false),
  /** Keys that it was known by before; each signed the one that followed. */
  earlier: s.absent(s.list(s.octets), []),
  /** The key changed after numbers were compared, and the person has not said what to do: nothing is sent. */
  undecided: s.absent(s.flag, false),
})
export type Contact = s.Of<typeof Contact>

/** One device in a group. */
export interface Leaf {
  readonly account: string
  readonly device: string
}

/**
 * An account shows a key that is not known to follow on the one it is known by. It may do
 * so all the same: the account's newest list tells, if the log proves it.
 */
export class OtherAccountKey extends FormatError {
  constructor(readonly account: string) {
    super("mls.credential_rejected.mismatch", "the account shows another key than before")
  }
}

/** Says yes or no to credentials at one moment; `puts` are what has to be stored with the outcome. */
export class CredentialCheck {
  /** Why the last credential was refused: engines say only that one was. */
  refusal: FormatError | undefined
  private readonly firstSeen = new Map<string, Contact>()
  private over = false

  constructor(
    private readonly vault: Vault,
    private readonly identity: Identity,
    private readonly nowSeconds: number,
  ) {}

  /** Accepts the credential of a leaf. Throws `FormatError`: `mls.credential_rejected.…`. */
  async accept(credential: Uint8Array, signatureKey: Uint8Array): Promise<void> {
    const device = readCredential(credential)
    credentials.verify(device, signatureKey, asKeys(this.identity), this.nowSeconds)
    const account = idText(device.accountId)
    const known = this.firstSeen.get(account) ?? (await contact(this.vault, account))
    if (known === undefined) {
      this.firstSeen.set(account, newContact(account, device.accountPublic))
    } else if (![known.accountPublic, ...known.earlier].some((key) => equal(key, device.accountPublic))) {
      throw new OtherAccountKey(account)
    }
  }

  /** `accept`, as the engine asks for it. */
  async accepts(credential: Uint8Array, signatureKey: Uint8Array): Promise<boolean> {
    try {
      await this.accept(credential, signatureKey)
      return true
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
      this.refusal = error
      return false
    }
  }

  /** The accounts seen for the first time: to be written with the state that relies on them. */
  puts(): Put[] {
    if (this.over) throw new Error("a check holds for one operation, and its records are written within")
    return Array.from(this.firstSeen.values(), putContact)
  }

  /** Nothing that was checked counts from here on. */
  end(): void {
    this.over = true
  }
}

/** What a leaf's credential says; nothing is verified. `mls.credential_rejected.mismatch` if it is none of ours. */
export function readCredential(credential: Uint8Array): DeviceCredential {
  try {
    return credentials.decode(credential)
  } catch {
    throw mismatch("not a device credential")
  }
}

/** Account and device of a credential. */
export function leafOf(credential: Uint8Array): Leaf {
  const device = readCredential(credential)
  return { account: idText(device.accountId), device: idText(device.deviceId) }
}

/** Refuses a tree in which a device, under any account, has two leaves. `mls.credential_rejected.mismatch`. */
export function checkOneLeafPerDevice(leaves: readonly Leaf[]): void {
  const devices = leaves.map(({ device }) => device)
  if (new Set(devices).size !== devices.length) throw mismatch("a device has two leaves")
}

/** What is known of an account. */
export function contact(vault: Vault, account: string): Promise<Contact | undefined> {
  return getRecord(vault, Contact, SPACE, account)
}

/** Every account seen so far. */
export function contacts(vault: Vault): Promise<Contact[]> {
  return allRecords(vault, Contact, SPACE)
}

/** An account that is met for the first time. */
export function newContact(account: string, accountPublic: Uint8Array): Contact {
  return { account, accountPublic, handle: "", verified: false, earlier: [], undecided: false }
}

export function putContact(known: Contact): Put {
  return putRecord(SPACE, known, known.account)
}

function mismatch(message: string): FormatError {
  return new FormatError("mls.credential_rejected.mismatch", message)
}
