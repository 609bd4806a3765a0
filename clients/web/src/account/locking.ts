/**
 * How the store of this browser's device is made, locked and opened again.
 *
 * The store key is random. A passkey or a passphrase wraps it; unwrapped it is kept as a
 * CryptoKey that scripts can use and not read, until the person locks the device
 * (`store/keyring.ts`). Its octets are in memory only while they are wrapped.
 *
 * A device is registered in a store that nothing seals yet, and sealed after that: a name
 * that is taken, or a page that was closed, leaves no passkey behind that opens nothing,
 * and a passkey that was refused costs no invitation. Until it is sealed it holds fresh
 * keys and nothing that anybody said, and cannot be locked.
 */

import { INTERACTIVE, SALT_BYTES, type Stretch } from "../e2ee/formats/argon2"
import { passphraseSecret } from "../e2ee/formats/key-slots"
import type { Rng } from "../e2ee/formats/requests"
import { type DeviceRecord, type Keyring, newStoreKey, unwrap, wrap, type Wrapped, WrongSecret } from "../store/keyring"
import { Vault } from "../store/vault"
import { ClientError } from "./errors"
import type { Identity } from "./identity"
import { newId } from "./ids"
import { anyOf, type Passkey, usePasskey } from "./passkey"

type Octets = Uint8Array<ArrayBuffer>

/** What a person opens the device with. */
export type Seal = { readonly kind: "passkey" } | { readonly kind: "passphrase"; readonly passphrase: string }

/** What a device is sealed with: a passkey has been asked for its octets before. */
export type Sealing = Passkey | { readonly passphrase: string }

type Whose = Pick<Identity, "device" | "account" | "handle">

export class Locking {
  constructor(
    private readonly keyring: Keyring,
    private readonly stretch: Stretch,
    private readonly random: Rng,
  ) {}

  /**
   * The store of a device that is to be: where an earlier attempt ended, or a new one.
   * Throws `ClientError` (`profile_exists`), `StoreFull`.
   */
  async start(): Promise<Vault> {
    const begun = await this.keyring.own()
    if (begun?.storeKey !== undefined && begun.device === "") return Vault.open(begun.vault, begun.storeKey)
    if (begun !== undefined) throw new ClientError("client.profile_exists", "a device lives in this browser")
    const { key, octets } = await newStoreKey()
    octets.fill(0)
    const nothing = { device: "", account: "", handle: "", wrapped: [] }
    const vault = this.vaultName()
    await this.keyring.save({ ...nothing, vault, storeKey: key })
    return Vault.open(vault, key)
  }

  /**
   * Makes the device this browser's, under a passkey or a passphrase: what `start` holds
   * goes into a sealed store. Throws `ClientError` (`profile_missing`, `profile_exists`),
   * `StoreFull`, `FormatError` (`keystore.out_of_memory`); what was begun is still there then.
   */
  async seal(sealing: Sealing, { device, account, handle }: Whose): Promise<void> {
    const begun = await this.required()
    const from = await this.start()
    const { key, octets } = await newStoreKey()
    try {
      const wrapped = [await this.wrapped(octets, sealing)]
      const name = this.vaultName()
      const vault = await Vault.open(name, key)
      await vault.write(await from.all())
      vault.close()
      await this.keyring.save({ device, account, handle, vault: name, storeKey: key, wrapped })
    } finally {
      octets.fill(0)
      from.close()
    }
    await Vault.delete(begun.vault)
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

  private async wrapped(octets: Octets, sealing: Sealing): Promise<Wrapped> {
    const salt = this.random(SALT_BYTES).slice()
    if ("secret" in sealing) return wrap(octets, sealing.secret, { kind: "passkey", id: sealing.id, salt })
    return wrap(octets, await this.stretched(sealing.passphrase, salt), { kind: "passphrase", id: "", salt })
  }

  private async secretFor(slot: Wrapped, seal: Seal): Promise<Octets> {
    if (seal.kind === "passphrase") return this.stretched(seal.passphrase, slot.salt)
    return (await usePasskey(anyOf([slot.id], this.random))).secret
  }

  private async stretched(passphrase: string, salt: Octets): Promise<Octets> {
    return (await this.stretch(passphraseSecret(passphrase).octets, salt, INTERACTIVE)).slice()
  }

  private vaultName(): string {
    return `mv-vault-${newId(this.random)}`
  }

  private async required(): Promise<DeviceRecord> {
    const record = await this.keyring.own()
    if (record === undefined) throw new ClientError("client.profile_missing", "no device lives in this browser")
    return record
  }
}
