/**
 * Names: what the server calls accounts, and what this device pinned about them.
 *
 * A name is the server's word. The first one that is heard of an account stays, and a
 * name that somebody known has goes to nobody else: a server cannot put one person into
 * the place of another by renaming both.
 *
 * Everything that changes a contact is an operation of its own on the device
 * (`Device.checked`), so that nothing is met twice under two keys.
 */

import { equal } from "../e2ee/octets"
import type { AccountView } from "../protocol/events"
import type { Device } from "./device"
import { ClientError } from "./errors"
import type { Call } from "./keys"
import { type Contact, contact, contacts, newContact, putContact } from "./trust"

export class People {
  constructor(
    private readonly device: Device,
    private readonly call: Call,
    /** `KeyLog.checkedList`. */
    private readonly checkedList: (account: string, claimed: Uint8Array) => Promise<unknown>,
  ) {}

  /**
   * The account of a handle; who is not known is looked up, proven by the log and pinned.
   * Throws `ClientError` (`peer_changed`, `not_proven`), `Refused`, `NotConnected`.
   */
  async find(handle: string): Promise<string> {
    const known = await this.byHandle(handle)
    if (known !== undefined) return known.account
    const view = await this.call("account.find", { handle })
    if (view.handle !== handle) throw changed("the server answers for another name", view.account)
    await this.checkedList(view.account, view.account_pub)
    await this.pin(view)
    return view.account
  }

  /** What to call an account; undefined as long as its handle was not heard of. */
  async handleOf(account: string): Promise<string | undefined> {
    const { identity, vault } = this.device
    if (account === identity.account) return identity.handle
    const handle = (await contact(vault, account))?.handle
    return handle === "" ? undefined : handle
  }

  async byHandle(handle: string): Promise<Contact | undefined> {
    return (await contacts(this.device.vault)).find((known) => known.handle === handle)
  }

  /** Takes over what the server calls members of a group whose keys are known. */
  learn(members: readonly { readonly account: string; readonly handle: string }[]): Promise<void> {
    return this.device.checked(async () => {
      for (const { account, handle } of members) {
        const known = await contact(this.device.vault, account)
        const named = known && (await this.named(known, handle))
        if (named !== undefined && named !== known) await this.device.vault.write([putContact(named)])
      }
    })
  }

  /**
   * Notes whether the safety number of an account was compared. That decides as well what
   * becomes of a key that changed: it is gone on with.
   */
  setVerified(account: string, verified: boolean): Promise<void> {
    return this.device.checked(async () => {
      const known = await contact(this.device.vault, account)
      if (known !== undefined) await this.device.vault.write([putContact({ ...known, verified, undecided: false })])
    })
  }

  /** Knows an account that was looked up, from now on at least as this. `client.peer_changed`. */
  private pin(view: AccountView): Promise<void> {
    return this.device.checked(async () => {
      const known = await contact(this.device.vault, view.account)
      if (known !== undefined && !equal(known.accountPublic, view.account_pub)) {
        throw changed("this account shows another key than before", view.account)
      }
      if (known !== undefined && known.handle !== "" && known.handle !== view.handle) {
        throw changed("the server shows somebody who has another name here", view.account)
      }
      const met = known ?? newContact(view.account, view.account_pub)
      await this.device.vault.write([putContact(await this.named(met, view.handle))])
    })
  }

  /** Who has no name yet, with this one, if nobody else is called that. */
  private async named(known: Contact, handle: string): Promise<Contact> {
    const isTaken = handle === this.device.identity.handle || (await this.byHandle(handle)) !== undefined
    return known.handle !== "" || isTaken ? known : { ...known, handle }
  }
}

function changed(message: string, account: string): ClientError {
  return new ClientError("client.peer_changed", message, account)
}
