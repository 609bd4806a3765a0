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
export const MAX_PARTICIPANT_SEATS = 8
export const MAX_STAFF_SEATS = 2
export const MAX_SEALED_SIGNAL_BYTES = 17408
export const BEAT_SECONDS = 3
export const EXTEND_MINUTES = 5
export const MAX_CLAIM_AGE_DAYS = 30
export const DAY_MS = 86400000
export const MAX_DOCUMENT_BYTES = 16777216
export const MAX_DOCUMENT_HEADER_BYTES = 1024
export const MAX_REASON_CHARS = 2000
export const MAX_DISPUTE_CHARS = 1000
export const MAX_SESSION_MINUTES = 240
export const FEEDBACK_DAYS = 14
export const MAX_MATCH_CODES = 32
export const MAX_PLACES = 50
export const MAX_LEAVE_OUT_CHARS = 500
export const MAX_MARKS = 64
export const MINUTE_MS = 60000
export const UNPLANNED_MINUTES = 5
export const MAX_SDP_BYTES = 49152
export const ASK_SECONDS = 60
export const STOP_SECONDS = 2
export const SIGN_IN_LABEL = "MentalVerse sign-in v1"
export const PROOF_LABEL = "MentalVerse fresh proof v1"
export const CONSENT_LABEL = "MentalVerse recording consent v1"
export const RECEIPT_LABEL = "MentalVerse attendance receipt v1"
export const CLAIM_LABEL = "MentalVerse claim v1"

export const AgendaPhase = s.oneOf("open", "check_in", "activity", "share", "closing", "debrief")
export type AgendaPhase = s.Of<typeof AgendaPhase>

export const ApplicationStanding = s.oneOf("draft", "submitted", "in_review", "approved", "refused", "withdrawn", "lapsed")
export type ApplicationStanding = s.Of<typeof ApplicationStanding>

export const AttemptOutcome = s.oneOf("reached", "declined", "unsafe", "no_answer", "unreachable")
export type AttemptOutcome = s.Of<typeof AttemptOutcome>

export const AwardState = s.oneOf("proposed", "approved", "refused")
export type AwardState = s.Of<typeof AwardState>

export const BandSetBy = s.oneOf("self", "device")
export type BandSetBy = s.Of<typeof BandSetBy>

export const BlobPurpose = s.oneOf("attachment", "archive", "group")
export type BlobPurpose = s.Of<typeof BlobPurpose>

export const CallEndReason = s.oneOf("ended", "empty", "no_facilitator", "declined", "unanswered", "case_over")
export type CallEndReason = s.Of<typeof CallEndReason>

export const CallMedia = s.oneOf("audio", "video")
export type CallMedia = s.Of<typeof CallMedia>

export const CallRole = s.oneOf("participant", "facilitator", "co_facilitator", "leader", "observer")
export type CallRole = s.Of<typeof CallRole>

export const CaseChannel = s.oneOf("text", "voice", "video")
export type CaseChannel = s.Of<typeof CaseChannel>

export const CaseNews = s.oneOf("opened", "band_changed", "accepted", "reconnecting", "reconnected", "rescue", "handed_over", "returned", "outside_lines", "guest", "stepped_out", "follow_up", "ended", "closed")
export type CaseNews = s.Of<typeof CaseNews>

export const CaseStatus = s.oneOf("waiting", "offered", "accepted", "active", "wrap_up", "follow_up_due", "following_up", "abandoned", "closed", "merged", "redirected", "void")
export type CaseStatus = s.Of<typeof CaseStatus>

export const CasesSupervised = s.oneOf("0", "1-4", "5-9", "10+")
export type CasesSupervised = s.Of<typeof CasesSupervised>

export const CheckCode = s.oneOf("mic_denied", "camera_denied", "no_device", "in_use", "e2ee_unsupported", "udp_blocked", "tls_only", "relay_unavailable", "no_media_path", "loss_high", "rtt_high")
export type CheckCode = s.Of<typeof CheckCode>

export const CheckResult = s.oneOf("good", "audio_only", "blocked")
export type CheckResult = s.Of<typeof CheckResult>

export const ClaimKind = s.oneOf("goal.set", "goal.progressed", "goal.completed", "milestone")
export type ClaimKind = s.Of<typeof ClaimKind>

export const ConsentPurpose = s.oneOf("reward", "matching", "credential", "quality", "operations", "audit", "care", "safety", "wallet", "chain", "witness")
export type ConsentPurpose = s.Of<typeof ConsentPurpose>

export const ContactChoice = s.oneOf("open", "named", "declined")
export type ContactChoice = s.Of<typeof ContactChoice>

export const ConversationKind = s.oneOf("direct", "circle", "crisis", "call", "side")
export type ConversationKind = s.Of<typeof ConversationKind>

export const CredentialStatus = s.oneOf("active", "suspended", "revoked")
export type CredentialStatus = s.Of<typeof CredentialStatus>

export const CrisisDesk = s.oneOf("none", "demo", "open")
export type CrisisDesk = s.Of<typeof CrisisDesk>

export const DeskNews = s.oneOf("duty", "band_changed", "person_away", "person_back", "nudge", "silence_alarm", "hold_lost", "returned", "transfer_asked", "transfer_over", "paused", "soft_cap", "review", "wrap_up_over", "follow_up_overdue", "supervisor_wanted", "paged", "surge", "spooled", "override", "return_wanted", "early_start", "stepped_out", "back_up_advised", "rota_gap", "ended", "changed")
export type DeskNews = s.Of<typeof DeskNews>

export const DutyStatus = s.oneOf("off", "on", "paused")
export type DutyStatus = s.Of<typeof DutyStatus>

export const EmergencyContact = s.oneOf("named", "declined")
export type EmergencyContact = s.Of<typeof EmergencyContact>

export const EntryState = s.oneOf("pending", "held", "posted", "voided", "corrected")
export type EntryState = s.Of<typeof EntryState>

export const FeedDirection = s.oneOf("publish", "subscribe")
export type FeedDirection = s.Of<typeof FeedDirection>

export const FeedLabel = s.oneOf("main", "screen")
export type FeedLabel = s.Of<typeof FeedLabel>

export const FindingWeight = s.oneOf("error", "warning")
export type FindingWeight = s.Of<typeof FindingWeight>

export const FollowUpWish = s.oneOf("yes", "declined", "unsafe")
export type FollowUpWish = s.Of<typeof FollowUpWish>

export const HelperRole = s.oneOf("holder", "successor", "guest")
export type HelperRole = s.Of<typeof HelperRole>

export const HostPresence = s.oneOf("online", "in_another_call", "away")
export type HostPresence = s.Of<typeof HostPresence>

export const Instrument = s.oneOf("helped")
export type Instrument = s.Of<typeof Instrument>

export const JsepType = s.oneOf("offer", "answer")
export type JsepType = s.Of<typeof JsepType>

export const KeyCause = s.oneOf("add", "refresh", "remove")
export type KeyCause = s.Of<typeof KeyCause>

export const LeaveReason = s.oneOf("left", "lease", "removed", "held", "ended")
export type LeaveReason = s.Of<typeof LeaveReason>

export const LinkQuality = s.oneOf("good", "fair", "poor")
export type LinkQuality = s.Of<typeof LinkQuality>

export const LossBucket = s.oneOf("0-1", "1-3", "3-10", "10+")
export type LossBucket = s.Of<typeof LossBucket>

export const MatchDatumKind = s.oneOf("languages", "slots", "challenges", "life", "stage", "goals", "style", "wished", "offered", "tastes", "required")
export type MatchDatumKind = s.Of<typeof MatchDatumKind>

export const MatchStage = s.oneOf("none", "looking", "review", "choice", "asked", "preparing", "active", "ended", "lapsed", "impossible")
export type MatchStage = s.Of<typeof MatchStage>

export const NeedState = s.oneOf("missing", "given", "met", "not_met", "expired")
export type NeedState = s.Of<typeof NeedState>

export const NeedWay = s.oneOf("statement", "document", "training", "held")
export type NeedWay = s.Of<typeof NeedWay>

export const OfferOver = s.oneOf("accepted", "declined", "expired", "rescinded")
export type OfferOver = s.Of<typeof OfferOver>

export const OnWithdraw = s.oneOf("keep", "discard")
export type OnWithdraw = s.Of<typeof OnWithdraw>

export const OptionStanding = s.oneOf("open", "closed")
export type OptionStanding = s.Of<typeof OptionStanding>

export const OverrideBasis = s.oneOf("serious_threat", "vital_interests", "child_protection", "consent")
export type OverrideBasis = s.Of<typeof OverrideBasis>

export const OverrideStatus = s.oneOf("opened", "released", "confirmed")
export type OverrideStatus = s.Of<typeof OverrideStatus>

export const Presence = s.oneOf("on", "reconnecting", "away")
export type Presence = s.Of<typeof Presence>

export const RecordingState = s.oneOf("off", "requested", "armed", "recording", "stopped")
export type RecordingState = s.Of<typeof RecordingState>

export const ReferralKind = s.oneOf("counselling", "medical", "youth", "substance", "violence", "shelter", "grief", "practical", "other")
export type ReferralKind = s.Of<typeof ReferralKind>

export const RejectReason = s.oneOf("invalid", "refused")
export type RejectReason = s.Of<typeof RejectReason>

export const RemoveReason = s.oneOf("agreement", "safety", "disturbance", "not_alone", "mistake")
export type RemoveReason = s.Of<typeof RemoveReason>

export const ReportState = s.oneOf("filed", "actioned", "dismissed", "appealed")
export type ReportState = s.Of<typeof ReportState>

export const RestartReason = s.oneOf("disconnected", "watchdog", "net_change")
export type RestartReason = s.Of<typeof RestartReason>

export const ReviewMine = s.oneOf("open", "signed", "refused")
export type ReviewMine = s.Of<typeof ReviewMine>

export const Role = s.oneOf("mentee", "mentor", "facilitator", "responder", "supervisor", "coordinator", "operator")
export type Role = s.Of<typeof Role>

export const RttBucket = s.oneOf("0-100", "100-300", "300-1000", "1000+")
export type RttBucket = s.Of<typeof RttBucket>

export const Seat = s.oneOf("participant", "staff")
export type Seat = s.Of<typeof Seat>

export const SessionStatus = s.oneOf("planned", "open", "over", "cancelled")
export type SessionStatus = s.Of<typeof SessionStatus>

export const Standing = s.oneOf("none", "peer", "licensed")
export type Standing = s.Of<typeof Standing>

export const StatusReason = s.oneOf("review", "conduct", "licence", "own_wish", "error")
export type StatusReason = s.Of<typeof StatusReason>

export const Taken = s.oneOf("stored", "spooled")
export type Taken = s.Of<typeof Taken>

export const TimeScope = s.oneOf("phase", "session", "turn")
export type TimeScope = s.Of<typeof TimeScope>

export const Topology = s.oneOf("p2p", "mesh", "sfu")
export type Topology = s.Of<typeof Topology>

export const WebhookAct = s.oneOf("add", "test", "rotate", "replay", "disable", "enable")
export type WebhookAct = s.Of<typeof WebhookAct>

export const WebhookState = s.oneOf("active", "parked", "disabled")
export type WebhookState = s.Of<typeof WebhookState>

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

/** Somebody to be in the conversation: the person's device adds and removes them. */
export const CaseHelper = s.struct({
  account: s.text,
  handle: s.text,
  role: HelperRole,
  is_reconnecting: s.absent(s.flag, false),
})
export type CaseHelper = s.Of<typeof CaseHelper>

/** A case, as the person may see it: no place in a line, which could get worse. */
export const CaseView = s.struct({
  case: s.text,
  status: CaseStatus,
  band: s.integer,
  opened_at: s.integer,
  now: s.integer,
  helpers: s.list(CaseHelper),
  conversation: s.nullable(s.text),
  wait_p50_ms: s.nullable(s.integer),
  wait_p90_ms: s.nullable(s.integer),
  outside_lines: s.flag,
  kept_until: s.nullable(s.integer),
  drill: s.absent(s.flag, false),
})
export type CaseView = s.Of<typeof CaseView>

/** Answer to the calls about one's own case; None: there never was one. */
export const CaseMineView = s.struct({
  case: s.nullable(CaseView),
  is_spooled: s.absent(s.flag, false),
})
export type CaseMineView = s.Of<typeof CaseMineView>

/** Somebody is asked to take a case. Also the notice `case.offered`. */
export const OfferView = s.struct({
  case: s.text,
  offer: s.text,
  band: s.integer,
  made_at: s.integer,
  expires_at: s.integer,
  opened_at: s.integer,
  accept_due_at: s.integer,
  now: s.integer,
  language: s.text,
  region: s.text,
  channel: CaseChannel,
  needs: s.list(s.text),
  is_minor: s.flag,
  is_rescue: s.flag,
  drill: s.absent(s.flag, false),
})
export type OfferView = s.Of<typeof OfferView>

/** A case that the caller has, was asked into, or is asked to take over. */
export const DeskCase = s.struct({
  case: s.text,
  role: s.nullable(HelperRole),
  fence: s.integer,
  status: CaseStatus,
  band: s.integer,
  person: s.text,
  conversation: s.nullable(s.text),
  opened_at: s.integer,
  language: s.text,
  region: s.text,
  channel: CaseChannel,
  needs: s.list(s.text),
  is_minor: s.flag,
  is_joined: s.flag,
  reply_due_at: s.nullable(s.integer),
  person_away_until: s.nullable(s.integer),
  responder_away_until: s.nullable(s.integer),
  silent_since: s.nullable(s.integer),
  wrap_up_until: s.nullable(s.integer),
  follow_up_required: s.flag,
  transfer_to: s.nullable(s.text),
  drill: s.absent(s.flag, false),
  return_asked: s.absent(s.flag, false),
  back_up_advised: s.absent(s.flag, false),
})
export type DeskCase = s.Of<typeof DeskCase>

/** The test page to the caller's own browsers, of this duty. */
export const PageTestView = s.struct({
  sent_at: s.nullable(s.integer),
  browsers: s.integer,
  seen_at: s.nullable(s.integer),
})
export type PageTestView = s.Of<typeof PageTestView>

/** Whoever has it asks for back-up: the caller may come in (`case.join`). */
export const WantedCase = s.struct({
  case: s.text,
  band: s.integer,
  since: s.integer,
  language: s.text,
  holder: s.nullable(s.text),
})
export type WantedCase = s.Of<typeof WantedCase>

/** Answer to `desk.mine`, and to every call that changes what it shows. */
export const DeskView = s.struct({
  now: s.integer,
  duty: DutyStatus,
  is_supervisor: s.flag,
  resting_until: s.nullable(s.integer),
  urgent_today: s.integer,
  urgent_soft_cap: s.integer,
  urgent_hard_cap: s.integer,
  max_slots: s.integer,
  offers: s.list(OfferView),
  cases: s.list(DeskCase),
  follow_ups_due: s.integer,
  is_surge: s.flag,
  is_demo: s.flag,
  may_start_early: s.absent(s.flag, false),
  page_test: s.absent(s.nullable(PageTestView), null),
  wanted: s.absent(s.list(WantedCase), []),
})
export type DeskView = s.Of<typeof DeskView>

/** An open case on the board. */
export const BoardCase = s.struct({
  case: s.text,
  band: s.integer,
  status: CaseStatus,
  opened_at: s.integer,
  accept_due_at: s.integer,
  language: s.text,
  region: s.text,
  channel: CaseChannel,
  asked: s.list(s.text),
  holder: s.nullable(s.text),
  guests: s.list(s.text),
  level: s.integer,
  paging: s.list(s.text),
  paged_at: s.nullable(s.integer),
  acked_by: s.text,
  next_rung_at: s.nullable(s.integer),
  person_away_until: s.nullable(s.integer),
  responder_away_until: s.nullable(s.integer),
  silence_level: s.integer,
  asks_for_supervisor: s.flag,
  is_clustered: s.flag,
  is_trusted: s.flag,
  drill: s.flag,
  back_up_advised: s.absent(s.flag, false),
  return_reason: s.absent(s.text, ""),
})
export type BoardCase = s.Of<typeof BoardCase>

/** Somebody of the team. */
export const BoardResponder = s.struct({
  account: s.text,
  handle: s.text,
  duty: DutyStatus,
  is_online: s.flag,
  is_supervisor: s.flag,
  slots_used: s.integer,
  max_slots: s.integer,
  resting_until: s.nullable(s.integer),
  languages: s.list(s.text),
  takes_urgent: s.flag,
})
export type BoardResponder = s.Of<typeof BoardResponder>

/** How one band was served, by arrivals within a span of time. */
export const BandFigures = s.struct({
  band: s.integer,
  arrivals: s.integer,
  judged: s.integer,
  answered_in_time: s.integer,
  excluded: s.integer,
  objective_percent: s.integer,
  wait_p50_ms: s.nullable(s.integer),
  wait_p90_ms: s.nullable(s.integer),
  wait_p99_ms: s.nullable(s.integer),
})
export type BandFigures = s.Of<typeof BandFigures>

/** Figures of the arrivals since `since`. */
export const BoardSpan = s.struct({
  since: s.integer,
  bands: s.list(BandFigures),
})
export type BoardSpan = s.Of<typeof BoardSpan>

/** People on call behind rungs of the ladder. */
export const BoardTier = s.struct({
  tier: s.text,
  targets: s.integer,
  tested_at: s.nullable(s.integer),
  is_tested: s.flag,
})
export type BoardTier = s.Of<typeof BoardTier>

/** An hour to come in which nobody is planned who may take it. */
export const BoardUncovered = s.struct({
  starts_at: s.integer,
  language: s.text,
  is_urgent: s.flag,
})
export type BoardUncovered = s.Of<typeof BoardUncovered>

/** Answer to `desk.board`. */
export const BoardView = s.struct({
  now: s.integer,
  policy: s.text,
  is_surge: s.flag,
  surge_why: s.text,
  urgent_capacity_left: s.integer,
  cases: s.list(BoardCase),
  responders: s.list(BoardResponder),
  spans: s.list(BoardSpan),
  staff_needed: s.nullable(s.integer),
  staff_present: s.integer,
  follow_ups_due: s.integer,
  follow_ups_overdue: s.integer,
  overrides_unconfirmed: s.integer,
  canary_at: s.nullable(s.integer),
  spooled: s.integer,
  is_demo: s.flag,
  tiers: s.absent(s.list(BoardTier), []),
  uncovered: s.absent(s.list(BoardUncovered), []),
  is_rota_empty: s.absent(s.flag, true),
})
export type BoardView = s.Of<typeof BoardView>

/** Somebody is to be asked how they are. */
export const FollowUpView = s.struct({
  case: s.text,
  band: s.integer,
  status: CaseStatus,
  due_at: s.integer,
  attempts: s.integer,
  person: s.text,
  conversation: s.nullable(s.text),
  language: s.text,
  taken_by: s.absent(s.nullable(s.text), null),
  is_mine: s.absent(s.flag, false),
  is_in: s.absent(s.flag, false),
})
export type FollowUpView = s.Of<typeof FollowUpView>

/** Answer to `followup.list`. */
export const FollowUps = s.struct({
  now: s.integer,
  follow_ups: s.list(FollowUpView),
})
export type FollowUps = s.Of<typeof FollowUps>

/** A claim as the two see it. */
export const ClaimView = s.struct({
  kind: ClaimKind,
  ref: s.octets,
  day: s.integer,
  attested_by: s.list(s.text),
})
export type ClaimView = s.Of<typeof ClaimView>

/** Answer to `claim.fetch`: the newest by day, at most `MAX_CLAIMS_SHOWN`. */
export const Claims = s.struct({
  claims: s.list(ClaimView),
  more: s.absent(s.flag, false),
})
export type Claims = s.Of<typeof Claims>

/** Somebody outside who is told, where there is a consent. */
export const ToldEndpoint = s.struct({
  host: s.text,
  types: s.list(s.text),
  hears_of_crises: s.flag,
})
export type ToldEndpoint = s.Of<typeof ToldEndpoint>

/** One purpose, and what the caller has said to it. */
export const PurposeView = s.struct({
  purpose: ConsentPurpose,
  version: s.integer,
  is_given: s.flag,
  given_version: s.nullable(s.integer),
  granted_at: s.nullable(s.integer),
  withdrawn_at: s.nullable(s.integer),
  was_told: s.flag,
  recipients: s.list(ToldEndpoint),
})
export type PurposeView = s.Of<typeof PurposeView>

/** Answer to each `consent.*`: all purposes, in the order of their enum. */
export const Consents = s.struct({
  consents: s.list(PurposeView),
})
export type Consents = s.Of<typeof Consents>

/** A report as whoever sent it sees it. */
export const ReportView = s.struct({
  report: s.text,
  conversation: s.text,
  at: s.integer,
  state: ReportState,
  decided_at: s.nullable(s.integer),
  appealed_at: s.nullable(s.integer),
  appeal_until: s.nullable(s.integer),
})
export type ReportView = s.Of<typeof ReportView>

/** Answer to `report.list`: the newest first, at most `MAX_REPORTS_SHOWN`. */
export const Reports = s.struct({
  reports: s.list(ReportView),
  more: s.absent(s.flag, false),
})
export type Reports = s.Of<typeof Reports>

/** Something that can be applied for. */
export const Offer = s.struct({
  type: s.text,
  needs: s.integer,
})
export type Offer = s.Of<typeof Offer>

/** Answer to `credential.offers`. */
export const Offers = s.struct({
  offers: s.list(Offer),
})
export type Offers = s.Of<typeof Offers>

/** A document that was handed in. */
export const DocumentView = s.struct({
  document: s.text,
  size: s.integer,
  blob: s.text,
})
export type DocumentView = s.Of<typeof DocumentView>

/** Minutes of training, done and needed. */
export const MinutesView = s.struct({
  done: s.integer,
  needed: s.integer,
})
export type MinutesView = s.Of<typeof MinutesView>

/** What was found when somebody looked: never who did. */
export const Finding = s.struct({
  met: s.flag,
  source: s.text,
  method: s.text,
  on: s.text,
  until: s.absent(s.nullable(s.text), null),
  since: s.absent(s.nullable(s.text), null),
})
export type Finding = s.Of<typeof Finding>

/** One point of a pack, and how far it is met. */
export const NeedView = s.struct({
  need: s.text,
  group: s.nullable(s.text),
  way: NeedWay,
  optional: s.flag,
  state: NeedState,
  since: s.absent(s.nullable(s.text), null),
  documents: s.absent(s.list(DocumentView), []),
  minutes: s.absent(s.nullable(MinutesView), null),
  finding: s.absent(s.nullable(Finding), null),
})
export type NeedView = s.Of<typeof NeedView>

/** An application as whoever applies sees it. */
export const ApplicationView = s.struct({
  application: s.text,
  type: s.text,
  standing: ApplicationStanding,
  needs: s.list(NeedView),
  signed_off: s.integer,
  at: s.integer,
  reason: s.absent(s.nullable(s.text), null),
})
export type ApplicationView = s.Of<typeof ApplicationView>

/** Answer to `application.list`: the newest first. */
export const Applications = s.struct({
  applications: s.list(ApplicationView),
})
export type Applications = s.Of<typeof Applications>

/** What is due on the way to the end of a credential. */
export const RenewalStep = s.struct({
  step: s.text,
  due_on: s.text,
})
export type RenewalStep = s.Of<typeof RenewalStep>

/** A credential of somebody. */
export const HeldCredential = s.struct({
  credential: s.text,
  type: s.text,
  level: s.integer,
  issued_at: s.integer,
  valid_until: s.integer,
  status: CredentialStatus,
  reason: s.nullable(s.text),
  is_good: s.flag,
  steps: s.list(RenewalStep),
})
export type HeldCredential = s.Of<typeof HeldCredential>

/** One training of somebody; `needed` 0: it has no end. */
export const ModuleView = s.struct({
  module: s.text,
  minutes: s.integer,
  needed: s.integer,
  is_passed: s.flag,
})
export type ModuleView = s.Of<typeof ModuleView>

/** The level that comes next, and what it still needs, by code. */
export const NextLevel = s.struct({
  level: s.text,
  needed: s.integer,
  lacks: s.list(s.text),
})
export type NextLevel = s.Of<typeof NextLevel>

/** Somebody's training; answer to those who record it. */
export const TrainingView = s.struct({
  modules: s.list(ModuleView),
  minutes: s.integer,
  levels: s.list(s.text),
  next: s.absent(s.nullable(NextLevel), null),
})
export type TrainingView = s.Of<typeof TrainingView>

/** Answer to `credential.list`: the newest first. */
export const Credentials = s.struct({
  credentials: s.list(HeldCredential),
  training: TrainingView,
})
export type Credentials = s.Of<typeof Credentials>

/** Answer to `credential.issue`. */
export const SignedCredential = s.struct({
  credential: HeldCredential,
  jwt: s.text,
})
export type SignedCredential = s.Of<typeof SignedCredential>

/** An application that waits. */
export const Waiting = s.struct({
  application: s.text,
  type: s.text,
  changed_at: s.integer,
  signed_off: s.integer,
})
export type Waiting = s.Of<typeof Waiting>

/** Answer to `review.queue`: the longest untouched first. */
export const Reviews = s.struct({
  waiting: s.list(Waiting),
  for_others: s.integer,
})
export type Reviews = s.Of<typeof Reviews>

/** An application as those who review it see it. */
export const ReviewCase = s.struct({
  view: ApplicationView,
  account: s.text,
  handle: s.text,
  mine: ReviewMine,
  others: s.list(ReviewMine),
  missing: s.list(s.text),
})
export type ReviewCase = s.Of<typeof ReviewCase>

/** Answer to `review.document`. */
export const DocumentOpened = s.struct({
  blob: s.text,
  size: s.integer,
  header: s.octets,
})
export type DocumentOpened = s.Of<typeof DocumentOpened>

/** What one event gave the caller. */
export const RewardEntry = s.struct({
  entry: s.text,
  rule: s.text,
  at: s.integer,
  minutes: s.integer,
  state: EntryState,
  micro: s.text,
  owed_micro: s.text,
  reason: s.nullable(s.text),
})
export type RewardEntry = s.Of<typeof RewardEntry>

/** Answer to `reward.list`. */
export const RewardsView = s.struct({
  entries: s.list(RewardEntry),
  more: s.flag,
  balance_micro: s.text,
  pending_micro: s.text,
  total_minutes: s.integer,
  opted_out: s.flag,
  policy_key: s.text,
})
export type RewardsView = s.Of<typeof RewardsView>

/** A pack as it is kept. */
export const SignedRewardPack = s.struct({
  document: s.text,
  key: s.text,
  signature: s.text,
})
export type SignedRewardPack = s.Of<typeof SignedRewardPack>

/** Answer to `reward.receipt`. */
export const RewardPapers = s.struct({
  document: s.text,
  pack: SignedRewardPack,
  event: s.text,
  beneficiary: s.text,
})
export type RewardPapers = s.Of<typeof RewardPapers>

/** Answer to `reward.dispute`: the one entry as it is now. */
export const RewardEntries = s.struct({
  entries: s.list(RewardEntry),
})
export type RewardEntries = s.Of<typeof RewardEntries>

/** Answer to `reward.opt`. */
export const RewardChoice = s.struct({
  opted_out: s.flag,
})
export type RewardChoice = s.Of<typeof RewardChoice>

/** A dispute as those who decide see it. */
export const DisputeView = s.struct({
  account: s.text,
  handle: s.text,
  entry: RewardEntry,
  reason: s.text,
  at: s.integer,
  mine: s.nullable(s.flag),
  others: s.integer,
})
export type DisputeView = s.Of<typeof DisputeView>

/** Answer to `reward.disputes` and `reward.decide`: the oldest first. */
export const Disputes = s.struct({
  disputes: s.list(DisputeView),
})
export type Disputes = s.Of<typeof Disputes>

/** An award as those who decide see it. */
export const AwardView = s.struct({
  award: s.text,
  account: s.text,
  handle: s.text,
  rule: s.text,
  amount_mvt: s.integer,
  reason: s.text,
  state: AwardState,
  approvals: s.integer,
  mine: s.flag,
  at: s.integer,
})
export type AwardView = s.Of<typeof AwardView>

/** Answer to `reward.awards`. */
export const Awards = s.struct({
  awards: s.list(AwardView),
})
export type Awards = s.Of<typeof Awards>

/** A revision of a pack. */
export const PackView = s.struct({
  name: s.text,
  rev: s.integer,
  hash: s.text,
  effective_at: s.integer,
  is_active: s.flag,
  mine: s.flag,
  document: s.nullable(s.text),
})
export type PackView = s.Of<typeof PackView>

/** Answer to `reward.packs` and `reward.activate`: the latest first. */
export const Packs = s.struct({
  packs: s.list(PackView),
  policy_key: s.text,
})
export type Packs = s.Of<typeof Packs>

/** An endpoint, and what became of its events. */
export const WebhookEndpoint = s.struct({
  endpoint: s.text,
  url: s.text,
  purpose: s.text,
  types: s.list(s.text),
  max_tier: s.integer,
  drills: s.flag,
  state: WebhookState,
  reason: s.nullable(s.text),
  waiting: s.integer,
  dead: s.integer,
  oldest_at: s.nullable(s.integer),
  rotating_until: s.nullable(s.integer),
  public_key: s.nullable(s.text),
})
export type WebhookEndpoint = s.Of<typeof WebhookEndpoint>

/** Answer to `webhook.list`: in the order in which they were added. */
export const Webhooks = s.struct({
  endpoints: s.list(WebhookEndpoint),
})
export type Webhooks = s.Of<typeof Webhooks>

/** One event that may be told. */
export const WebhookType = s.struct({
  type: s.text,
  tier: s.integer,
  key: s.text,
})
export type WebhookType = s.Of<typeof WebhookType>

/** Answer to `webhook.types`. */
export const WebhookTypesShown = s.struct({
  types: s.list(WebhookType),
  purposes: s.list(s.text),
})
export type WebhookTypesShown = s.Of<typeof WebhookTypesShown>

/** Something that was done to an endpoint. */
export const WebhookDone = s.struct({
  at: s.integer,
  act: WebhookAct,
  endpoint: s.text,
  by: s.nullable(s.text),
})
export type WebhookDone = s.Of<typeof WebhookDone>

/** Answer to `webhook.log`: the newest first. */
export const WebhookLogShown = s.struct({
  done: s.list(WebhookDone),
})
export type WebhookLogShown = s.Of<typeof WebhookLogShown>

/** An event that was given up, and can be sent again. */
export const WebhookDeadEvent = s.struct({
  event: s.text,
  type: s.text,
  occurred_at: s.integer,
  attempts: s.integer,
  last: s.nullable(s.text),
})
export type WebhookDeadEvent = s.Of<typeof WebhookDeadEvent>

/** Answer to `webhook.dead`: the oldest first. */
export const WebhookDeadEvents = s.struct({
  events: s.list(WebhookDeadEvent),
})
export type WebhookDeadEvents = s.Of<typeof WebhookDeadEvents>

/** Answer to `webhook.add` and `webhook.rotate`. */
export const WebhookKeyed = s.struct({
  endpoint: WebhookEndpoint,
  verifies: s.nullable(s.text),
})
export type WebhookKeyed = s.Of<typeof WebhookKeyed>

/** Answer to `webhook.test`. */
export const WebhookTested = s.struct({
  status: s.nullable(s.integer),
  outcome: s.text,
})
export type WebhookTested = s.Of<typeof WebhookTested>

/** Answer to `webhook.replay`. */
export const WebhookReplayed = s.struct({
  queued: s.integer,
})
export type WebhookReplayed = s.Of<typeof WebhookReplayed>

/** One datum that is stored. */
export const MatchDatum = s.struct({
  datum: MatchDatumKind,
  values: s.list(s.text),
  needed: s.flag,
  since: s.integer,
})
export type MatchDatum = s.Of<typeof MatchDatum>

/** What one factor gave. */
export const MatchLine = s.struct({
  code: s.text,
  weight: s.integer,
  points: s.integer,
  known: s.flag,
})
export type MatchLine = s.Of<typeof MatchLine>

/** What the two begin with, and then what they have agreed on since. */
export const MatchPlan = s.struct({
  structure: s.text,
  meetings_a_month: s.integer,
  meeting_minutes: s.integer,
  weeks: s.integer,
  goals: s.list(s.text),
})
export type MatchPlan = s.Of<typeof MatchPlan>

/** Somebody who is proposed. */
export const MatchOption = s.struct({
  option: s.integer,
  name: s.text,
  points: s.integer,
  lines: s.list(MatchLine),
  plan: MatchPlan,
  standing: OptionStanding,
})
export type MatchOption = s.Of<typeof MatchOption>

/** Other terms that one of the two asks for. */
export const MatchWish = s.struct({
  structure: s.text,
  meetings_a_month: s.integer,
  until: s.integer,
})
export type MatchWish = s.Of<typeof MatchWish>

/** Two who both said yes. */
export const Together = s.struct({
  relationship: s.text,
  name: s.text,
  plan: MatchPlan,
  is_active: s.flag,
  i_am_mentor: s.flag,
  mine_at: s.integer,
  theirs_at: s.integer,
  oriented: s.flag,
  they_are_oriented: s.flag,
  contact: ContactChoice,
  conversation: s.absent(s.nullable(s.text), null),
  phase: s.absent(s.integer, 1),
  i_wish: s.absent(s.nullable(MatchWish), null),
  they_wish: s.absent(s.nullable(MatchWish), null),
})
export type Together = s.Of<typeof Together>

/** Somebody who would like one as their mentor. */
export const MatchAsk = s.struct({
  ask: s.text,
  name: s.text,
  plan: MatchPlan,
  answer_by: s.integer,
})
export type MatchAsk = s.Of<typeof MatchAsk>

/** How everything stands for an account; answer of every command but a mentor's. */
export const MatchView = s.struct({
  stage: MatchStage,
  data: s.list(MatchDatum),
  until: s.absent(s.nullable(s.integer), null),
  proposal: s.absent(s.nullable(s.text), null),
  options: s.absent(s.list(MatchOption), []),
  chosen: s.absent(s.nullable(s.integer), null),
  together: s.absent(s.list(Together), []),
  against: s.absent(s.list(s.text), []),
  asks: s.absent(s.list(MatchAsk), []),
})
export type MatchView = s.Of<typeof MatchView>

/** What a mentor has told, and whether they are proposed. */
export const MatchOffering = s.struct({
  data: s.list(MatchDatum),
  places: s.absent(s.integer, 0),
  taken: s.absent(s.integer, 0),
  paused: s.absent(s.flag, false),
  eligible: s.absent(s.flag, false),
  since: s.absent(s.nullable(s.integer), null),
})
export type MatchOffering = s.Of<typeof MatchOffering>

/** A mentor, as a coordinator sees them. */
export const OptionProposed = s.struct({
  option: s.integer,
  account: s.text,
  name: s.text,
  points: s.integer,
  lines: s.list(MatchLine),
  plan: MatchPlan,
})
export type OptionProposed = s.Of<typeof OptionProposed>

/** A proposal that waits for a look. */
export const ProposalWaiting = s.struct({
  proposal: s.text,
  account: s.text,
  name: s.text,
  until: s.integer,
  options: s.list(OptionProposed),
})
export type ProposalWaiting = s.Of<typeof ProposalWaiting>

/** A run that is over. */
export const RunDone = s.struct({
  finished_at: s.integer,
  mentees: s.integer,
  mentors: s.integer,
  matched: s.integer,
})
export type RunDone = s.Of<typeof RunDone>

/** What waits: the soonest over first. */
export const MatchReviews = s.struct({
  waiting: s.list(ProposalWaiting),
  waiting_in_all: s.integer,
  looking: s.integer,
  is_running: s.flag,
  last: s.absent(s.nullable(RunDone), null),
})
export type MatchReviews = s.Of<typeof MatchReviews>

/** Answer to the person's calls: never the envelope, which their device has. */
export const LocationKept = s.struct({
  until: s.nullable(s.integer),
})
export type LocationKept = s.Of<typeof LocationKept>

/** Where the person is, for who also has the half of their conversation. */
export const LocationReleased = s.struct({
  case: s.text,
  envelope: s.octets,
  key_half: s.octets,
})
export type LocationReleased = s.Of<typeof LocationReleased>

/** An override that is not over. */
export const OverrideView = s.struct({
  override: s.text,
  case: s.text,
  status: OverrideStatus,
  basis: OverrideBasis,
  to: s.text,
  statement_hash: s.text,
  released_hash: s.text,
  person_informed: s.flag,
  why_not: s.text,
  opened_by: s.text,
  opened_by_handle: s.nullable(s.text),
  opened_at: s.integer,
  alone_from: s.integer,
  cosigned_by: s.nullable(s.text),
  alone_because: s.text,
  released_at: s.nullable(s.integer),
  confirmed_by: s.nullable(s.text),
  confirmed_at: s.nullable(s.integer),
  told_next_at: s.integer,
  has_location: s.flag,
  drill: s.absent(s.flag, false),
})
export type OverrideView = s.Of<typeof OverrideView>

/** Answer to all calls about overrides, the oldest first. */
export const Overrides = s.struct({
  now: s.integer,
  overrides: s.list(OverrideView),
})
export type Overrides = s.Of<typeof Overrides>

/** Answer to `audit.list`. */
export const AuditRows = s.struct({
  rows: s.list(s.text),
  total: s.integer,
  head: s.nullable(s.text),
})
export type AuditRows = s.Of<typeof AuditRows>

/** A planned shift. */
export const ShiftView = s.struct({
  shift: s.text,
  account: s.text,
  handle: s.text,
  starts_at: s.integer,
  ends_at: s.integer,
  is_mine: s.flag,
})
export type ShiftView = s.Of<typeof ShiftView>

/** How many are planned in an hour who may take cases in a language. */
export const HourCover = s.struct({
  starts_at: s.integer,
  language: s.text,
  people: s.integer,
  urgent_people: s.integer,
})
export type HourCover = s.Of<typeof HourCover>

/** Somebody who can be planned. */
export const RotaMember = s.struct({
  account: s.text,
  handle: s.text,
  languages: s.list(s.text),
  takes_urgent: s.flag,
})
export type RotaMember = s.Of<typeof RotaMember>

/** Answer to `rota.list` and `rota.change`. */
export const Rota = s.struct({
  now: s.integer,
  starts_at: s.integer,
  ends_at: s.integer,
  may_change: s.flag,
  shifts: s.list(ShiftView),
  is_whole: s.flag,
  hours: s.list(HourCover),
  members: s.list(RotaMember),
})
export type Rota = s.Of<typeof Rota>

/** One thing to mend. */
export const PolicyFinding = s.struct({
  weight: FindingWeight,
  where: s.text,
  what: s.text,
})
export type PolicyFinding = s.Of<typeof PolicyFinding>

/** A revision that is, or was, in force. */
export const PolicyRevision = s.struct({
  revision: s.text,
  adopted_at: s.nullable(s.integer),
  proposed_by: s.nullable(s.text),
  adopted_by: s.nullable(s.text),
  signed_by: s.text,
  signed_on: s.text,
})
export type PolicyRevision = s.Of<typeof PolicyRevision>

/** A revision that waits for a second supervisor. */
export const PolicyProposal = s.struct({
  revision: s.text,
  document: s.text,
  document_hash: s.text,
  proposed_by: s.nullable(s.text),
  is_mine: s.flag,
  proposed_at: s.integer,
  signed_by: s.text,
  signed_on: s.text,
  findings: s.list(PolicyFinding),
})
export type PolicyProposal = s.Of<typeof PolicyProposal>

/** Answer to all calls but `policy.try`. */
export const PolicyView = s.struct({
  now: s.integer,
  revision: s.text,
  document: s.text,
  findings: s.list(PolicyFinding),
  history: s.list(PolicyRevision),
  proposal: s.nullable(PolicyProposal),
  clinical_owner: s.text,
})
export type PolicyView = s.Of<typeof PolicyView>

/** How cases of a band fared by what was promised then, and by the document. */
export const PastFigures = s.struct({
  band: s.integer,
  judged: s.integer,
  in_time: s.integer,
  in_time_here: s.integer,
})
export type PastFigures = s.Of<typeof PastFigures>

/** What the same arrivals come to in the simulator, of each band. */
export const TwinFigures = s.struct({
  band: s.integer,
  arrivals: s.integer,
  in_time_permille: s.integer,
  in_time_permille_here: s.integer,
  wait_p90_ms: s.integer,
  wait_p90_ms_here: s.integer,
})
export type TwinFigures = s.Of<typeof TwinFigures>

/** Answer to `policy.try`. */
export const PolicyTrial = s.struct({
  problem: s.text,
  findings: s.list(PolicyFinding),
  past: s.list(PastFigures),
  twin: s.list(TwinFigures),
  assumptions: s.list(s.text),
})
export type PolicyTrial = s.Of<typeof PolicyTrial>

/** One way to reach a service. */
export const ReferralContact = s.struct({
  channel: s.text,
  value: s.text,
})
export type ReferralContact = s.Of<typeof ReferralContact>

/** One service. */
export const ReferralView = s.struct({
  name: s.text,
  what: s.text,
  kind: ReferralKind,
  contacts: s.list(ReferralContact),
  languages: s.list(s.text),
  hours: s.text,
  cost: s.text,
  checked_on: s.text,
})
export type ReferralView = s.Of<typeof ReferralView>

/** Answer to `referral.list`: at most `MAX_REFERRALS`, never cut short. */
export const Referrals = s.struct({
  services: s.list(ReferralView),
  is_list_empty: s.flag,
})
export type Referrals = s.Of<typeof Referrals>

/** One entry of `RTCConfiguration.iceServers` (W3C WebRTC). */
export const IceServer = s.struct({
  urls: s.list(s.text),
  username: s.absent(s.text, ""),
  credential: s.absent(s.text, ""),
})
export type IceServer = s.Of<typeof IceServer>

/** Answer to `ice.refresh`: ask again after four fifths of `ttl_seconds`. */
export const IceAccess = s.struct({
  ice_servers: s.list(IceServer),
  ttl_seconds: s.integer,
  relay: s.flag,
})
export type IceAccess = s.Of<typeof IceAccess>

/** Answer to `call.check`. */
export const CallCheckView = s.struct({
  access: IceAccess,
  is_sfu_up: s.flag,
  echo: s.nullable(s.text),
})
export type CallCheckView = s.Of<typeof CallCheckView>

/** A call, as anybody in its conversation may see it. */
export const CallView = s.struct({
  call: s.text,
  conversation: s.text,
  conversation_kind: ConversationKind,
  kind: s.text,
  media: CallMedia,
  topology: Topology,
  relay: s.flag,
  started_by: s.text,
  started_at: s.integer,
  seats: s.integer,
  taken: s.integer,
  session: s.nullable(s.text),
  planned_minutes: s.nullable(s.integer),
  has_waiting_room: s.flag,
  agreement: s.nullable(s.text),
})
export type CallView = s.Of<typeof CallView>

/** Answer to `call.list`: at most `MAX_OPEN_CALLS`, the newest first. */
export const Calls = s.struct({
  calls: s.list(CallView),
  seated: s.absent(s.list(s.text), []),
})
export type Calls = s.Of<typeof Calls>

/** The caller's own seat. */
export const SeatHeld = s.struct({
  member: s.text,
  device: s.text,
  seat_no: s.integer,
  role: CallRole,
  conn_epoch: s.integer,
  access: IceAccess,
  lease_seconds: s.integer,
  resume_token: s.text,
})
export type SeatHeld = s.Of<typeof SeatHeld>

/** Somebody on a seat. */
export const RosterMember = s.struct({
  member: s.text,
  device: s.text,
  handle: s.text,
  seat_no: s.integer,
  role: CallRole,
  conn_epoch: s.integer,
  presence: Presence,
  joined_at: s.integer,
  muted: s.absent(s.flag, false),
  camera: s.absent(s.flag, false),
  quality: s.absent(LinkQuality, "good"),
  is_held_mute: s.absent(s.flag, false),
  is_recorder: s.absent(s.flag, false),
  standing: s.absent(Standing, "none"),
  licence_checked_at: s.absent(s.nullable(s.integer), null),
})
export type RosterMember = s.Of<typeof RosterMember>

/** Somebody in the line; told to the staff alone. */
export const WaitingMember = s.struct({
  member: s.text,
  handle: s.text,
  since: s.integer,
  place: s.integer,
  alone: s.absent(s.flag, false),
})
export type WaitingMember = s.Of<typeof WaitingMember>

/** A feed that can be subscribed to. */
export const FeedView = s.struct({
  feed: s.text,
  member: s.text,
  device: s.text,
  label: FeedLabel,
  paused: s.absent(s.flag, false),
})
export type FeedView = s.Of<typeof FeedView>

/** Where the agenda is. Overtime is shown, never cut. */
export const PhaseView = s.struct({
  index: s.integer,
  phase: AgendaPhase,
  started_at: s.integer,
  ends_at: s.integer,
})
export type PhaseView = s.Of<typeof PhaseView>

/** The talking piece: who has it, and in which order it goes round. */
export const PieceView = s.struct({
  order: s.list(s.text),
  position: s.integer,
  holder: s.text,
  turn: s.integer,
  turn_ends_at: s.nullable(s.integer),
})
export type PieceView = s.Of<typeof PieceView>

/** Somebody has agreed. */
export const ConsentView = s.struct({
  member: s.text,
  device: s.text,
  at: s.integer,
  signature: s.octets,
})
export type ConsentView = s.Of<typeof ConsentView>

/** A recording, as everybody sees it. */
export const RecordingView = s.struct({
  request: s.text,
  state: RecordingState,
  purpose: s.text,
  text_hash: s.text,
  on_withdraw: OnWithdraw,
  receivers: s.list(s.text),
  recorder: s.text,
  requested_by: s.text,
  requested_at: s.integer,
  asked_until: s.integer,
  consents: s.list(ConsentView),
  missing: s.list(s.text),
  started_at: s.absent(s.nullable(s.integer), null),
  stopped_at: s.absent(s.nullable(s.integer), null),
})
export type RecordingView = s.Of<typeof RecordingView>

/** A call as it is after the notice `seq`. */
export const Roster = s.struct({
  call: s.text,
  seq: s.integer,
  now: s.integer,
  view: CallView,
  group: s.nullable(s.text),
  members: s.list(RosterMember),
  waiting: s.list(WaitingMember),
  is_locked: s.flag,
  paused_until: s.nullable(s.integer),
  feeds: s.list(FeedView),
  hands: s.list(s.text),
  phase: s.nullable(PhaseView),
  piece: s.nullable(PieceView),
  spotlight: s.nullable(s.text),
  presenter: s.nullable(s.text),
  recording: s.nullable(RecordingView),
  flagged: s.absent(s.list(s.text), []),
  key_epoch: s.absent(s.nullable(s.integer), null),
  key_transition: s.absent(s.integer, 0),
})
export type Roster = s.Of<typeof Roster>

/** Who lets people in, for those who wait. */
export const HostView = s.struct({
  presence: HostPresence,
  member: s.absent(s.nullable(s.text), null),
  handle: s.absent(s.text, ""),
  standing: s.absent(Standing, "none"),
  licence_checked_at: s.absent(s.nullable(s.integer), null),
})
export type HostView = s.Of<typeof HostView>

/** The caller waits; `member.admitted` says when that is over: join again. */
export const WaitingPlace = s.struct({
  place: s.integer,
  host: HostView,
  is_recording: s.absent(s.flag, false),
})
export type WaitingPlace = s.Of<typeof WaitingPlace>

/** Answer to `call.join` and `call.resume`: a seat with the roster, or a place. */
export const CallJoined = s.struct({
  call: s.text,
  seq: s.integer,
  seat: s.nullable(SeatHeld),
  roster: s.nullable(Roster),
  waiting: s.nullable(WaitingPlace),
  recording: s.absent(s.nullable(RecordingView), null),
})
export type CallJoined = s.Of<typeof CallJoined>

/** The number of the last notice for all: a gap is read with `roster.fetch`. */
export const CallSeq = s.struct({
  seq: s.integer,
})
export type CallSeq = s.Of<typeof CallSeq>

/** How long somebody held a seat, all of their visits together. */
export const Attendance = s.struct({
  member: s.text,
  attended_seconds: s.integer,
})
export type Attendance = s.Of<typeof Attendance>

/** What counts of the caller's own time, once that is settled. */
export const CountedMinutes = s.struct({
  minutes: s.integer,
  is_countersigned: s.flag,
})
export type CountedMinutes = s.Of<typeof CountedMinutes>

/** Answer to `attendance.fetch`, while a call lasts and as long as it is kept. */
export const AttendanceView = s.struct({
  call: s.text,
  planned_minutes: s.nullable(s.integer),
  is_over: s.flag,
  attendance: s.list(Attendance),
  counted: s.absent(s.nullable(CountedMinutes), null),
})
export type AttendanceView = s.Of<typeof AttendanceView>

/** Answer to both: what the caller may know. */
export const RouteView = s.struct({
  may_choose: s.flag,
  wishes_direct: s.flag,
  relay: s.flag,
})
export type RouteView = s.Of<typeof RouteView>

/** One phase of an agenda. */
export const PhasePlan = s.struct({
  phase: AgendaPhase,
  minutes: s.integer,
})
export type PhasePlan = s.Of<typeof PhasePlan>

/** A kind of session: data of the server, not code. */
export const SessionKindView = s.struct({
  kind: s.text,
  minutes: s.integer,
  media: CallMedia,
  min_participants: s.integer,
  max_participants: s.integer,
  staff_seats: s.integer,
  needs_licensed_lead: s.flag,
  has_waiting_room: s.flag,
  needs_agreement: s.flag,
  needs_booking: s.flag,
  is_low_bandwidth: s.flag,
  phases: s.list(PhasePlan),
})
export type SessionKindView = s.Of<typeof SessionKindView>

/** Answer to `session.kinds`: at most `MAX_KINDS`. */
export const SessionKindList = s.struct({
  kinds: s.list(SessionKindView),
})
export type SessionKindList = s.Of<typeof SessionKindList>

/** A planned session. */
export const SessionView = s.struct({
  session: s.text,
  conversation: s.text,
  kind: s.text,
  status: SessionStatus,
  starts_at: s.integer,
  minutes: s.integer,
  capacity: s.integer,
  staff_seats: s.integer,
  media: CallMedia,
  needs_screening: s.flag,
  is_screened: s.flag,
  planned_by: s.text,
  call: s.nullable(s.text),
})
export type SessionView = s.Of<typeof SessionView>

/** Answer to `session.list`: at most `MAX_SESSIONS`, the earliest first. */
export const Sessions = s.struct({
  now: s.integer,
  sessions: s.list(SessionView),
  more: s.absent(s.flag, false),
})
export type Sessions = s.Of<typeof Sessions>

/** Answer to `agreement.get`. Each language's text has a hash of its own. */
export const AgreementView = s.struct({
  hash: s.text,
  version: s.integer,
  language: s.text,
  text: s.text,
})
export type AgreementView = s.Of<typeof AgreementView>

/** Answer to `hand.raise`. */
export const HandPlace = s.struct({
  place: s.integer,
})
export type HandPlace = s.Of<typeof HandPlace>

/** Answer to `side.open`: the call aside, which both join. */
export const SideView = s.struct({
  side: s.text,
})
export type SideView = s.Of<typeof SideView>

/** A session description of the forwarder. */
export const EngineJsep = s.struct({
  type: JsepType,
  sdp: s.text,
  e2ee: s.absent(s.flag, true),
})
export type EngineJsep = s.Of<typeof EngineJsep>

/** Answer to `feed.publish`. */
export const FeedAnswered = s.struct({
  feed: s.text,
  jsep: EngineJsep,
})
export type FeedAnswered = s.Of<typeof FeedAnswered>

/** Which feed an m-line carries. */
export const FeedMid = s.struct({
  mid: s.text,
  feed: s.text,
})
export type FeedMid = s.Of<typeof FeedMid>

/** What the forwarder offers now, to be answered with `feed.answer`. */
export const FeedOffer = s.struct({
  offer: s.integer,
  jsep: s.nullable(EngineJsep),
  map: s.list(FeedMid),
})
export type FeedOffer = s.Of<typeof FeedOffer>

/** Answer to `feed.restart`. */
export const FeedPath = s.struct({
  replace: s.flag,
  conn_epoch: s.integer,
  offer: s.absent(s.integer, 0),
  jsep: s.absent(s.nullable(EngineJsep), null),
})
export type FeedPath = s.Of<typeof FeedPath>

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

/** Ask `case.mine`. To every device of the person. */
export const CaseChanged = s.struct({
  case: s.text,
  what: CaseNews,
})
export type CaseChanged = s.Of<typeof CaseChanged>

/** An offer is over. */
export const OfferRescinded = s.struct({
  case: s.text,
  offer: s.text,
  why: OfferOver,
})
export type OfferRescinded = s.Of<typeof OfferRescinded>

/** Ask `desk.mine`, or `desk.board`. To those whom it concerns. */
export const DeskChanged = s.struct({
  case: s.nullable(s.text),
  what: DeskNews,
})
export type DeskChanged = s.Of<typeof DeskChanged>

/** The server is going down: come back after `retry_after_ms`. */
export const DrainStarted = s.struct({
  retry_after_ms: s.integer,
})
export type DrainStarted = s.Of<typeof DrainStarted>

/** A call is open. To every device of the conversation, not of the seats alone. */
export const CallStarted = s.struct({
  call: s.text,
  seq: s.integer,
  view: CallView,
})
export type CallStarted = s.Of<typeof CallStarted>

/** Somebody will not come. */
export const CallDeclined = s.struct({
  call: s.text,
  seq: s.integer,
  member: s.text,
})
export type CallDeclined = s.Of<typeof CallDeclined>

/** Nobody leads: the room is locked, and ends at `until`. */
export const CallPaused = s.struct({
  call: s.text,
  seq: s.integer,
  until: s.integer,
})
export type CallPaused = s.Of<typeof CallPaused>

/** Somebody leads again. */
export const CallContinued = s.struct({
  call: s.text,
  seq: s.integer,
})
export type CallContinued = s.Of<typeof CallContinued>

/** A call is over. To every device of the conversation. */
export const CallEnded = s.struct({
  call: s.text,
  seq: s.integer,
  reason: CallEndReason,
  planned_minutes: s.absent(s.nullable(s.integer), null),
  attendance: s.absent(s.list(Attendance), []),
})
export type CallEnded = s.Of<typeof CallEnded>

/** The group that keys the frames from now on. */
export const CallAttached = s.struct({
  call: s.text,
  seq: s.integer,
  conversation: s.text,
})
export type CallAttached = s.Of<typeof CallAttached>

/** Somebody knocks, or moved up. To the staff, and the place to whoever waits. */
export const MemberWaited = s.struct({
  call: s.text,
  seq: s.integer,
  waiting: WaitingMember,
})
export type MemberWaited = s.Of<typeof MemberWaited>

/** Somebody else lets people in, or nobody does. To those who wait. */
export const HostChanged = s.struct({
  call: s.text,
  seq: s.integer,
  host: HostView,
})
export type HostChanged = s.Of<typeof HostChanged>

/** Somebody may come in. To the staff and to them: they join again. */
export const MemberAdmitted = s.struct({
  call: s.text,
  seq: s.integer,
  member: s.text,
})
export type MemberAdmitted = s.Of<typeof MemberAdmitted>

/** A seat is taken, or taken over by another device of its account. */
export const MemberJoined = s.struct({
  call: s.text,
  seq: s.integer,
  joined: RosterMember,
})
export type MemberJoined = s.Of<typeof MemberJoined>

/** A seat is not as it was. */
export const MemberChanged = s.struct({
  call: s.text,
  seq: s.integer,
  changed: RosterMember,
})
export type MemberChanged = s.Of<typeof MemberChanged>

/** A seat is free again, or a place in the line (then to the staff). */
export const MemberLeft = s.struct({
  call: s.text,
  seq: s.integer,
  member: s.text,
  reason: LeaveReason,
})
export type MemberLeft = s.Of<typeof MemberLeft>

/** Somebody was removed: connections to them close at once. Also to them. */
export const MemberRemoved = s.struct({
  call: s.text,
  seq: s.integer,
  member: s.text,
  device: s.text,
})
export type MemberRemoved = s.Of<typeof MemberRemoved>

/** A member asked for help and lets who leads know. To the staff alone. */
export const MemberFlagged = s.struct({
  call: s.text,
  seq: s.integer,
  member: s.text,
})
export type MemberFlagged = s.Of<typeof MemberFlagged>

/** Another connection of the account has the seat. Once, to the one before. */
export const SeatReplaced = s.struct({
  call: s.text,
  seq: s.integer,
  conn_epoch: s.integer,
})
export type SeatReplaced = s.Of<typeof SeatReplaced>

/** Whoever leads asks for silence, or has made it. To that member. */
export const SeatMuted = s.struct({
  call: s.text,
  seq: s.integer,
  is_held: s.flag,
})
export type SeatMuted = s.Of<typeof SeatMuted>

/** Whoever leads would like to hear this member. Nothing is turned on. */
export const UnmuteInvited = s.struct({
  call: s.text,
  seq: s.integer,
})
export type UnmuteInvited = s.Of<typeof UnmuteInvited>

/** A sealed signal of another seat. */
export const SignalSent = s.struct({
  call: s.text,
  seq: s.integer,
  member: s.text,
  device: s.text,
  conn_epoch: s.integer,
  pc_gen: s.integer,
  sealed: s.octets,
})
export type SignalSent = s.Of<typeof SignalSent>

/** The other side makes the path anew. */
export const PeerRestarted = s.struct({
  call: s.text,
  seq: s.integer,
  member: s.text,
  device: s.text,
  conn_epoch: s.integer,
  pc_gen: s.integer,
  reason: RestartReason,
})
export type PeerRestarted = s.Of<typeof PeerRestarted>

/** A commit was accepted: install its keys, then `key.confirm`. */
export const KeyPrepared = s.struct({
  call: s.text,
  seq: s.integer,
  epoch: s.integer,
  transition: s.integer,
  cause: KeyCause,
})
export type KeyPrepared = s.Of<typeof KeyPrepared>

/** Everybody is ready, or 1.5 s are over: send under this epoch. */
export const KeySwitched = s.struct({
  call: s.text,
  seq: s.integer,
  epoch: s.integer,
  transition: s.integer,
})
export type KeySwitched = s.Of<typeof KeySwitched>

/** A session was planned, moved or called off. To the conversation's devices. */
export const SessionChanged = s.struct({
  session: SessionView,
})
export type SessionChanged = s.Of<typeof SessionChanged>

/** Somebody would like to speak. */
export const HandRaised = s.struct({
  call: s.text,
  seq: s.integer,
  member: s.text,
  place: s.integer,
})
export type HandRaised = s.Of<typeof HandRaised>

/** A hand is down; those after it move up. */
export const HandLowered = s.struct({
  call: s.text,
  seq: s.integer,
  member: s.text,
})
export type HandLowered = s.Of<typeof HandLowered>

/** The agenda is elsewhere, or has more time. */
export const PhaseMoved = s.struct({
  call: s.text,
  seq: s.integer,
  phase: PhaseView,
})
export type PhaseMoved = s.Of<typeof PhaseMoved>

/** So much is left: at 10, 5 and 1 min, and at 0, when overtime begins. */
export const TimeAnnounced = s.struct({
  call: s.text,
  seq: s.integer,
  scope: TimeScope,
  remaining_minutes: s.integer,
})
export type TimeAnnounced = s.Of<typeof TimeAnnounced>

/** A round has begun, or the piece has passed on. */
export const PieceMoved = s.struct({
  call: s.text,
  seq: s.integer,
  piece: PieceView,
})
export type PieceMoved = s.Of<typeof PieceMoved>

/** The round is over. */
export const PieceStopped = s.struct({
  call: s.text,
  seq: s.integer,
})
export type PieceStopped = s.Of<typeof PieceStopped>

/** Somebody asks the reader aside. To the two of them. */
export const SideOpened = s.struct({
  call: s.text,
  seq: s.integer,
  side: s.text,
  conversation: s.text,
  member: s.text,
})
export type SideOpened = s.Of<typeof SideOpened>

/** Somebody presents. */
export const ScreenClaimed = s.struct({
  call: s.text,
  seq: s.integer,
  member: s.text,
})
export type ScreenClaimed = s.Of<typeof ScreenClaimed>

/** Nobody presents. */
export const ScreenReleased = s.struct({
  call: s.text,
  seq: s.integer,
  is_revoked: s.absent(s.flag, false),
})
export type ScreenReleased = s.Of<typeof ScreenReleased>

/** Nobody new comes in. */
export const RoomLocked = s.struct({
  call: s.text,
  seq: s.integer,
})
export type RoomLocked = s.Of<typeof RoomLocked>

/** The door is open as the kind of session says. */
export const RoomUnlocked = s.struct({
  call: s.text,
  seq: s.integer,
})
export type RoomUnlocked = s.Of<typeof RoomUnlocked>

/** One member is shown large, or nobody. */
export const RoomSpotlit = s.struct({
  call: s.text,
  seq: s.integer,
  member: s.nullable(s.text),
})
export type RoomSpotlit = s.Of<typeof RoomSpotlit>

/** There is a new feed. */
export const FeedPublished = s.struct({
  call: s.text,
  seq: s.integer,
  feed: FeedView,
})
export type FeedPublished = s.Of<typeof FeedPublished>

/** A feed is gone. */
export const FeedEnded = s.struct({
  call: s.text,
  seq: s.integer,
  feed: s.text,
})
export type FeedEnded = s.Of<typeof FeedEnded>

/** A feed stands still in the forwarder, or goes on. */
export const FeedPaused = s.struct({
  call: s.text,
  seq: s.integer,
  feed: s.text,
  paused: s.flag,
})
export type FeedPaused = s.Of<typeof FeedPaused>

/** The forwarder is another one: publish and subscribe anew. To each seat. */
export const FeedRestarted = s.struct({
  call: s.text,
  seq: s.integer,
  replace: s.flag,
  conn_epoch: s.integer,
})
export type FeedRestarted = s.Of<typeof FeedRestarted>

/** An entry of the ledger, and where the recording is after it. */
export const RecordingMoved = s.struct({
  call: s.text,
  seq: s.integer,
  member: s.nullable(s.text),
  recording: RecordingView,
})
export type RecordingMoved = s.Of<typeof RecordingMoved>

/** Something became of an application or a credential of one's own: look anew. */
export const CredentialsChanged = s.struct({})
export type CredentialsChanged = s.Of<typeof CredentialsChanged>

/** Something waits for a decision, or waits no longer: look anew. */
export const ReviewsChanged = s.struct({})
export type ReviewsChanged = s.Of<typeof ReviewsChanged>

/** Something about the caller's rewards has changed: look anew. */
export const RewardsChanged = s.struct({})
export type RewardsChanged = s.Of<typeof RewardsChanged>

/** Something became of a search, an ask or a relationship: look anew. */
export const MatchChanged = s.struct({})
export type MatchChanged = s.Of<typeof MatchChanged>

/** Something waits for a look, or waits no longer: look anew. */
export const MatchQueueChanged = s.struct({})
export type MatchQueueChanged = s.Of<typeof MatchQueueChanged>

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
  crisis_desk: s.absent(CrisisDesk, "none"),
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

/** The request is kept. */
export const CrisisOpened = s.struct({
  taken: Taken,
  guest: s.absent(s.nullable(GuestBegun), null),
  case: s.absent(s.nullable(CaseView), null),
})
export type CrisisOpened = s.Of<typeof CrisisOpened>

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

/** Ask for help. Nothing but `request` is required. */
export interface CaseOpen {
  readonly request: string
  readonly tap_age_ms?: number
  readonly band?: number | null
  readonly set_by?: BandSetBy
  readonly language?: string
  readonly region?: string
  readonly needs?: readonly string[]
  readonly channel?: CaseChannel
  readonly is_minor?: boolean
  readonly call?: string | null
  readonly tell_lead?: boolean
}

/** How it stands with the newest case of whoever asks. */
export type CaseMine = Readonly<Record<string, never>>

/** It is getting worse; without a band, one higher than it is. */
export interface CaseRaise {
  readonly case?: string | null
  readonly band?: number | null
  readonly set_by?: BandSetBy
}

/** Leave the queue, or end the conversation. Leaving quickly sends nothing. */
export type CaseLeave = Readonly<Record<string, never>>

/** Take the place again that was left. */
export type CaseResume = Readonly<Record<string, never>>

/** The person's device is there: every 15 s while somebody has the case. */
export type CaseBeat = Readonly<Record<string, never>>

/** The conversation that belongs to the case; the caller has made it. */
export interface CaseAttach {
  readonly conversation: string
}

/** Begin, or go on after a break. */
export type DutyStart = Readonly<Record<string, never>>

/** A break: it always works. Cases that one has stay. */
export type DutyPause = Readonly<Record<string, never>>

/** Go. Cases that one has stay until they are over or handed on. */
export type DutyEnd = Readonly<Record<string, never>>

/** This device is there and shows what it is sent: every 15 s while on duty. */
export type DutyBeat = Readonly<Record<string, never>>

/** Send the caller's own browsers a test page once more; twice a minute at most. */
export type DutyTest = Readonly<Record<string, never>>

/** The test page has come, says the caller. */
export type DutyTestSeen = Readonly<Record<string, never>>

/** Everything that is the caller's at the desk. */
export type DeskMine = Readonly<Record<string, never>>

/** Everything that supervisors look at: no names of persons, no ranking. */
export type DeskBoard = Readonly<Record<string, never>>

/** Take a case, with the device that asks. */
export interface CaseAccept {
  readonly case: string
  readonly offer: string
}

/** Without a reason: none is needed. */
export interface CaseDecline {
  readonly case: string
  readonly offer: string
}

/** The caller is writing: the clock of silence waits a little. Every 5 s at most. */
export interface CaseTyping {
  readonly case: string
}

/** It is less urgent, and why. */
export interface CaseLower {
  readonly case: string
  readonly band: number
  readonly reason: string
}

/** Hand a case on: to somebody who is asked (warm), or back to the queue (cold). */
export interface CaseTransfer {
  readonly case: string
  readonly fence: number
  readonly to?: string | null
  readonly reason?: string | null
}

/** Whoever is asked to take over agrees, with this device, or cannot. */
export interface CaseTransferAnswer {
  readonly case: string
  readonly accept: boolean
}

/** Ask the supervisors to come in; the caller stays. */
export interface CaseEscalate {
  readonly case: string
  readonly fence: number
}

/** A supervisor comes in, visibly: the person's device is asked to add them. */
export interface CaseJoin {
  readonly case: string
}

/** A guest leaves before the end; the person's device is asked to remove them. */
export interface CaseStepOut {
  readonly case: string
}

/** End the conversation; the wrap-up begins. */
export interface CaseEnd {
  readonly case: string
  readonly fence: number
}

/** Sum up a conversation that is over. */
export interface CaseWrapUp {
  readonly case: string
  readonly fence: number
  readonly outcome: string
  readonly follow_up?: FollowUpWish | null
}

/** The caller has seen the page for this case and takes care of it. */
export interface PageAck {
  readonly case: string
}

/** The follow-ups that are open, the longest due first. */
export type FollowUpList = Readonly<Record<string, never>>

/** Mean to do it, or step back from it; a supervisor may take it from anybody. */
export interface FollowUpTake {
  readonly case: string
  readonly take?: boolean
}

/** Somebody tried to ask the person how they are. */
export interface FollowUpRecord {
  readonly case: string
  readonly outcome: AttemptOutcome
}

/** Sign a claim, the first of the two or the second; the same again is fine. */
export interface ClaimAttest {
  readonly conversation: string
  readonly kind: ClaimKind
  readonly ref: Uint8Array
  readonly day: number
  readonly signature: Uint8Array
}

/** The claims of a conversation. */
export interface ClaimFetch {
  readonly conversation: string
}

/** Every purpose, with who is told and what the caller has said to it. */
export type ConsentList = Readonly<Record<string, never>>

/** Agree to a purpose; who agrees already changes nothing. */
export interface ConsentGrant {
  readonly purpose: ConsentPurpose
  readonly version: number
}

/** Agree to a purpose no more; who does not agree changes nothing. */
export interface ConsentWithdraw {
  readonly purpose: ConsentPurpose
}

/** The reports that the caller's account has sent. */
export type ReportList = Readonly<Record<string, never>>

/** Have a decided report looked at again, once; the same again is fine. */
export interface ReportAppeal {
  readonly report: string
}

/** What can be applied for. */
export type CredentialOffers = Readonly<Record<string, never>>

/** The caller's own applications. */
export type ApplicationList = Readonly<Record<string, never>>

/** Begin to apply; whoever has one that is not decided has that one. */
export interface ApplicationBegin {
  readonly type: string
}

/** State that a point holds since a day; None takes the statement back. */
export interface ApplicationState {
  readonly application: string
  readonly need: string
  readonly since?: string | null
}

/** Hand in a document: a blob, and what it takes to open it. */
export interface ApplicationAttach {
  readonly application: string
  readonly need: string
  readonly blob: string
  readonly size: number
  readonly header: Uint8Array
}

/** Take a document back; the blob is the caller's to delete. */
export interface ApplicationDetach {
  readonly application: string
  readonly document: string
}

/** Ask for a decision. */
export interface ApplicationSubmit {
  readonly application: string
}

/** Ask no more; what was handed in is forgotten. */
export interface ApplicationWithdraw {
  readonly application: string
}

/** The caller's own credentials and training. */
export type CredentialList = Readonly<Record<string, never>>

/** Carry a credential away that was approved; repeated, it is the same one. */
export interface CredentialIssue {
  readonly application: string
  readonly holder: string
}

/** Take a credential back until further notice. */
export interface CredentialSuspend {
  readonly credential: string
  readonly reason: StatusReason
}

/** Undo a suspension. */
export interface CredentialReinstate {
  readonly credential: string
  readonly reason: StatusReason
}

/** Take a credential back for good. */
export interface CredentialRevoke {
  readonly credential: string
  readonly reason: StatusReason
}

/** Record somebody's minutes; each source counts once. */
export interface TrainingRecord {
  readonly account: string
  readonly source: string
  readonly module: string
  readonly minutes: number
}

/** Record that somebody passed the assessment of a module. */
export interface TrainingPass {
  readonly account: string
  readonly module: string
}

/** Say as a supervisor that somebody has reached a level. */
export interface TrainingSignOff {
  readonly account: string
  readonly level: string
}

/** Record as a supervisor that somebody was supervised now. */
export interface TrainingSupervise {
  readonly account: string
  readonly minutes: number
  readonly cases: CasesSupervised
}

/** The applications that wait for a decision. */
export type ReviewQueue = Readonly<Record<string, never>>

/** One of them. */
export interface ReviewOpen {
  readonly application: string
}

/** What it takes to read a document; that it was asked for is recorded. */
export interface ReviewDocument {
  readonly application: string
  readonly document: string
}

/** Note what was found out about a point; the later note counts. */
export interface ReviewNote {
  readonly application: string
  readonly need: string
  readonly met: boolean
  readonly source: string
  readonly method: string
  readonly day: string
  readonly until?: string | null
  readonly since?: string | null
  readonly waived?: boolean
}

/** Sign yes or no; the second of two people who say the same decides. */
export interface ReviewSign {
  readonly application: string
  readonly approve: boolean
  readonly reason?: string
}

/** Ask for something else: a draft again, and every signature falls. */
export interface ReviewSendBack {
  readonly application: string
  readonly reason: string
}

/** Somebody's credentials and training. */
export interface ReviewHeld {
  readonly account: string
}

/** The caller's entries, the newest first; those behind `before`. */
export interface RewardList {
  readonly before?: string | null
}

/** What it takes to compute a settled entry again. */
export interface RewardReceipt {
  readonly entry: string
}

/** Have two people look at an entry; what is pending is held meanwhile. */
export interface RewardDispute {
  readonly request: string
  readonly entry: string
  readonly reason: string
}

/** Out: from now on nothing is written down. Not out: from now on again. */
export interface RewardOpt {
  readonly request: string
  readonly out: boolean
}

/** The disputes that wait for two people. */
export type RewardDisputes = Readonly<Record<string, never>>

/** Say what becomes of a disputed entry; the second who says the same decides. */
export interface RewardDecide {
  readonly account: string
  readonly entry: string
  readonly correct: boolean
}

/** Awards, the newest first. */
export type RewardAwards = Readonly<Record<string, never>>

/** Propose an amount by a rule that people decide by. */
export interface RewardAward {
  readonly award: string
  readonly account: string
  readonly rule: string
  readonly amount_mvt: number
  readonly reason: string
}

/** Stand for an award; two have to, and the beneficiary is neither. */
export interface RewardApprove {
  readonly award: string
}

/** Let an award not be; one is enough. */
export interface RewardRefuse {
  readonly award: string
}

/** What is and was paid by, and what waits for a second operator. */
export type RewardPacks = Readonly<Record<string, never>>

/** Let a pack hold from its own time on; the second operator who says so decides. */
export interface RewardActivate {
  readonly document: string
}

/** Every endpoint. */
export type WebhookList = Readonly<Record<string, never>>

/** Every event that may be told. */
export type WebhookTypes = Readonly<Record<string, never>>

/** What was done to endpoints, and by whom. */
export type WebhookLog = Readonly<Record<string, never>>

/** What was given up of an endpoint. */
export interface WebhookDead {
  readonly endpoint: string
  readonly limit?: number
}

/** Tell a new endpoint of what happens from now on. */
export interface WebhookAdd {
  readonly request: string
  readonly url: string
  readonly purpose: string
  readonly types: readonly string[]
  readonly max_tier?: number
  readonly drills?: boolean
  readonly shared_secret?: boolean
}

/** Send a signed request that tells of nothing; one in ten seconds. */
export interface WebhookTest {
  readonly request: string
  readonly endpoint: string
}

/** Sign with a fresh key of the same sort; the one before signs for a week more. */
export interface WebhookRotate {
  readonly request: string
  readonly endpoint: string
}

/** Send again, under the same ids, behind what is live. */
export interface WebhookReplay {
  readonly request: string
  readonly endpoint: string
  readonly event?: string | null
}

/** Send an endpoint nothing more; what waits is given up. */
export interface WebhookDisable {
  readonly request: string
  readonly endpoint: string
}

/** Tell an endpoint that was disabled of what happens from now on. */
export interface WebhookEnable {
  readonly request: string
  readonly endpoint: string
}

/** How one's own search stands, and who asks for one. */
export type MatchLook = Readonly<Record<string, never>>

/** Any of these codes will do. */
export interface MatchCondition {
  readonly kind: string
  readonly any_of: readonly string[]
}

/** What both sides tell alike; whatever is left out was not said. */
export interface MatchCodesTold {
  readonly languages?: readonly string[]
  readonly slots?: string
  readonly challenges?: readonly string[]
  readonly life?: readonly string[]
  readonly stage?: number
  readonly goals?: readonly string[]
  readonly style?: readonly number[]
  readonly wished?: readonly string[]
  readonly offered?: readonly string[]
  readonly tastes?: readonly string[]
  readonly required?: readonly MatchCondition[]
}

/** Agree to being matched by these codes, and look for somebody. */
export interface MatchBegin {
  readonly codes: MatchCodesTold
}

/** One's own consent to one of the options. */
export interface MatchChoose {
  readonly proposal: string
  readonly option: number
}

/** None of these: look on, and leave them out for 90 days. */
export interface MatchOthers {
  readonly proposal: string
}

/** Look no more; the codes stay until they are taken back. */
export type MatchStop = Readonly<Record<string, never>>

/** A mentor's consent, or not; no reason is taken. */
export interface MatchAnswer {
  readonly ask: string
  readonly yes: boolean
}

/** One was told how it works here, and has read it. */
export interface MatchOrient {
  readonly relationship: string
}

/** Whether somebody to call in an emergency is named. */
export interface MatchContact {
  readonly relationship: string
  readonly choice: EmergencyContact
}

/** What of a plan the two may change; each as a plan may have it. */
export interface MatchTerms {
  readonly structure: string
  readonly meetings_a_month: number
}

/** Ask for other terms, or agree: they count once the other asks for the same. */
export interface MatchAdjust {
  readonly relationship: string
  readonly terms?: MatchTerms | null
}

/** End it; a mentee looks for somebody else at once, by the same codes. */
export interface MatchRematch {
  readonly relationship: string
}

/** End it and look for nobody. */
export interface MatchEnd {
  readonly relationship: string
  readonly graduated?: boolean
}

/** Take a datum back; the next run knows nothing of it. */
export interface MatchWithdraw {
  readonly datum: MatchDatumKind
}

/** What one has told as a mentor. */
export type MatchOffered = Readonly<Record<string, never>>

/** Agree to being proposed as a mentor by these codes; again changes them. */
export interface MatchOffer {
  readonly codes: MatchCodesTold
  readonly places: number
}

/** Be proposed to nobody until further notice, or again. */
export interface MatchPause {
  readonly paused: boolean
}

/** Take back what one has told as a mentor; who is there already stays. */
export type MatchTakeBack = Readonly<Record<string, never>>

/** The proposals that wait for a look, and the last run. */
export type MatchQueue = Readonly<Record<string, never>>

/** Give the options to the mentee, but for some. */
export interface MatchRelease {
  readonly proposal: string
  readonly leave_out?: readonly number[]
  readonly reason?: string
}

/** Match everybody who waits now; does nothing while a run goes on. */
export type MatchRun = Readonly<Record<string, never>>

/** Keep where the caller is, sealed; in the place of what was sealed before. */
export interface LocationSeal {
  readonly case: string
  readonly envelope: Uint8Array
  readonly key_half: Uint8Array
}

/** Take it back: envelope and half are destroyed. Nothing sealed is no error. */
export type LocationWithdraw = Readonly<Record<string, never>>

/** Whether something is kept of the caller's case. */
export type LocationMine = Readonly<Record<string, never>>

/** What an override released, for who opened it; may be asked again. */
export interface LocationGet {
  readonly override: string
}

/** Say that somebody has to be helped without their consent. */
export interface OverrideOpen {
  readonly request: string
  readonly case: string
  readonly basis: OverrideBasis
  readonly statement_hash: string
  readonly released_hash: string
  readonly to: string
  readonly person_informed: boolean
  readonly why_not?: string | null
}

/** A supervisor, who did not open it, agrees: it is released. */
export interface OverrideCosign {
  readonly override: string
}

/** Nobody answered: who opened it acts alone, and every supervisor is alarmed. */
export interface OverrideAlone {
  readonly override: string
  readonly reason: string
}

/** Not needed after all; only who opened it, and before anything is released. */
export interface OverrideWithdraw {
  readonly override: string
}

/** The emergency services made contact with the person. */
export interface OverrideConfirm {
  readonly override: string
}

/** A supervisor who did not act has looked at all of it; that is its end. */
export interface OverrideReview {
  readonly override: string
}

/** The overrides that are not over: all for supervisors, else those of the cases that the caller is in, and those that they opened. */
export type OverrideList = Readonly<Record<string, never>>

/** Let somebody else begin within the next hour, before their rest is over. */
export interface DutyAllow {
  readonly account: string
}

/** Agree that an A0 or A1 goes back to the queue; not by whoever has it. */
export interface CaseAgreeReturn {
  readonly case: string
}

/** Ask for help as an exercise: the caller is the person, and everything is real. */
export interface DrillStart {
  readonly request: string
  readonly band: number
}

/** The log of the desk, from a row on. To be verified by whoever asks. */
export interface AuditList {
  readonly after?: number | null
  readonly limit?: number
}

/** The shifts that touch a span of time, and who is there in each of its hours. */
export interface RotaList {
  readonly starts_at: number
  readonly ends_at: number
}

/** Somebody of the team means to be on duty from the start until before the end. */
export interface ShiftPlan {
  readonly shift: string
  readonly account: string
  readonly starts_at: number
  readonly ends_at: number
}

/** Plan some shifts and take back others, all or nothing. By supervisors. */
export interface RotaChange {
  readonly starts_at: number
  readonly ends_at: number
  readonly plan?: readonly ShiftPlan[]
  readonly remove?: readonly string[]
}

/** The policy under which cases open now, and how it came to be. */
export type PolicyGet = Readonly<Record<string, never>>

/** What would come of a document; nothing is changed. */
export interface PolicyTry {
  readonly document: string
  readonly days?: number
  readonly people?: number | null
}

/** Hand in a revision; it takes the place of one that waits. Answered as `get`. */
export interface PolicyPropose {
  readonly document: string
  readonly signed_by: string
  readonly signed_on: string
}

/** By another supervisor than who proposed it: cases open under it from here on. */
export interface PolicyAdopt {
  readonly revision: string
  readonly document_hash: string
}

/** Take back what was proposed. Nothing proposed is no error. */
export type PolicyDiscard = Readonly<Record<string, never>>

/** The services for a country, those in a language first. By the team. */
export interface ReferralList {
  readonly region?: string
  readonly language?: string
}

/** What the check before a call needs; 6 a minute for one account. */
export interface CallCheck {
  readonly echo?: boolean
}

/** What the check came to: these codes and no more are kept. */
export interface CheckRecord {
  readonly result: CheckResult
  readonly codes?: readonly CheckCode[]
}

/** Open a call in a conversation; one that is open there is answered instead. */
export interface CallStart {
  readonly conversation: string
  readonly media: CallMedia
  readonly session?: string | null
}

/** The open calls of the conversations that the calling device is in. */
export type CallList = Readonly<Record<string, never>>

/** The caller will not come. In a call of two that ends it. */
export interface CallDecline {
  readonly call: string
}

/** What the joining client can do. */
export interface CallCaps {
  readonly e2ee: boolean
  readonly ice_restart?: boolean
  readonly simulcast?: boolean
}

/** Take a seat, or a place in the line. The same `conn_id` again is the same join. */
export interface CallJoin {
  readonly call: string
  readonly conn_id: string
  readonly caps: CallCaps
  readonly agreement_hash?: string | null
  readonly alone?: boolean
  readonly last_seq?: number
  readonly resume_token?: string | null
}

/** Go on with one's seat on this socket: same `conn_epoch`, media untouched. */
export interface CallResume {
  readonly call: string
  readonly resume_token: string
  readonly last_seq?: number
}

/** The caller is there: every `BEAT_SECONDS`. */
export interface CallBeat {
  readonly call: string
  readonly rx?: readonly string[]
}

/** Give the seat, or the place in the line, up. */
export interface CallLeave {
  readonly call: string
  readonly elsewhere?: boolean
}

/** End the call for everybody: who leads it, or either of two. */
export interface CallEnd {
  readonly call: string
}

/** The conversation of kind `call` whose group keys the frames of this call. */
export interface CallAttach {
  readonly call: string
  readonly conversation: string
}

/** All that the caller may know of the call, as it is now. */
export interface RosterFetch {
  readonly call: string
}

/** Fresh credentials: before each restart, and before the last ones end. */
export interface IceRefresh {
  readonly call: string
}

/** A sealed `rtc.signal` for one device; both hold seats. */
export interface SignalSend {
  readonly call: string
  readonly to: string
  readonly pc_gen: number
  readonly sealed: Uint8Array
}

/** The path to a device, or to the forwarder, is being made anew; to be counted. */
export interface PeerRestart {
  readonly call: string
  readonly reason: RestartReason
  readonly pc_gen: number
  readonly peer?: string | null
}

/** The caller can open frames of this epoch. */
export interface KeyConfirm {
  readonly call: string
  readonly epoch: number
  readonly transition: number
}

/** What the caller's own tile shows, which the server keeps in memory. */
export interface StateSet {
  readonly call: string
  readonly muted: boolean
  readonly camera: boolean
  readonly quality?: LinkQuality
  readonly away?: boolean | null
  readonly loss_percent?: LossBucket | null
  readonly rtt_ms?: RttBucket | null
}

/** How long each party was there, as far as the caller may know it. */
export interface AttendanceFetch {
  readonly call: string
}

/** What the calling device saw of a call, signed over `receipt_octets`. */
export interface AttendanceAttest {
  readonly call: string
  readonly role: CallRole
  readonly minutes: number
  readonly marks: readonly Uint8Array[]
  readonly signature: Uint8Array
}

/** How the next call of a direct conversation goes. */
export interface RouteFetch {
  readonly conversation: string
}

/** The caller's own wish, until they take it back. */
export interface RouteSet {
  readonly conversation: string
  readonly direct: boolean
}

/** The kinds of session of this server. */
export type SessionKinds = Readonly<Record<string, never>>

/** Plan a call. The same `request` again is the same session. */
export interface SessionPlan {
  readonly request: string
  readonly conversation: string
  readonly kind: string
  readonly starts_at: number
  readonly minutes?: number | null
  readonly capacity?: number | null
  readonly media?: CallMedia | null
  readonly needs_screening?: boolean
}

/** Move or resize a session that has not begun. None leaves a field as it is. */
export interface SessionChange {
  readonly session: string
  readonly starts_at?: number | null
  readonly minutes?: number | null
  readonly capacity?: number | null
  readonly media?: CallMedia | null
}

/** Call a session off that has not begun. */
export interface SessionCancel {
  readonly session: string
}

/** The sessions of the conversations that the calling device is in. */
export interface SessionList {
  readonly conversation?: string | null
  readonly since?: number | null
}

/** Who leads a circle says whether somebody fits into it. */
export interface SessionScreen {
  readonly conversation: string
  readonly member: string
  readonly fits: boolean
}

/** Answer after a session. The last answer counts; each can be given anew. */
export interface SessionFeedback {
  readonly session: string
  readonly instrument: Instrument
  readonly score: number
}

/** The text that is agreed to before joining. */
export interface AgreementGet {
  readonly language?: string
}

/** Let somebody in from the line, or everybody as long as there are seats. */
export interface SeatAdmit {
  readonly call: string
  readonly member?: string | null
}

/** Move somebody back to the waiting room, at the head of the line. */
export interface SeatHold {
  readonly call: string
  readonly member: string
}

/** Remove somebody from the call, or from its line; they do not come back to it. */
export interface SeatRemove {
  readonly call: string
  readonly member: string
  readonly reason: RemoveReason
}

/** Ask somebody for silence, or make it. */
export interface SeatMute {
  readonly call: string
  readonly member: string
  readonly hard?: boolean
}

/** Invite somebody to speak. Nothing is turned on for them. */
export interface SeatInviteUnmute {
  readonly call: string
  readonly member: string
}

/** Give somebody in the call a role; the change is noted. */
export interface SeatSetRole {
  readonly call: string
  readonly member: string
  readonly role: CallRole
}

/** Nobody new comes in; who waits goes on waiting. */
export interface RoomLock {
  readonly call: string
}

/** The other way round. */
export interface RoomUnlock {
  readonly call: string
}

/** Show one member large to everybody, or nobody. */
export interface RoomSpotlight {
  readonly call: string
  readonly member?: string | null
}

/** Become the one who presents; `not_now` while somebody else does. */
export interface ScreenClaim {
  readonly call: string
}

/** Stop presenting. */
export interface ScreenRelease {
  readonly call: string
}

/** Who leads ends a presentation. */
export interface ScreenRevoke {
  readonly call: string
}

/** Ask to speak. Hands stand in the order in which the server saw them. */
export interface HandRaise {
  readonly call: string
}

/** Take one's hand down; who leads may take down another's. */
export interface HandLower {
  readonly call: string
  readonly member?: string | null
}

/** Go on to the phase of this index. The one that is on already changes nothing. */
export interface PhaseAdvance {
  readonly call: string
  readonly index: number
  readonly minutes?: number | null
}

/** Give this phase more time. */
export interface PhaseExtend {
  readonly call: string
  readonly index: number
  readonly minutes?: number
}

/** Begin a round; everybody, in seat order, unless `order` says another. */
export interface PieceStart {
  readonly call: string
  readonly order?: readonly string[]
  readonly turn_seconds?: number | null
}

/** Pass it on: who has it, always; or who leads. After the last the round is over. */
export interface PiecePass {
  readonly call: string
  readonly turn: number
}

/** End the round. */
export interface PieceStop {
  readonly call: string
}

/** Ask one member aside: a call of two in a conversation of kind `side`. */
export interface SideOpen {
  readonly call: string
  readonly member: string
  readonly conversation: string
}

/** A session description of a client. */
export interface Jsep {
  readonly type: JsepType
  readonly sdp: string
  readonly e2ee: boolean
}

/** Send a camera with its microphone, or a screen (with `screen.claim` before). */
export interface FeedPublish {
  readonly call: string
  readonly label: FeedLabel
  readonly jsep: Jsep
}

/** Receive these feeds as well; those that are received already change nothing. */
export interface FeedSubscribe {
  readonly call: string
  readonly feeds: readonly string[]
}

/** Receive these no longer. */
export interface FeedUnsubscribe {
  readonly call: string
  readonly feeds: readonly string[]
}

/** The answer to an offer; `stale_pc_gen` once there is a newer one: answer that. */
export interface FeedAnswer {
  readonly call: string
  readonly offer: number
  readonly jsep: Jsep
}

/** A candidate of the client (`RTCIceCandidate`); without one: there are no more. */
export interface FeedTrickle {
  readonly call: string
  readonly direction: FeedDirection
  readonly mid?: string
  readonly candidate?: string
}

/** Which size of a feed to receive, where its publisher sends several. */
export interface FeedSelectLayer {
  readonly call: string
  readonly feed: string
  readonly layer: number
}

/** Stop one's own feed in the forwarder, or let it go on. */
export interface FeedPause {
  readonly call: string
  readonly label: FeedLabel
  readonly paused: boolean
}

/** A new path for one PeerConnection, over ICE restart where the engine can. */
export interface FeedRestart {
  readonly call: string
  readonly direction: FeedDirection
  readonly jsep?: Jsep | null
  readonly replaces?: boolean
}

/** Ask everybody whether the call may be recorded. Who asks agrees as well. */
export interface RecordingRequest {
  readonly call: string
  readonly request: string
  readonly purpose: string
  readonly text_hash: string
  readonly on_withdraw: OnWithdraw
  readonly receivers: readonly string[]
  readonly recorder: string
}

/** Agree; also from the waiting room. Refusing is `recording.withdraw`. */
export interface RecordingConsent {
  readonly call: string
  readonly request: string
  readonly signature: Uint8Array
}

/** Not, or no longer: nobody is asked why, and the recorder stops at once. */
export interface RecordingWithdraw {
  readonly call: string
  readonly request: string
}

/** The recorder begins; `consent_missing` unless everybody has agreed. */
export interface RecordingStart {
  readonly call: string
  readonly request: string
}

/** Stop; by the recorder also the word that it has stopped. */
export interface RecordingStop {
  readonly call: string
  readonly request: string
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

/** Ask for help in one call, as whoever the token is of, else as a new guest. */
export interface CrisisOpen {
  readonly case: CaseOpen
  readonly guest?: GuestBegin | null
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
  "case.open": { payload: CaseOpen; answer: CaseMineView }
  "case.mine": { payload: CaseMine; answer: CaseMineView }
  "case.raise": { payload: CaseRaise; answer: CaseMineView }
  "case.leave": { payload: CaseLeave; answer: CaseMineView }
  "case.resume": { payload: CaseResume; answer: CaseMineView }
  "case.beat": { payload: CaseBeat; answer: Empty }
  "case.attach": { payload: CaseAttach; answer: CaseMineView }
  "duty.start": { payload: DutyStart; answer: DeskView }
  "duty.pause": { payload: DutyPause; answer: DeskView }
  "duty.end": { payload: DutyEnd; answer: DeskView }
  "duty.beat": { payload: DutyBeat; answer: Empty }
  "duty.test": { payload: DutyTest; answer: DeskView }
  "duty.test_seen": { payload: DutyTestSeen; answer: DeskView }
  "desk.mine": { payload: DeskMine; answer: DeskView }
  "desk.board": { payload: DeskBoard; answer: BoardView }
  "case.accept": { payload: CaseAccept; answer: DeskView }
  "case.decline": { payload: CaseDecline; answer: DeskView }
  "case.typing": { payload: CaseTyping; answer: Empty }
  "case.lower": { payload: CaseLower; answer: DeskView }
  "case.transfer": { payload: CaseTransfer; answer: DeskView }
  "case.transfer_answer": { payload: CaseTransferAnswer; answer: DeskView }
  "case.escalate": { payload: CaseEscalate; answer: DeskView }
  "case.join": { payload: CaseJoin; answer: DeskView }
  "case.step_out": { payload: CaseStepOut; answer: DeskView }
  "case.end": { payload: CaseEnd; answer: DeskView }
  "case.wrap_up": { payload: CaseWrapUp; answer: DeskView }
  "page.ack": { payload: PageAck; answer: Empty }
  "followup.list": { payload: FollowUpList; answer: FollowUps }
  "followup.take": { payload: FollowUpTake; answer: FollowUps }
  "followup.record": { payload: FollowUpRecord; answer: FollowUps }
  "claim.attest": { payload: ClaimAttest; answer: ClaimView }
  "claim.fetch": { payload: ClaimFetch; answer: Claims }
  "consent.list": { payload: ConsentList; answer: Consents }
  "consent.grant": { payload: ConsentGrant; answer: Consents }
  "consent.withdraw": { payload: ConsentWithdraw; answer: Consents }
  "report.list": { payload: ReportList; answer: Reports }
  "report.appeal": { payload: ReportAppeal; answer: ReportView }
  "credential.offers": { payload: CredentialOffers; answer: Offers }
  "application.list": { payload: ApplicationList; answer: Applications }
  "application.begin": { payload: ApplicationBegin; answer: ApplicationView }
  "application.state": { payload: ApplicationState; answer: ApplicationView }
  "application.attach": { payload: ApplicationAttach; answer: ApplicationView }
  "application.detach": { payload: ApplicationDetach; answer: ApplicationView }
  "application.submit": { payload: ApplicationSubmit; answer: ApplicationView }
  "application.withdraw": { payload: ApplicationWithdraw; answer: ApplicationView }
  "credential.list": { payload: CredentialList; answer: Credentials }
  "credential.issue": { payload: CredentialIssue; answer: SignedCredential }
  "credential.suspend": { payload: CredentialSuspend; answer: Empty }
  "credential.reinstate": { payload: CredentialReinstate; answer: Empty }
  "credential.revoke": { payload: CredentialRevoke; answer: Empty }
  "training.record": { payload: TrainingRecord; answer: TrainingView }
  "training.pass": { payload: TrainingPass; answer: TrainingView }
  "training.sign_off": { payload: TrainingSignOff; answer: TrainingView }
  "training.supervise": { payload: TrainingSupervise; answer: TrainingView }
  "review.queue": { payload: ReviewQueue; answer: Reviews }
  "review.open": { payload: ReviewOpen; answer: ReviewCase }
  "review.document": { payload: ReviewDocument; answer: DocumentOpened }
  "review.note": { payload: ReviewNote; answer: ReviewCase }
  "review.sign": { payload: ReviewSign; answer: ReviewCase }
  "review.send_back": { payload: ReviewSendBack; answer: Empty }
  "review.held": { payload: ReviewHeld; answer: Credentials }
  "reward.list": { payload: RewardList; answer: RewardsView }
  "reward.receipt": { payload: RewardReceipt; answer: RewardPapers }
  "reward.dispute": { payload: RewardDispute; answer: RewardEntries }
  "reward.opt": { payload: RewardOpt; answer: RewardChoice }
  "reward.disputes": { payload: RewardDisputes; answer: Disputes }
  "reward.decide": { payload: RewardDecide; answer: Disputes }
  "reward.awards": { payload: RewardAwards; answer: Awards }
  "reward.award": { payload: RewardAward; answer: AwardView }
  "reward.approve": { payload: RewardApprove; answer: AwardView }
  "reward.refuse": { payload: RewardRefuse; answer: AwardView }
  "reward.packs": { payload: RewardPacks; answer: Packs }
  "reward.activate": { payload: RewardActivate; answer: Packs }
  "webhook.list": { payload: WebhookList; answer: Webhooks }
  "webhook.types": { payload: WebhookTypes; answer: WebhookTypesShown }
  "webhook.log": { payload: WebhookLog; answer: WebhookLogShown }
  "webhook.dead": { payload: WebhookDead; answer: WebhookDeadEvents }
  "webhook.add": { payload: WebhookAdd; answer: WebhookKeyed }
  "webhook.test": { payload: WebhookTest; answer: WebhookTested }
  "webhook.rotate": { payload: WebhookRotate; answer: WebhookKeyed }
  "webhook.replay": { payload: WebhookReplay; answer: WebhookReplayed }
  "webhook.disable": { payload: WebhookDisable; answer: WebhookEndpoint }
  "webhook.enable": { payload: WebhookEnable; answer: WebhookEndpoint }
  "match.view": { payload: MatchLook; answer: MatchView }
  "match.begin": { payload: MatchBegin; answer: MatchView }
  "match.choose": { payload: MatchChoose; answer: MatchView }
  "match.others": { payload: MatchOthers; answer: MatchView }
  "match.stop": { payload: MatchStop; answer: MatchView }
  "match.answer": { payload: MatchAnswer; answer: MatchView }
  "match.orient": { payload: MatchOrient; answer: MatchView }
  "match.contact": { payload: MatchContact; answer: MatchView }
  "match.adjust": { payload: MatchAdjust; answer: MatchView }
  "match.rematch": { payload: MatchRematch; answer: MatchView }
  "match.end": { payload: MatchEnd; answer: MatchView }
  "match.withdraw": { payload: MatchWithdraw; answer: MatchView }
  "match.offered": { payload: MatchOffered; answer: MatchOffering }
  "match.offer": { payload: MatchOffer; answer: MatchOffering }
  "match.pause": { payload: MatchPause; answer: MatchOffering }
  "match.take_back": { payload: MatchTakeBack; answer: MatchOffering }
  "match.queue": { payload: MatchQueue; answer: MatchReviews }
  "match.release": { payload: MatchRelease; answer: MatchReviews }
  "match.run": { payload: MatchRun; answer: MatchReviews }
  "location.seal": { payload: LocationSeal; answer: LocationKept }
  "location.withdraw": { payload: LocationWithdraw; answer: LocationKept }
  "location.mine": { payload: LocationMine; answer: LocationKept }
  "location.get": { payload: LocationGet; answer: LocationReleased }
  "override.open": { payload: OverrideOpen; answer: Overrides }
  "override.cosign": { payload: OverrideCosign; answer: Overrides }
  "override.alone": { payload: OverrideAlone; answer: Overrides }
  "override.withdraw": { payload: OverrideWithdraw; answer: Overrides }
  "override.confirm": { payload: OverrideConfirm; answer: Overrides }
  "override.review": { payload: OverrideReview; answer: Overrides }
  "override.list": { payload: OverrideList; answer: Overrides }
  "duty.allow": { payload: DutyAllow; answer: BoardView }
  "case.agree_return": { payload: CaseAgreeReturn; answer: BoardView }
  "drill.start": { payload: DrillStart; answer: CaseMineView }
  "audit.list": { payload: AuditList; answer: AuditRows }
  "rota.list": { payload: RotaList; answer: Rota }
  "rota.change": { payload: RotaChange; answer: Rota }
  "policy.get": { payload: PolicyGet; answer: PolicyView }
  "policy.try": { payload: PolicyTry; answer: PolicyTrial }
  "policy.propose": { payload: PolicyPropose; answer: PolicyView }
  "policy.adopt": { payload: PolicyAdopt; answer: PolicyView }
  "policy.discard": { payload: PolicyDiscard; answer: PolicyView }
  "referral.list": { payload: ReferralList; answer: Referrals }
  "call.check": { payload: CallCheck; answer: CallCheckView }
  "check.record": { payload: CheckRecord; answer: Empty }
  "call.start": { payload: CallStart; answer: CallView }
  "call.list": { payload: CallList; answer: Calls }
  "call.decline": { payload: CallDecline; answer: Empty }
  "call.join": { payload: CallJoin; answer: CallJoined }
  "call.resume": { payload: CallResume; answer: CallJoined }
  "call.beat": { payload: CallBeat; answer: CallSeq }
  "call.leave": { payload: CallLeave; answer: Empty }
  "call.end": { payload: CallEnd; answer: Empty }
  "call.attach": { payload: CallAttach; answer: Empty }
  "roster.fetch": { payload: RosterFetch; answer: Roster }
  "ice.refresh": { payload: IceRefresh; answer: IceAccess }
  "signal.send": { payload: SignalSend; answer: Empty }
  "peer.restart": { payload: PeerRestart; answer: Empty }
  "key.confirm": { payload: KeyConfirm; answer: Empty }
  "state.set": { payload: StateSet; answer: Empty }
  "attendance.fetch": { payload: AttendanceFetch; answer: AttendanceView }
  "attendance.attest": { payload: AttendanceAttest; answer: Empty }
  "route.fetch": { payload: RouteFetch; answer: RouteView }
  "route.set": { payload: RouteSet; answer: RouteView }
  "session.kinds": { payload: SessionKinds; answer: SessionKindList }
  "session.plan": { payload: SessionPlan; answer: SessionView }
  "session.change": { payload: SessionChange; answer: SessionView }
  "session.cancel": { payload: SessionCancel; answer: SessionView }
  "session.list": { payload: SessionList; answer: Sessions }
  "session.screen": { payload: SessionScreen; answer: Empty }
  "session.feedback": { payload: SessionFeedback; answer: Empty }
  "agreement.get": { payload: AgreementGet; answer: AgreementView }
  "seat.admit": { payload: SeatAdmit; answer: Empty }
  "seat.hold": { payload: SeatHold; answer: Empty }
  "seat.remove": { payload: SeatRemove; answer: Empty }
  "seat.mute": { payload: SeatMute; answer: Empty }
  "seat.invite_unmute": { payload: SeatInviteUnmute; answer: Empty }
  "seat.set_role": { payload: SeatSetRole; answer: Empty }
  "room.lock": { payload: RoomLock; answer: Empty }
  "room.unlock": { payload: RoomUnlock; answer: Empty }
  "room.spotlight": { payload: RoomSpotlight; answer: Empty }
  "screen.claim": { payload: ScreenClaim; answer: Empty }
  "screen.release": { payload: ScreenRelease; answer: Empty }
  "screen.revoke": { payload: ScreenRevoke; answer: Empty }
  "hand.raise": { payload: HandRaise; answer: HandPlace }
  "hand.lower": { payload: HandLower; answer: Empty }
  "phase.advance": { payload: PhaseAdvance; answer: PhaseView }
  "phase.extend": { payload: PhaseExtend; answer: PhaseView }
  "piece.start": { payload: PieceStart; answer: PieceView }
  "piece.pass": { payload: PiecePass; answer: Empty }
  "piece.stop": { payload: PieceStop; answer: Empty }
  "side.open": { payload: SideOpen; answer: SideView }
  "feed.publish": { payload: FeedPublish; answer: FeedAnswered }
  "feed.subscribe": { payload: FeedSubscribe; answer: FeedOffer }
  "feed.unsubscribe": { payload: FeedUnsubscribe; answer: FeedOffer }
  "feed.answer": { payload: FeedAnswer; answer: Empty }
  "feed.trickle": { payload: FeedTrickle; answer: Empty }
  "feed.select_layer": { payload: FeedSelectLayer; answer: Empty }
  "feed.pause": { payload: FeedPause; answer: Empty }
  "feed.restart": { payload: FeedRestart; answer: FeedPath }
  "recording.request": { payload: RecordingRequest; answer: RecordingView }
  "recording.consent": { payload: RecordingConsent; answer: RecordingView }
  "recording.withdraw": { payload: RecordingWithdraw; answer: RecordingView }
  "recording.start": { payload: RecordingStart; answer: RecordingView }
  "recording.stop": { payload: RecordingStop; answer: RecordingView }
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
  "case.open": CaseMineView,
  "case.mine": CaseMineView,
  "case.raise": CaseMineView,
  "case.leave": CaseMineView,
  "case.resume": CaseMineView,
  "case.beat": Empty,
  "case.attach": CaseMineView,
  "duty.start": DeskView,
  "duty.pause": DeskView,
  "duty.end": DeskView,
  "duty.beat": Empty,
  "duty.test": DeskView,
  "duty.test_seen": DeskView,
  "desk.mine": DeskView,
  "desk.board": BoardView,
  "case.accept": DeskView,
  "case.decline": DeskView,
  "case.typing": Empty,
  "case.lower": DeskView,
  "case.transfer": DeskView,
  "case.transfer_answer": DeskView,
  "case.escalate": DeskView,
  "case.join": DeskView,
  "case.step_out": DeskView,
  "case.end": DeskView,
  "case.wrap_up": DeskView,
  "page.ack": Empty,
  "followup.list": FollowUps,
  "followup.take": FollowUps,
  "followup.record": FollowUps,
  "claim.attest": ClaimView,
  "claim.fetch": Claims,
  "consent.list": Consents,
  "consent.grant": Consents,
  "consent.withdraw": Consents,
  "report.list": Reports,
  "report.appeal": ReportView,
  "credential.offers": Offers,
  "application.list": Applications,
  "application.begin": ApplicationView,
  "application.state": ApplicationView,
  "application.attach": ApplicationView,
  "application.detach": ApplicationView,
  "application.submit": ApplicationView,
  "application.withdraw": ApplicationView,
  "credential.list": Credentials,
  "credential.issue": SignedCredential,
  "credential.suspend": Empty,
  "credential.reinstate": Empty,
  "credential.revoke": Empty,
  "training.record": TrainingView,
  "training.pass": TrainingView,
  "training.sign_off": TrainingView,
  "training.supervise": TrainingView,
  "review.queue": Reviews,
  "review.open": ReviewCase,
  "review.document": DocumentOpened,
  "review.note": ReviewCase,
  "review.sign": ReviewCase,
  "review.send_back": Empty,
  "review.held": Credentials,
  "reward.list": RewardsView,
  "reward.receipt": RewardPapers,
  "reward.dispute": RewardEntries,
  "reward.opt": RewardChoice,
  "reward.disputes": Disputes,
  "reward.decide": Disputes,
  "reward.awards": Awards,
  "reward.award": AwardView,
  "reward.approve": AwardView,
  "reward.refuse": AwardView,
  "reward.packs": Packs,
  "reward.activate": Packs,
  "webhook.list": Webhooks,
  "webhook.types": WebhookTypesShown,
  "webhook.log": WebhookLogShown,
  "webhook.dead": WebhookDeadEvents,
  "webhook.add": WebhookKeyed,
  "webhook.test": WebhookTested,
  "webhook.rotate": WebhookKeyed,
  "webhook.replay": WebhookReplayed,
  "webhook.disable": WebhookEndpoint,
  "webhook.enable": WebhookEndpoint,
  "match.view": MatchView,
  "match.begin": MatchView,
  "match.choose": MatchView,
  "match.others": MatchView,
  "match.stop": MatchView,
  "match.answer": MatchView,
  "match.orient": MatchView,
  "match.contact": MatchView,
  "match.adjust": MatchView,
  "match.rematch": MatchView,
  "match.end": MatchView,
  "match.withdraw": MatchView,
  "match.offered": MatchOffering,
  "match.offer": MatchOffering,
  "match.pause": MatchOffering,
  "match.take_back": MatchOffering,
  "match.queue": MatchReviews,
  "match.release": MatchReviews,
  "match.run": MatchReviews,
  "location.seal": LocationKept,
  "location.withdraw": LocationKept,
  "location.mine": LocationKept,
  "location.get": LocationReleased,
  "override.open": Overrides,
  "override.cosign": Overrides,
  "override.alone": Overrides,
  "override.withdraw": Overrides,
  "override.confirm": Overrides,
  "override.review": Overrides,
  "override.list": Overrides,
  "duty.allow": BoardView,
  "case.agree_return": BoardView,
  "drill.start": CaseMineView,
  "audit.list": AuditRows,
  "rota.list": Rota,
  "rota.change": Rota,
  "policy.get": PolicyView,
  "policy.try": PolicyTrial,
  "policy.propose": PolicyView,
  "policy.adopt": PolicyView,
  "policy.discard": PolicyView,
  "referral.list": Referrals,
  "call.check": CallCheckView,
  "check.record": Empty,
  "call.start": CallView,
  "call.list": Calls,
  "call.decline": Empty,
  "call.join": CallJoined,
  "call.resume": CallJoined,
  "call.beat": CallSeq,
  "call.leave": Empty,
  "call.end": Empty,
  "call.attach": Empty,
  "roster.fetch": Roster,
  "ice.refresh": IceAccess,
  "signal.send": Empty,
  "peer.restart": Empty,
  "key.confirm": Empty,
  "state.set": Empty,
  "attendance.fetch": AttendanceView,
  "attendance.attest": Empty,
  "route.fetch": RouteView,
  "route.set": RouteView,
  "session.kinds": SessionKindList,
  "session.plan": SessionView,
  "session.change": SessionView,
  "session.cancel": SessionView,
  "session.list": Sessions,
  "session.screen": Empty,
  "session.feedback": Empty,
  "agreement.get": AgreementView,
  "seat.admit": Empty,
  "seat.hold": Empty,
  "seat.remove": Empty,
  "seat.mute": Empty,
  "seat.invite_unmute": Empty,
  "seat.set_role": Empty,
  "room.lock": Empty,
  "room.unlock": Empty,
  "room.spotlight": Empty,
  "screen.claim": Empty,
  "screen.release": Empty,
  "screen.revoke": Empty,
  "hand.raise": HandPlace,
  "hand.lower": Empty,
  "phase.advance": PhaseView,
  "phase.extend": PhaseView,
  "piece.start": PieceView,
  "piece.pass": Empty,
  "piece.stop": Empty,
  "side.open": SideView,
  "feed.publish": FeedAnswered,
  "feed.subscribe": FeedOffer,
  "feed.unsubscribe": FeedOffer,
  "feed.answer": Empty,
  "feed.trickle": Empty,
  "feed.select_layer": Empty,
  "feed.pause": Empty,
  "feed.restart": FeedPath,
  "recording.request": RecordingView,
  "recording.consent": RecordingView,
  "recording.withdraw": RecordingView,
  "recording.start": RecordingView,
  "recording.stop": RecordingView,
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
  "case.changed": CaseChanged
  "case.offered": OfferView
  "offer.rescinded": OfferRescinded
  "desk.changed": DeskChanged
  "server.drain_started": DrainStarted
  "call.started": CallStarted
  "call.declined": CallDeclined
  "call.paused": CallPaused
  "call.continued": CallContinued
  "call.ended": CallEnded
  "call.attached": CallAttached
  "member.waited": MemberWaited
  "host.changed": HostChanged
  "member.admitted": MemberAdmitted
  "member.joined": MemberJoined
  "member.changed": MemberChanged
  "member.left": MemberLeft
  "member.removed": MemberRemoved
  "member.flagged": MemberFlagged
  "seat.replaced": SeatReplaced
  "seat.muted": SeatMuted
  "seat.unmute_invited": UnmuteInvited
  "signal.sent": SignalSent
  "peer.restarted": PeerRestarted
  "key.prepared": KeyPrepared
  "key.switched": KeySwitched
  "session.changed": SessionChanged
  "hand.raised": HandRaised
  "hand.lowered": HandLowered
  "phase.advanced": PhaseMoved
  "phase.extended": PhaseMoved
  "time.announced": TimeAnnounced
  "piece.started": PieceMoved
  "piece.passed": PieceMoved
  "piece.stopped": PieceStopped
  "side.opened": SideOpened
  "screen.claimed": ScreenClaimed
  "screen.released": ScreenReleased
  "room.locked": RoomLocked
  "room.unlocked": RoomUnlocked
  "room.spotlit": RoomSpotlit
  "feed.published": FeedPublished
  "feed.ended": FeedEnded
  "feed.paused": FeedPaused
  "feed.restarted": FeedRestarted
  "recording.requested": RecordingMoved
  "recording.consented": RecordingMoved
  "recording.withdrawn": RecordingMoved
  "recording.started": RecordingMoved
  "recording.stopped": RecordingMoved
  "credential.changed": CredentialsChanged
  "review.changed": ReviewsChanged
  "reward.changed": RewardsChanged
  "match.changed": MatchChanged
  "match.queue_changed": MatchQueueChanged
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
  "case.changed": CaseChanged,
  "case.offered": OfferView,
  "offer.rescinded": OfferRescinded,
  "desk.changed": DeskChanged,
  "server.drain_started": DrainStarted,
  "call.started": CallStarted,
  "call.declined": CallDeclined,
  "call.paused": CallPaused,
  "call.continued": CallContinued,
  "call.ended": CallEnded,
  "call.attached": CallAttached,
  "member.waited": MemberWaited,
  "host.changed": HostChanged,
  "member.admitted": MemberAdmitted,
  "member.joined": MemberJoined,
  "member.changed": MemberChanged,
  "member.left": MemberLeft,
  "member.removed": MemberRemoved,
  "member.flagged": MemberFlagged,
  "seat.replaced": SeatReplaced,
  "seat.muted": SeatMuted,
  "seat.unmute_invited": UnmuteInvited,
  "signal.sent": SignalSent,
  "peer.restarted": PeerRestarted,
  "key.prepared": KeyPrepared,
  "key.switched": KeySwitched,
  "session.changed": SessionChanged,
  "hand.raised": HandRaised,
  "hand.lowered": HandLowered,
  "phase.advanced": PhaseMoved,
  "phase.extended": PhaseMoved,
  "time.announced": TimeAnnounced,
  "piece.started": PieceMoved,
  "piece.passed": PieceMoved,
  "piece.stopped": PieceStopped,
  "side.opened": SideOpened,
  "screen.claimed": ScreenClaimed,
  "screen.released": ScreenReleased,
  "room.locked": RoomLocked,
  "room.unlocked": RoomUnlocked,
  "room.spotlit": RoomSpotlit,
  "feed.published": FeedPublished,
  "feed.ended": FeedEnded,
  "feed.paused": FeedPaused,
  "feed.restarted": FeedRestarted,
  "recording.requested": RecordingMoved,
  "recording.consented": RecordingMoved,
  "recording.withdrawn": RecordingMoved,
  "recording.started": RecordingMoved,
  "recording.stopped": RecordingMoved,
  "credential.changed": CredentialsChanged,
  "review.changed": ReviewsChanged,
  "reward.changed": RewardsChanged,
  "match.changed": MatchChanged,
  "match.queue_changed": MatchQueueChanged,
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
  not_a_member: "caller",
  call_full: "caller",
  agreement_required: "caller",
  role_required: "caller",
  e2ee_required: "caller",
  bad_sdp: "caller",
  recording_forbidden: "caller",
  rewards_off: "caller",
  epoch_taken: "behind",
  stale_epoch: "behind",
  cursor_expired: "behind",
  frozen: "behind",
  not_now: "behind",
  offer_expired: "behind",
  offer_rescinded: "behind",
  already_held: "behind",
  stale_fence: "behind",
  room_locked: "behind",
  stale_connection: "behind",
  stale_pc_gen: "behind",
  no_seat: "behind",
  consent_missing: "behind",
  rate_limited: "server",
  overloaded: "server",
  deadline: "server",
  unavailable: "server",
  internal: "server",
  sfu_unavailable: "server",
  relay_unavailable: "server",
} as const
export type ErrorCode = keyof typeof FAULTS
