/**
 * How the store of this browser's device is made, locked and opened again.
 *
 * The store key is random. A passkey or a passphrase wraps it; unwrapped it is kept as a
 * CryptoKey that scripts can use and not read, until the person locks the device
 * (`store/keyring.ts`). Its octets are in memory only while they are wrapped.
 */

import { INTERACTIVE, SALT_BYTES, type Stretch } from "../e2ee/formats/argon2"
import { passphraseSecret } from "../e2ee/formats/key-slots"
import type { Rng } from "../e2ee/formats/requests"
import { type DeviceRecord, type Keyring, newStoreKey, unwrap, wrap, type Wrapped, WrongSecret } from "../store/keyring"
import { Vault } from "../store/vault"
import { ClientError } from "./errors"
import { type Identity, loadIdentity, putIdentity } from "./identity"
import { newId } from "./ids"
import { makePasskey, usePasskey } from "./passkey"

type Octets = Uint8Array<ArrayBuffer>

/** What a person opens the device with. */
export type Seal = { readonly kind: "passkey" } | { readonly kind: "passphrase"; readonly passphrase: string }

export class Locking {
  constructor(
    private readonly keyring: Keyring,
    private readonly stretch: Stretch,
    private readonly random: Rng,
  ) {}

  /**
   * The store of a device that is to be, sealed anew. What an unfinished attempt stored
   * goes on in it, so that the same keys are registered whatever the person chose then.
   * Throws `ClientError`: `profile_exists`, `passkey_unusable`; `StoreFull`.
   */
  async begin(seal: Seal, name: string): Promise<Vault> {
    const before = await this.keyring.own()
    if (before !== undefined && before.device !== "") {
      throw new ClientError("client.profile_exists", "a device lives in this browser")
    }
    const begun = await begunIn(before)
    const { key, octets } = await newStoreKey()
    const wrapped = await this.wrapped(octets, seal, name)
    octets.fill(0)
    const vaultName = `mv-vault-${newId(this.random)}`
    const vault = await Vault.open(vaultName, key)
    if (begun !== undefined) await vault.write([putIdentity(begun)])
    await this.keyring.save({
      device: "",
      account: "",
      handle: "",
      vault: vaultName,
      storeKey: key,
      wrapped: [wrapped],
    })
    if (before !== undefined) await Vault.delete(before.vault)
    return vault
  }

  /** Notes whose store it is, once the server knows the device. */
  async owned({ device, account, handle }: Identity): Promise<void> {
    const record = await this.required()
    await this.keyring.save({ ...record, device, account, handle })
  }

  /** The store as it was left open; undefined if it is locked, or none is there. */
  async open(): Promise<Vault | undefined> {
    const record = await this.keyring.own()
    return record?.storeKey && Vault.open(record.vault, record.storeKey)
  }

  /**
   * Opens what was locked. Throws `WrongSecret`, `ClientError` (`passkey_unusable`,
   * `profile_missing`), `FormatError` (`keystore.out_of_memory`).
   */
  async unlock(seal: Seal): Promise<Vault> {
    const record = await this.required()
    const slot = record.wrapped.find(({ kind }) => kind === seal.kind)
    if (slot === undefined) throw new WrongSecret()
    const { key, octets } = await unwrap(slot, await this.secretFor(slot, seal))
    octets.fill(0)
    await this.keyring.save({ ...record, storeKey: key })
    return Vault.open(record.vault, key)
  }

  /** Deletes the device from this browser; what it alone knew is gone. */
  async forget(): Promise<void> {
    const record = await this.keyring.own()
    if (record === undefined) return
    await this.keyring.forget()
    await Vault.delete(record.vault)
  }

  private async wrapped(octets: Octets, seal: Seal, name: string): Promise<Wrapped> {
    const salt = this.random(SALT_BYTES).slice()
    if (seal.kind === "passkey") {
      const { id, secret } = await makePasskey(name, salt, this.random)
      return wrap(octets, secret, { kind: "passkey", id, salt })
    }
    return wrap(octets, await this.stretched(seal.passphrase, salt), { kind: "passphrase", id: "", salt })
  }

  private async secretFor(slot: Wrapped, seal: Seal): Promise<Octets> {
    if (seal.kind === "passphrase") return this.stretched(seal.passphrase, slot.salt)
    return (await usePasskey(slot.id, slot.salt, this.random)).secret
  }

  private async stretched(passphrase: string, salt: Octets): Promise<Octets> {
    return (await this.stretch(passphraseSecret(passphrase).octets, salt, INTERACTIVE)).slice()
  }

  private async required(): Promise<DeviceRecord> {
    const record = await this.keyring.own()
    if (record === undefined) throw new ClientError("client.profile_missing", "no device lives in this browser")
    return record
  }
}

/** What an unfinished registration stored, if it can still be read. */
async function begunIn(before: DeviceRecord | undefined): Promise<Identity | undefined> {
  if (before?.storeKey === undefined) return undefined
  const vault = await Vault.open(before.vault, before.storeKey)
  try {
    return await loadIdentity(vault)
  } finally {
    vault.close()
  }
}
