/** A person's device in a real browser, without the pages around it. */

import { Backup } from "../src/account/backup"
import { Device } from "../src/account/device"
import { Devices } from "../src/account/devices"
import { enrol } from "../src/account/enrol"
import { ClientError } from "../src/account/errors"
import { loadIdentity } from "../src/account/identity"
import { People } from "../src/account/people"
import { type Call, KeyPool } from "../src/account/keys"
import { Locking } from "../src/account/locking"
import { makePasskey } from "../src/account/passkey"
import { pairNewDevice } from "../src/account/pairing"
import { register } from "../src/account/register"
import { renewIfDue } from "../src/account/renewal"
import { openByWords } from "../src/account/restore"
import { Rotation } from "../src/account/rotation"
import { SignInSource } from "../src/account/sign-in"
import { stretchBy } from "../src/account/stretch"
import { Transparency } from "../src/log/transparency"
import { Connection, type Notice } from "../src/protocol/connection"
import { Keyring, newStoreKey } from "../src/store/keyring"
import { Vault } from "../src/store/vault"

const strong = (length: number) => crypto.getRandomValues(new Uint8Array(length))

/** The vault of this browser, made if there is none. */
export async function ownVault(): Promise<Vault> {
  const keyring = await Keyring.open()
  const known = await keyring.own()
  const key = known?.storeKey ?? (await newStoreKey()).key
  if (known === undefined) {
    await keyring.save({ device: "", account: "", handle: "", vault: "mv-vault", storeKey: key, wrapped: [] })
  }
  keyring.close()
  return Vault.open("mv-vault", key)
}

/** Makes an account with its keys in this browser, as if it were `agoMs` ago; its id. */
export async function signUp(code: string, handle: string, agoMs = 0): Promise<string> {
  const vault = await ownVault()
  try {
    const now = () => Date.now() - agoMs
    const identity = await register(vault, { origin: location.origin, code, handle }, now, strong)
    return identity.account
  } finally {
    vault.close()
  }
}

/** The account that was made, or begun. */
export async function accountOf(): Promise<string | undefined> {
  const vault = await ownVault()
  try {
    return (await loadIdentity(vault))?.account
  } finally {
    vault.close()
  }
}

export class LabPerson {
  readonly source: SignInSource
  readonly connection: Connection
  readonly keys: KeyPool
  readonly devices: Devices
  transparency: Transparency | undefined
  readonly states: string[] = []
  readonly notices: (Notice | "missed")[] = []
  private wakers: (() => void)[] = []

  constructor(readonly device: Device) {
    this.source = new SignInSource(device)
    this.connection = new Connection({
      origin: device.identity.origin,
      token: this.source.token,
      onState: (state) => this.noted(this.states, state),
      onNotice: (notice) => this.noted(this.notices, notice),
    })
    this.devices = new Devices(
      device,
      () => undefined,
      () => Promise.resolve(),
      new Rotation(device, () => Promise.resolve()),
    )
    this.keys = new KeyPool(device, this.call)
    void this.connection.run()
  }

  readonly call: Call = (name, payload) => this.connection.call(name, payload)

  async follow(): Promise<Transparency> {
    return (this.transparency ??= await Transparency.open(this.device, this.call, () => undefined))
  }

  async people(): Promise<People> {
    const { log } = await this.follow()
    return new People(this.device, this.call, (account, claimed) => log.checkedList(account, claimed))
  }

  /** Approves the device that shows an invitation, once the digits were typed. */
  approve(invitation: string) {
    const typed = later<string>()
    const approved = this.devices.approve(invitation, () => typed.promise, new AbortController().signal)
    const done = approved.then(({ device }) => device, codeOf)
    return { done, type: typed.resolve }
  }

  renew(): Promise<boolean> {
    return renewIfDue(this.device, this.source)
  }

  backup(): Backup {
    return new Backup(this.device, this.source, stretch)
  }

  /** Codes of what the person has to be shown. */
  async alarms(): Promise<string[]> {
    return (await this.follow()).alarms.current().map(({ kind }) => kind)
  }

  /** Resolves once something holds; looked at whenever the connection says something. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.wakers.push(resolve))
  }

  online(): Promise<void> {
    return this.until(() => this.connection.state === "online")
  }

  close(): void {
    this.connection.close()
    this.device.vault.close()
  }

  private noted<T>(list: T[], item: T): void {
    list.push(item)
    for (const wake of this.wakers.splice(0)) wake()
  }
}

/** A promise that is kept from outside. */
function later<T>() {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((keep) => (resolve = keep))
  return { promise, resolve }
}

export const stretch = stretchBy("/argon2-worker.js")

/** This browser as a new device: what it shows, and what comes of it. */
export function join(accepts = true) {
  const [invitation, code] = [later<string>(), later<string>()]
  const dialogue = {
    showInvitation: invitation.resolve,
    showCode: code.resolve,
    wasAccepted: () => Promise.resolve(accepts),
  }
  const signal = new AbortController().signal
  const done = ownVault().then(async (vault) => {
    try {
      const chances = { nowMs: Date.now, random: strong, signal }
      return (await pairNewDevice(vault, location.origin, dialogue, chances)).device
    } finally {
      vault.close()
    }
  })
  return { invitation: invitation.promise, code: code.promise, done: done.catch(codeOf) }
}

/** This browser as a new device by recovery words; what it threw, as its code. */
export async function restore(words: string): Promise<string> {
  const vault = await ownVault()
  try {
    const { record } = await openByWords(location.origin, words, stretch)
    return (await enrol(vault, location.origin, record, Date.now, strong)).device
  } finally {
    vault.close()
  }
}

/** A passkey that no server has heard of. */
export function localPasskey() {
  const publicKey: PublicKeyCredentialCreationOptions = {
    challenge: strong(32),
    rp: { name: "Lab" },
    user: { id: strong(16), name: "ada", displayName: "ada" },
    pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: "public-key", alg })),
    authenticatorSelection: { userVerification: "required" },
  }
  return makePasskey(publicKey, strong)
}

/** The locks of this browser's device. */
export async function locking() {
  const keyring = await Keyring.open()
  return { keyring, locks: new Locking(keyring, stretch, strong) }
}

function codeOf(error: unknown): string {
  if (error instanceof ClientError) return error.code
  throw error
}

/** The registered device of this browser, connected. */
export async function come(): Promise<LabPerson> {
  const person = new LabPerson(await Device.open(await ownVault()))
  await person.online()
  return person
}
