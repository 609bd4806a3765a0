/**
 * Generated from the registry of events by `make types`; not edited by hand.
 *
 * Facts are what the server sends, payloads what it is sent.
 */

import * as s from "./shape"

export const PROTOCOL_VERSION = 1
export const MAX_CIPHERTEXT_BYTES = 49152
export const MAX_GROUP_INFO_BYTES = 49152
export const MAX_BUNDLE_BYTES = 57344
export const MAX_PAGE_ROWS = 200
export const MAX_PATCH_BYTES = 1048576
export const UPLOAD_OFFSET = "Upload-Offset"
export const BACKUP_COUNTER = "Backup-Counter"
export const BACKUP_LOOKUP = "Backup-Lookup"
export const MAX_BACKUP_BYTES = 524288
export const MAX_SLOT_BYTES = 262144
export const SLOTS = 8
export const MAX_SEALED_BYTES = 266240
export const MAX_PADDED_REPORT_BYTES = 262144
export const MAX_REPORTED_ROWS = 50
export const MAX_REPORTED_BLOBS = 20
export const PASSPHRASE_PASSES = 3
export const PASSPHRASE_MEMORY_KIBIBYTES = 262144
export const AUTH_KEY_LABEL = "MentalVerse passphrase auth v1"
export const WRAP_KEY_LABEL = "MentalVerse passphrase wrap v1"
export const MAX_PASSKEYS = 4
export const FRESH_MINUTES = 5
export const MAX_MUTED = 256
export const PUSH_NAME_BYTES = 16
export const PUSH_NAME_LABEL = "MentalVerse push v1"
export const SIGN_IN_LABEL = "MentalVerse sign-in v1"
export const PROOF_LABEL = "MentalVerse fresh proof v1"

export const BlobPurpose = s.oneOf("attachment", "archive", "group")
export type BlobPurpose = s.Of<typeof BlobPurpose>

export const ConversationKind = s.oneOf("direct", "circle")
export type ConversationKind = s.Of<typeof ConversationKind>

export const RejectReason = s.oneOf("invalid", "refused")
export type RejectReason = s.Of<typeof RejectReason>

export const Role = s.oneOf("mentee", "mentor", "facilitator", "responder", "supervisor", "operator")
export type Role = s.Of<typeof Role>

export const Seat = s.oneOf("participant", "staff")
export type Seat = s.Of<typeof Seat>

/** The row is durable. Any number of retries gives the same answer. */
export const MessageAccepted = s.struct({
  seq: s.integer,
  at: s.integer,
})
export type MessageAccepted = s.Of<typeof MessageAccepted>

/** One row of the log. */
export const LogRow = s.struct({
  seq: s.integer,
  at: s.integer,
  payload: s.octets,
})
export type LogRow = s.Of<typeof LogRow>

/** Rows `since`+1 … in order, at most 200 and 256 KiB; `head` says if more. */
export const LogPage = s.struct({
  rows: s.list(LogRow),
  head: s.integer,
})
export type LogPage = s.Of<typeof LogPage>

/** One account in a conversation and its devices in the group. */
export const MemberView = s.struct({
  account: s.text,
  handle: s.text,
  seat: Seat,
  devices: s.list(s.text),
  leaving: s.absent(s.flag, false),
  list_counter: s.absent(s.integer, 0),
})
export type MemberView = s.Of<typeof MemberView>

/** Why nothing is taken in a conversation, and what the fresh group is to be. */
export const FrozenView = s.struct({
  epoch: s.integer,
  committer: s.text,
  makers: s.list(s.text),
  devices: s.list(s.text),
})
export type FrozenView = s.Of<typeof FrozenView>

/** What the server knows of a conversation, for the calling device. */
export const ConversationView = s.struct({
  conversation: s.text,
  group: s.text,
  kind: ConversationKind,
  epoch: s.integer,
  head: s.integer,
  joined_seq: s.integer,
  left_seq: s.nullable(s.integer),
  cursor: s.integer,
  members: s.list(MemberView),
  frozen: s.absent(s.nullable(FrozenView), null),
})
export type ConversationView = s.Of<typeof ConversationView>

/** Answer to `conversation.list`. */
export const Conversations = s.struct({
  conversations: s.list(ConversationView),
  more: s.absent(s.flag, false),
})
export type Conversations = s.Of<typeof Conversations>

/** A conversation that the device can come into (`group.rejoin`, or an Add). */
export const FoundConversation = s.struct({
  conversation: s.text,
  group: s.text,
  kind: ConversationKind,
})
export type FoundConversation = s.Of<typeof FoundConversation>

/** Answer to `conversation.find`. */
export const ConversationsFound = s.struct({
  conversations: s.list(FoundConversation),
  more: s.absent(s.flag, false),
})
export type ConversationsFound = s.Of<typeof ConversationsFound>

/** An answer with nothing to say but that it worked. */
export const Empty = s.struct({})
export type Empty = s.Of<typeof Empty>

/** The commit is the one for its epoch; `epoch` is the group's new one. */
export const CommitAccepted = s.struct({
  seq: s.integer,
  at: s.integer,
  epoch: s.integer,
})
export type CommitAccepted = s.Of<typeof CommitAccepted>

/** The group's current epoch, and its GroupInfo if its committer gave one. */
export const GroupInfoView = s.struct({
  epoch: s.integer,
  group_info: s.nullable(s.octets),
})
export type GroupInfoView = s.Of<typeof GroupInfoView>

/** Answer to `group.reject`. If not `frozen`, the device comes back by itself. */
export const RejectionNoted = s.struct({
  frozen: s.flag,
})
export type RejectionNoted = s.Of<typeof RejectionNoted>

/** This device was added: a Welcome waits (also listed by `welcome.list`). */
export const GroupWelcomed = s.struct({
  welcome: s.text,
  conversation: s.text,
  kind: ConversationKind,
  joined_seq: s.integer,
  payload: s.octets,
})
export type GroupWelcomed = s.Of<typeof GroupWelcomed>

/** Answer to `welcome.list`. */
export const Welcomes = s.struct({
  welcomes: s.list(GroupWelcomed),
  more: s.absent(s.flag, false),
})
export type Welcomes = s.Of<typeof Welcomes>

/** What a device has left for groups of one cipher suite. */
export const SuitePool = s.struct({
  suite: s.integer,
  remaining: s.integer,
  has_last_resort: s.flag,
})
export type SuitePool = s.Of<typeof SuitePool>

/** Answer to `keys.publish` and `keys.count`, without suites that have nothing. */
export const KeysRemaining = s.struct({
  pools: s.list(SuitePool),
})
export type KeysRemaining = s.Of<typeof KeysRemaining>

/** One device's package; its suite stands in it. */
export const TakenPackage = s.struct({
  device: s.text,
  package: s.octets,
})
export type TakenPackage = s.Of<typeof TakenPackage>

/** Answer to `keys.take`. A device that never published is absent. */
export const KeysTaken = s.struct({
  packages: s.list(TakenPackage),
  lacking: s.absent(s.list(s.text), []),
})
export type KeysTaken = s.Of<typeof KeysTaken>

/** What other accounts may see. `account_pub` is the Ed25519 account key. */
export const AccountView = s.struct({
  account: s.text,
  handle: s.text,
  account_pub: s.octets,
  roles: s.absent(s.list(Role), []),
})
export type AccountView = s.Of<typeof AccountView>

/** The caller's own account, as it is now. */
export const MyAccount = s.struct({
  account: s.text,
  device: s.text,
  handle: s.text,
  roles: s.list(Role),
  created_at: s.integer,
  verified_until: s.nullable(s.integer),
})
export type MyAccount = s.Of<typeof MyAccount>

/** Answer to `block.list`, in id order. */
export const Blocks = s.struct({
  accounts: s.list(s.text),
})
export type Blocks = s.Of<typeof Blocks>

/** Answer to `device.list`. */
export const DeviceListShown = s.struct({
  device_list: s.octets,
  entry: s.octets,
  inclusion: s.list(s.octets),
  head: s.octets,
  consistency: s.list(s.octets),
})
export type DeviceListShown = s.Of<typeof DeviceListShown>

/** The highest counter told before. A store that is behind it is an old copy. */
export const CheckpointReached = s.struct({
  reached: s.integer,
})
export type CheckpointReached = s.Of<typeof CheckpointReached>

/** Answer to `log.head`. */
export const LogHead = s.struct({
  head: s.octets,
})
export type LogHead = s.Of<typeof LogHead>

/** In order and without a gap; more follow until the size of `head`. */
export const LogEntries = s.struct({
  entries: s.list(s.octets),
  head: s.octets,
})
export type LogEntries = s.Of<typeof LogEntries>

/** Answer to `log.consistency`: hashes as RFC 9162 §2.1.4 orders them. */
export const LogConsistency = s.struct({
  proof: s.list(s.octets),
})
export type LogConsistency = s.Of<typeof LogConsistency>

/** One sign-in. */
export const SignInView = s.struct({
  sign_in: s.text,
  device: s.text,
  created_at: s.integer,
  expires_at: s.integer,
  current: s.flag,
})
export type SignInView = s.Of<typeof SignInView>

/** Answer to `sign_in.list`. */
export const SignIns = s.struct({
  sign_ins: s.list(SignInView),
})
export type SignIns = s.Of<typeof SignIns>

/** A row of the log, pushed. */
export const MessageSent = s.struct({
  conversation: s.text,
  seq: s.integer,
  at: s.integer,
  payload: s.octets,
})
export type MessageSent = s.Of<typeof MessageSent>

/** The log has reached `head`: read it. Sent instead of rows to slow readers. */
export const ConversationAdvanced = s.struct({
  conversation: s.text,
  head: s.integer,
})
export type ConversationAdvanced = s.Of<typeof ConversationAdvanced>

/** A member asked to leave: the next committer removes their devices. */
export const LeaveRequested = s.struct({
  conversation: s.text,
  account: s.text,
})
export type LeaveRequested = s.Of<typeof LeaveRequested>

/** A conversation was frozen: `conversation.list` says why. */
export const GroupFrozen = s.struct({
  conversation: s.text,
})
export type GroupFrozen = s.Of<typeof GroupFrozen>

/** A conversation goes on in a fresh group: a Welcome waits for who is in it. */
export const GroupRecreated = s.struct({
  conversation: s.text,
})
export type GroupRecreated = s.Of<typeof GroupRecreated>

/** An account's device list has changed, or a device can be added to groups. */
export const DevicesChanged = s.struct({
  account: s.text,
  counter: s.integer,
})
export type DevicesChanged = s.Of<typeof DevicesChanged>

/** This connection's sign-in is over; `reason` is `revoked` or `expired`. */
export const SignedOut = s.struct({
  reason: s.text,
})
export type SignedOut = s.Of<typeof SignedOut>

/** The server is going down: come back after `retry_after_ms`. */
export const DrainStarted = s.struct({
  retry_after_ms: s.integer,
})
export type DrainStarted = s.Of<typeof DrainStarted>

/** Bounds of this server that a client plans with. */
export const WireLimits = s.struct({
  max_frame_bytes: s.integer,
  max_ciphertext_bytes: s.integer,
  max_page_rows: s.integer,
  max_attachment_bytes: s.integer,
})
export type WireLimits = s.Of<typeof WireLimits>

/** What a client must know, and pin, before it registers. */
export const ServerInfo = s.struct({
  protocol: s.integer,
  server: s.text,
  generation: s.text,
  as_keys: s.map(s.octets),
  log_pub: s.octets,
  limits: WireLimits,
  safety_suite: s.absent(s.integer, 0),
  safety_pub: s.absent(s.octets, new Uint8Array()),
  passkey_rp: s.absent(s.text, ""),
  as_succession: s.absent(s.list(s.octets), []),
  push_key: s.absent(s.octets, new Uint8Array()),
})
export type ServerInfo = s.Of<typeof ServerInfo>

/** The account exists; `credential` is complete. */
export const InviteRedeemed = s.struct({
  account: s.text,
  device: s.text,
  credential: s.octets,
})
export type InviteRedeemed = s.Of<typeof InviteRedeemed>

/** Good for one sign-in within five minutes. Given for any device id. */
export const Challenge = s.struct({
  challenge: s.text,
  nonce: s.octets,
})
export type Challenge = s.Of<typeof Challenge>

/** `token` authenticates the Socket.IO connection and `/sign-out`. */
export const SignedIn = s.struct({
  token: s.text,
  sign_in: s.text,
  account: s.text,
  device: s.text,
  expires_at: s.integer,
})
export type SignedIn = s.Of<typeof SignedIn>

/** The newest list of an account. */
export const DeviceListView = s.struct({
  account: s.text,
  counter: s.integer,
  device_list: s.octets,
})
export type DeviceListView = s.Of<typeof DeviceListView>

/** The list is in force and in the log; `credentials` are complete, by device. */
export const DevicesPublished = s.struct({
  account: s.text,
  counter: s.integer,
  credentials: s.map(s.octets),
})
export type DevicesPublished = s.Of<typeof DevicesPublished>

/** The credential with the server's signature. */
export const CredentialRenewed = s.struct({
  credential: s.octets,
})
export type CredentialRenewed = s.Of<typeof CredentialRenewed>

/** How much of a blob the server has; `complete` means durable and checked. */
export const BlobStatus = s.struct({
  blob: s.text,
  size: s.integer,
  offset: s.integer,
  complete: s.flag,
  expires_at: s.nullable(s.integer),
})
export type BlobStatus = s.Of<typeof BlobStatus>

/** The guest is here and signed in; `credential` is complete. */
export const GuestBegun = s.struct({
  account: s.text,
  device: s.text,
  credential: s.octets,
  sign_in: s.text,
  expires_at: s.integer,
})
export type GuestBegun = s.Of<typeof GuestBegun>

/** The sealed place, and the account's newest device list to go on from. */
export const GuestPlace = s.struct({
  account: s.text,
  device_list: s.octets,
  sealed: s.octets,
})
export type GuestPlace = s.Of<typeof GuestPlace>

/** The backup that the server holds; `not_found` if there is none. */
export const BackupStatus = s.struct({
  counter: s.integer,
  at: s.integer,
  size: s.integer,
})
export type BackupStatus = s.Of<typeof BackupStatus>

/** The report is stored. */
export const ReportReceived = s.struct({
  report: s.text,
  at: s.integer,
  held: s.absent(s.list(s.text), []),
})
export type ReportReceived = s.Of<typeof ReportReceived>

/** What to ask the authenticator for. */
export const PasskeyOptions = s.struct({
  ceremony: s.text,
  options: s.text,
})
export type PasskeyOptions = s.Of<typeof PasskeyOptions>

/** One passkey of the caller's account. */
export const PasskeyView = s.struct({
  passkey: s.text,
  label: s.text,
  created_at: s.integer,
  used_at: s.nullable(s.integer),
})
export type PasskeyView = s.Of<typeof PasskeyView>

/** Every passkey of the caller's account, oldest first. */
export const Passkeys = s.struct({
  passkeys: s.list(PasskeyView),
})
export type Passkeys = s.Of<typeof Passkeys>

/** The sign-in counts as freshly verified until then. */
export const Verified = s.struct({
  until: s.integer,
})
export type Verified = s.Of<typeof Verified>

/** Given for any handle. */
export const PassphraseParams = s.struct({
  salt: s.octets,
  passes: s.integer,
  memory_kibibytes: s.integer,
})
export type PassphraseParams = s.Of<typeof PassphraseParams>

/** `QuietHours`, as the server tells them. */
export const QuietHoursShown = s.struct({
  zone: s.text,
  from_minute: s.integer,
  to_minute: s.integer,
})
export type QuietHoursShown = s.Of<typeof QuietHoursShown>

/** What the server has. */
export const PushState = s.struct({
  subscribed: s.flag,
  quiet: s.absent(s.nullable(QuietHoursShown), null),
})
export type PushState = s.Of<typeof PushState>

/** Append one MLS message to the conversation's log. */
export interface MessageSend {
  readonly conversation: string
  readonly client_id: string
  readonly payload: Uint8Array
  readonly wakes?: boolean
}

/** Read the log after `since`. */
export interface ConversationSync {
  readonly conversation: string
  readonly since: number
  readonly limit?: number
}

/** The conversations this device is or was in, page by page in id order. */
export interface ConversationList {
  readonly after?: string | null
}

/** The conversations of this account in which the calling device has no leaf. */
export interface ConversationFind {
  readonly after?: string | null
}

/** Open a conversation whose only leaf is the calling device, at epoch 0. */
export interface ConversationCreate {
  readonly conversation: string
  readonly group: string
  readonly kind: ConversationKind
}

/** Ask to leave; complete once another member commits the removal. */
export interface ConversationLeave {
  readonly conversation: string
}

/** This device has stored everything up to `seq`; used for retention only. */
export interface CursorAdvance {
  readonly conversation: string
  readonly seq: number
}

/** Take the group's current epoch with this commit. */
export interface GroupCommit {
  readonly conversation: string
  readonly client_id: string
  readonly commit: Uint8Array
  readonly welcome?: Uint8Array | null
  readonly group_info?: Uint8Array | null
  readonly staff?: readonly string[]
}

/** What a device of a member needs to come back into the group from outside. */
export interface GroupInfoRequest {
  readonly conversation: string
}

/** Take the current epoch with an external commit (RFC 9420 §12.4.3.2). */
export interface GroupRejoin {
  readonly conversation: string
  readonly client_id: string
  readonly commit: Uint8Array
  readonly group_info: Uint8Array
}

/** This device cannot apply the commit that ended `epoch` of `group`. */
export interface GroupReject {
  readonly conversation: string
  readonly group: string
  readonly epoch: number
  readonly reason: RejectReason
}

/** Go on in a fresh group instead of `replaces`, the frozen one. */
export interface GroupRecreate {
  readonly conversation: string
  readonly client_id: string
  readonly replaces: string
  readonly commit: Uint8Array
  readonly welcome: Uint8Array
  readonly group_info: Uint8Array
}

/** The Welcomes this device has not confirmed, oldest first. */
export type WelcomeList = Readonly<Record<string, never>>

/** The Welcome is processed and the state stored: the server may drop it. */
export interface WelcomeConfirm {
  readonly welcome: string
}

/** Add single-use KeyPackages, and set the last-resort one if given. */
export interface KeysPublish {
  readonly packages: readonly Uint8Array[]
  readonly last_resort?: Uint8Array | null
}

/** How many KeyPackages of this device are left. */
export type KeysCount = Readonly<Record<string, never>>

/** One KeyPackage per suite of every device of an account, each given out once. */
export interface KeysTake {
  readonly account: string
  readonly suites: readonly number[]
  readonly devices?: readonly string[] | null
}

/** Look an account up by its handle. */
export interface AccountFind {
  readonly handle: string
}

/** Ask what the server knows of the caller's own account. */
export type AccountMe = Readonly<Record<string, never>>

/** Replace this connection's sign-in before it expires. */
export interface AccountReauth {
  readonly token: string
}

/** Block an account, or end that; either way again is fine. */
export interface BlockSet {
  readonly account: string
  readonly on: boolean
}

/** Every account that the caller's account has blocked. */
export type BlockList = Readonly<Record<string, never>>

/** The signed device list of an account, with the proof that it is logged. */
export interface DeviceListRequest {
  readonly account: string
  readonly known_size?: number
  readonly counter?: number | null
}

/** How many writes this device's store has seen: told after each connect. */
export interface DeviceCheckpoint {
  readonly counter: number
}

/** The newest signed head of the log. */
export type LogHeadRequest = Readonly<Record<string, never>>

/** The entries from place `since` on. */
export interface LogEntriesRequest {
  readonly since: number
  readonly limit?: number
}

/** The proof that the log only grew from one size to another. */
export interface LogConsistencyRequest {
  readonly from_size: number
  readonly to_size: number
}

/** Every sign-in of this account. */
export type SignInList = Readonly<Record<string, never>>

/** End one sign-in; its live connection closes within two seconds. */
export interface SignInRevoke {
  readonly sign_in: string
}

/** End every sign-in of this account; their live connections close at once. */
export interface SignInRevokeAll {
  readonly keep_this?: boolean
}

/** Create an account with its first device, using up an invitation. */
export interface InviteRedeem {
  readonly code: string
  readonly handle: string
  readonly account: string
  readonly account_pub: Uint8Array
  readonly device: string
  readonly signature_pub: Uint8Array
  readonly credential: Uint8Array
  readonly device_list: Uint8Array
}

/** Ask for something to sign. */
export interface ChallengeRequest {
  readonly device: string
}

/** The device's signature over `sign_in_message`. */
export interface SignIn {
  readonly challenge: string
  readonly signature: Uint8Array
}

/** A device that the list names for the first time. */
export interface AddedDevice {
  readonly device: string
  readonly signature_pub: Uint8Array
  readonly credential: Uint8Array
}

/** Make `device_list` the account's list: its counter is the next one. */
export interface DevicesPublish {
  readonly account: string
  readonly device_list: Uint8Array
  readonly added?: readonly AddedDevice[]
}

/** A credential of the signed-in device that lasts longer, signed by its account. */
export interface CredentialRenew {
  readonly credential: Uint8Array
}

/** Announce a blob. Repeating the same call gives the blob's state. */
export interface BlobCreate {
  readonly blob: string
  readonly purpose: BlobPurpose
  readonly size: number
  readonly sha256: Uint8Array
}

/** Make a guest with its first device, and sign it in with `token`. */
export interface GuestBegin {
  readonly account: string
  readonly account_pub: Uint8Array
  readonly device: string
  readonly signature_pub: Uint8Array
  readonly credential: Uint8Array
  readonly device_list: Uint8Array
  readonly token: string
}

/** Keep a sealed place for who finds it by `lookup`; those of before find none. */
export interface GuestWords {
  readonly lookup: Uint8Array
  readonly sealed: Uint8Array
}

/** Ask for the place of five words. */
export interface GuestFind {
  readonly lookup: Uint8Array
}

/** Come back with a new device: the account's next list, which names it alone. */
export interface GuestReturn {
  readonly account: string
  readonly device_list: Uint8Array
  readonly added: AddedDevice
  readonly token: string
}

/** Ask for a backup by the secret whose hash came with it. */
export interface RecoveryFetch {
  readonly lookup: Uint8Array
}

/** Report messages of a conversation that the caller's account is or was in. */
export interface ReportSend {
  readonly report: string
  readonly conversation: string
  readonly seqs: readonly number[]
  readonly sealed: Uint8Array
  readonly blobs?: readonly string[]
}

/** A new passkey, as the authenticator made it; `label` is for its owner. */
export interface PasskeyRegister {
  readonly ceremony: string
  readonly label: string
  readonly credential: string
}

/** What the authenticator signed. */
export interface PasskeyUse {
  readonly ceremony: string
  readonly credential: string
}

/** From now on this proves the account's passphrase, instead of any before. */
export interface PassphraseSet {
  readonly salt: Uint8Array
  readonly auth: Uint8Array
}

/** Ask how the passphrase of a handle is stretched. */
export interface PassphraseBegin {
  readonly handle: string
}

/** Ask for the backup of the account with this handle. */
export interface PassphraseProof {
  readonly handle: string
  readonly auth: Uint8Array
}

/** The device's signature over `proof_message`. */
export interface ProofGive {
  readonly challenge: string
  readonly signature: Uint8Array
}

/** A browser's `PushSubscription`, and the key it was made with. */
export interface PushSubscribe {
  readonly endpoint: string
  readonly p256dh: Uint8Array
  readonly auth: Uint8Array
  readonly key: Uint8Array
}

/** The conversations that this device is not to be woken for, all of them. */
export interface PushMuted {
  readonly conversations: readonly string[]
}

/** From `from_minute` until `to_minute` of each day nobody is woken. */
export interface QuietHours {
  readonly zone: string
  readonly from_minute: number
  readonly to_minute: number
}

/** What can be asked, and what is answered. */
export interface Commands {
  "message.send": { payload: MessageSend; answer: MessageAccepted }
  "conversation.sync": { payload: ConversationSync; answer: LogPage }
  "conversation.list": { payload: ConversationList; answer: Conversations }
  "conversation.find": { payload: ConversationFind; answer: ConversationsFound }
  "conversation.create": { payload: ConversationCreate; answer: ConversationView }
  "conversation.leave": { payload: ConversationLeave; answer: Empty }
  "cursor.advance": { payload: CursorAdvance; answer: Empty }
  "group.commit": { payload: GroupCommit; answer: CommitAccepted }
  "group.info": { payload: GroupInfoRequest; answer: GroupInfoView }
  "group.rejoin": { payload: GroupRejoin; answer: CommitAccepted }
  "group.reject": { payload: GroupReject; answer: RejectionNoted }
  "group.recreate": { payload: GroupRecreate; answer: CommitAccepted }
  "welcome.list": { payload: WelcomeList; answer: Welcomes }
  "welcome.confirm": { payload: WelcomeConfirm; answer: Empty }
  "keys.publish": { payload: KeysPublish; answer: KeysRemaining }
  "keys.count": { payload: KeysCount; answer: KeysRemaining }
  "keys.take": { payload: KeysTake; answer: KeysTaken }
  "account.find": { payload: AccountFind; answer: AccountView }
  "account.me": { payload: AccountMe; answer: MyAccount }
  "account.reauth": { payload: AccountReauth; answer: Empty }
  "block.set": { payload: BlockSet; answer: Empty }
  "block.list": { payload: BlockList; answer: Blocks }
  "device.list": { payload: DeviceListRequest; answer: DeviceListShown }
  "device.checkpoint": { payload: DeviceCheckpoint; answer: CheckpointReached }
  "log.head": { payload: LogHeadRequest; answer: LogHead }
  "log.entries": { payload: LogEntriesRequest; answer: LogEntries }
  "log.consistency": { payload: LogConsistencyRequest; answer: LogConsistency }
  "sign_in.list": { payload: SignInList; answer: SignIns }
  "sign_in.revoke": { payload: SignInRevoke; answer: Empty }
  "sign_in.revoke_all": { payload: SignInRevokeAll; answer: Empty }
}

/** How each answer is checked. */
export const ANSWERS: { readonly [Name in keyof Commands]: s.Shape<Commands[Name]["answer"]> } = {
  "message.send": MessageAccepted,
  "conversation.sync": LogPage,
  "conversation.list": Conversations,
  "conversation.find": ConversationsFound,
  "conversation.create": ConversationView,
  "conversation.leave": Empty,
  "cursor.advance": Empty,
  "group.commit": CommitAccepted,
  "group.info": GroupInfoView,
  "group.rejoin": CommitAccepted,
  "group.reject": RejectionNoted,
  "group.recreate": CommitAccepted,
  "welcome.list": Welcomes,
  "welcome.confirm": Empty,
  "keys.publish": KeysRemaining,
  "keys.count": KeysRemaining,
  "keys.take": KeysTaken,
  "account.find": AccountView,
  "account.me": MyAccount,
  "account.reauth": Empty,
  "block.set": Empty,
  "block.list": Blocks,
  "device.list": DeviceListShown,
  "device.checkpoint": CheckpointReached,
  "log.head": LogHead,
  "log.entries": LogEntries,
  "log.consistency": LogConsistency,
  "sign_in.list": SignIns,
  "sign_in.revoke": Empty,
  "sign_in.revoke_all": Empty,
}

/** What the server tells unasked. */
export interface Notices {
  "message.sent": MessageSent
  "conversation.advanced": ConversationAdvanced
  "conversation.leave_requested": LeaveRequested
  "group.welcomed": GroupWelcomed
  "group.frozen": GroupFrozen
  "group.recreated": GroupRecreated
  "keys.ran_low": KeysRemaining
  "account.devices_changed": DevicesChanged
  "account.signed_out": SignedOut
  "server.drain_started": DrainStarted
}

/** How each notice is checked. */
export const NOTICES: { readonly [Name in keyof Notices]: s.Shape<Notices[Name]> } = {
  "message.sent": MessageSent,
  "conversation.advanced": ConversationAdvanced,
  "conversation.leave_requested": LeaveRequested,
  "group.welcomed": GroupWelcomed,
  "group.frozen": GroupFrozen,
  "group.recreated": GroupRecreated,
  "keys.ran_low": KeysRemaining,
  "account.devices_changed": DevicesChanged,
  "account.signed_out": SignedOut,
  "server.drain_started": DrainStarted,
}

/** Error codes, and who has to change something before a call works. */
export const FAULTS = {
  bad_request: "caller",
  unknown_event: "caller",
  unauthorised: "caller",
  forbidden: "caller",
  device_proof_required: "caller",
  passkey_required: "caller",
  not_found: "caller",
  conflict: "caller",
  too_large: "caller",
  quota_exceeded: "caller",
  conversation_full: "caller",
  epoch_taken: "behind",
  stale_epoch: "behind",
  cursor_expired: "behind",
  frozen: "behind",
  rate_limited: "server",
  overloaded: "server",
  deadline: "server",
  unavailable: "server",
  internal: "server",
} as const
export type ErrorCode = keyof typeof FAULTS
