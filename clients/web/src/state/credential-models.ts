/**
 * The credentials of an account and its training, as screens show them.
 *
 * What something is stands here as the code of a requirement pack; screens put it into
 * words. Days are those of UTC, as `2026-11-23`.
 */

import type { ReadonlySignal } from "@preact/signals"
import type { Outcome } from "./asked"

export interface OwnCredential {
  readonly credential: string
  /** What it is for, such as `peer_mentor` or `crisis`. */
  readonly type: string
  readonly level: string | undefined
  readonly issuedAt: Date
  /** Undefined: it has no end. */
  readonly validUntil: Date | undefined
  /** What the lists of the issuer say of it; that it has ended is told by `validUntil`. */
  readonly status: "active" | "suspended" | "revoked"
  /** Why it is suspended or revoked, by code. */
  readonly reason: string | undefined
  readonly renewal: Renewal | undefined
}

/** What has to be done before a credential ends, so that it does not. */
export interface Renewal {
  readonly steps: readonly RenewalStep[]
  /** The application that renews it, once it was begun. */
  readonly application: string | undefined
}

export interface RenewalStep {
  readonly step: string
  readonly dueAt: Date
  readonly done: boolean
}

export interface Training {
  readonly modules: readonly TrainingModule[]
  /** Whole minutes of everything that counts, cumulative. */
  readonly minutes: number
  readonly next: NextLevel | undefined
}

export interface TrainingModule {
  readonly module: string
  readonly minutes: number
  /** 0: it has no end. */
  readonly needed: number
  /** "none": this module has no assessment. */
  readonly assessment: "none" | "open" | "passed"
}

export interface NextLevel {
  readonly level: string
  /** Minutes in all. */
  readonly needed: number
  /** What else is needed, by code, such as `assessment:foundation` or `sign_off`. */
  readonly lacks: readonly string[]
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
  /** Asks the server anew. */
  look(): Promise<Outcome>
  /** A copy to show to somebody, also without a connection as long as the device has one. */
  copy(credential: string): Promise<Outcome & { readonly copy?: SignedCopy | undefined }>
  /** Begins the application that renews it. */
  renew(credential: string): Promise<Outcome>
}
