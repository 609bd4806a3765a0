/**
 * The credentials of an account and its training, as screens show them.
 *
 * What something is stands here as the code of a requirement pack; screens put it into
 * words. Days are those of UTC, as `2026-11-23`.
 */

import type { ReadonlySignal } from "@preact/signals"
import type { CredentialStatus, ModuleView, NextLevel } from "../protocol/events"
import type { Outcome } from "./asked"

export interface OwnCredential {
  readonly credential: string
  /** What it is for, such as `peer_mentor` or `level_basic`. */
  readonly type: string
  readonly issuedAt: Date
  readonly validUntil: Date
  /** What the lists of the issuer say of it; that it has ended is told by `validUntil`. */
  readonly status: CredentialStatus
  /** Why it is suspended or revoked, by code. */
  readonly reason: string | undefined
  /** What is due before it ends. */
  readonly steps: readonly RenewalStep[]
}

export interface RenewalStep {
  readonly step: string
  readonly dueOn: string
}

export interface Training {
  readonly modules: readonly ModuleView[]
  /** Whole minutes of everything that counts, cumulative. */
  readonly minutes: number
  readonly next: NextLevel | null
}

/** A credential as others verify it: a signed JWT (W3C VC 2.0, `application/vc+jwt`). */
export interface SignedCopy {
  readonly jwt: string
}

export interface CredentialRoom {
  /** The newest first; undefined until the server has said, or this device remembers. */
  readonly list: ReadonlySignal<readonly OwnCredential[] | undefined>
  readonly training: ReadonlySignal<Training | undefined>
  /** When the server said this, as long as it is what the device remembers; undefined: just now. */
  readonly rememberedFrom: ReadonlySignal<Date | undefined>
  /** Asks the server anew, and carries away what was approved. */
  look(): Promise<Outcome>
  /** A copy to show to somebody, also without a connection once this device has it. */
  copy(credential: string): Promise<Outcome & { readonly copy?: SignedCopy | undefined }>
  /** Begins the application that renews it. */
  renew(type: string): Promise<Outcome & { readonly application?: string | undefined }>
}
