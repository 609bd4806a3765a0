/** The account endpoints: before a connection exists, and for devices and recovery. */

import {
  BackupStatus,
  BACKUP_COUNTER,
  BACKUP_LOOKUP,
  Challenge,
  type CredentialRenew,
  CredentialRenewed,
  type CrisisOpen,
  CrisisOpened,
  DeviceListView,
  type DevicesPublish,
  DevicesPublished,
  Empty,
  type GuestBegin,
  GuestBegun,
  type GuestFind,
  GuestPlace,
  type GuestReturn,
  type GuestWords,
  type InviteRedeem,
  PasskeyOptions,
  type PasskeyRegister,
  Passkeys,
  type PasskeyUse,
  PasskeyView,
  type PassphraseBegin,
  PassphraseParams,
  type PassphraseProof,
  type PassphraseSet,
  type ProofGive,
  InviteRedeemed,
  type RecoveryFetch,
  ReportReceived,
  type ReportSend,
  ServerInfo,
  type SignIn,
  SignedIn,
  Verified,
} from "./events"
import { ask, request } from "./http"

type Octets = Uint8Array<ArrayBuffer>

/** How long the server holds a question for a slot of a mailbox, and some. */
const SLOT_TIMEOUT_MS = 30_000

export class Accounts {
  constructor(private readonly origin: string) {}

  server(): Promise<ServerInfo> {
    return ask(this.origin, ServerInfo, { method: "GET", path: "/server" })
  }

  redeem(json: InviteRedeem): Promise<InviteRedeemed> {
    return ask(this.origin, InviteRedeemed, { method: "POST", path: "/invites/redeem", json })
  }

  beginGuest(json: GuestBegin): Promise<GuestBegun> {
    return ask(this.origin, GuestBegun, { method: "POST", path: "/guests", json })
  }

  async keepPlace(token: string, json: GuestWords): Promise<void> {
    await ask(this.origin, Empty, { method: "PUT", path: "/guests/words", token, json })
  }

  findPlace(json: GuestFind): Promise<GuestPlace> {
    return ask(this.origin, GuestPlace, { method: "POST", path: "/guests/find", json })
  }

  returnGuest(json: GuestReturn): Promise<GuestBegun> {
    return ask(this.origin, GuestBegun, { method: "POST", path: "/guests/return", json })
  }

  /** Asks for help, as whoever the token is of, or as a guest who begins with this call. */
  openCase(json: CrisisOpen, token?: string): Promise<CrisisOpened> {
    const by = token === undefined ? {} : { token }
    return ask(this.origin, CrisisOpened, { method: "POST", path: "/crisis/cases", json, ...by })
  }

  challenge(device: string): Promise<Challenge> {
    return ask(this.origin, Challenge, { method: "POST", path: "/sign-in/challenge", json: { device } })
  }

  signIn(json: SignIn): Promise<SignedIn> {
    return ask(this.origin, SignedIn, { method: "POST", path: "/sign-in", json })
  }

  async signOut(token: string): Promise<void> {
    await ask(this.origin, Empty, { method: "POST", path: "/sign-out", token })
  }

  devices(account: string): Promise<DeviceListView> {
    return ask(this.origin, DeviceListView, { method: "GET", path: `/accounts/${account}/devices` })
  }

  publishDevices(json: DevicesPublish): Promise<DevicesPublished> {
    return ask(this.origin, DevicesPublished, { method: "POST", path: "/devices", json })
  }

  renew(token: string, json: CredentialRenew): Promise<CredentialRenewed> {
    return ask(this.origin, CredentialRenewed, { method: "POST", path: "/devices/renew", token, json })
  }

  // --- recovery ---

  backupStatus(token: string): Promise<BackupStatus> {
    return ask(this.origin, BackupStatus, { method: "GET", path: "/backup/status", token })
  }

  putBackup(token: string, octets: Octets, counter: number, lookup: string): Promise<BackupStatus> {
    const headers = { [BACKUP_COUNTER]: String(counter), [BACKUP_LOOKUP]: lookup }
    return ask(this.origin, BackupStatus, { method: "PUT", path: "/backup", token, octets, headers })
  }

  /** Lets the server forget the backup; none is fine. */
  async deleteBackup(token: string): Promise<void> {
    await ask(this.origin, Empty, { method: "DELETE", path: "/backup", token })
  }

  async fetchBackup(json: RecoveryFetch): Promise<Octets> {
    return bytesOf(await request(this.origin, { method: "POST", path: "/recovery/fetch", json }))
  }

  /** Finds the backup by a passkey; what opens it stays here. */
  async backupByPasskey(json: PasskeyUse): Promise<Octets> {
    return bytesOf(await request(this.origin, { method: "POST", path: "/passkeys/backup", json }))
  }

  async backupByPassphrase(json: PassphraseProof): Promise<Octets> {
    return bytesOf(await request(this.origin, { method: "POST", path: "/passphrase/backup", json }))
  }

  // --- proofs, passkeys, passphrase ---

  async prove(token: string, json: ProofGive): Promise<void> {
    await ask(this.origin, Verified, { method: "POST", path: "/proof", token, json })
  }

  passkeys(token: string): Promise<Passkeys> {
    return ask(this.origin, Passkeys, { method: "GET", path: "/passkeys", token })
  }

  beginPasskey(token: string): Promise<PasskeyOptions> {
    return ask(this.origin, PasskeyOptions, { method: "POST", path: "/passkeys/begin", token })
  }

  registerPasskey(token: string, json: PasskeyRegister): Promise<PasskeyView> {
    return ask(this.origin, PasskeyView, { method: "POST", path: "/passkeys", token, json })
  }

  /** Credential ids are base64url, which addresses take as they are. */
  async deletePasskey(token: string, passkey: string): Promise<void> {
    await ask(this.origin, Empty, { method: "DELETE", path: `/passkeys/${passkey}`, token })
  }

  beginPasskeyUse(): Promise<PasskeyOptions> {
    return ask(this.origin, PasskeyOptions, { method: "POST", path: "/passkeys/use" })
  }

  verifyByPasskey(token: string, json: PasskeyUse): Promise<Verified> {
    return ask(this.origin, Verified, { method: "POST", path: "/passkeys/verify", token, json })
  }

  async setPassphrase(token: string, json: PassphraseSet): Promise<void> {
    await ask(this.origin, Empty, { method: "PUT", path: "/passphrase", token, json })
  }

  beginPassphrase(json: PassphraseBegin): Promise<PassphraseParams> {
    return ask(this.origin, PassphraseParams, { method: "POST", path: "/passphrase/begin", json })
  }

  // --- one's own data ---

  async exportAccount(token: string): Promise<string> {
    return (await request(this.origin, { method: "GET", path: "/account/export", token })).text()
  }

  async deleteAccount(token: string): Promise<void> {
    await ask(this.origin, Empty, { method: "DELETE", path: "/account", token })
  }

  // --- pairing ---

  async putSlot(mailbox: string, slot: number, octets: Octets): Promise<void> {
    await ask(this.origin, Empty, { method: "PUT", path: `/pairing/${mailbox}/${slot}`, octets })
  }

  /** What is in a slot of a mailbox; undefined if nothing came while the server waited. */
  async slot(mailbox: string, slot: number, signal: AbortSignal): Promise<Octets | undefined> {
    const path = `/pairing/${mailbox}/${slot}`
    const answer = await request(this.origin, { method: "GET", path, signal, timeoutMs: SLOT_TIMEOUT_MS })
    return answer.status === 204 ? undefined : bytesOf(answer)
  }

  report(token: string, json: ReportSend): Promise<ReportReceived> {
    return ask(this.origin, ReportReceived, { method: "POST", path: "/reports", token, json })
  }
}

async function bytesOf(answer: Response): Promise<Octets> {
  return new Uint8Array(await answer.arrayBuffer())
}
