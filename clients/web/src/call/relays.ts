/** How the others are reached: the servers of the operator, and credentials that run out. */

import type { IceAccess } from "../protocol/events"

/** Of the life of credentials, after which others are asked for. */
const REFRESH_AT = 0.8
const REFRESH_WAIT_MS = 2_000

export class Relays {
  private seat: IceAccess | undefined
  private latest: { readonly access: IceAccess; readonly at: number } | undefined
  private refreshing: Promise<void> | undefined

  constructor(
    private readonly ask: () => Promise<IceAccess>,
    private readonly now: () => number,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** What comes with a seat, each time that the seat is looked at. */
  given(access: IceAccess): void {
    if (access !== this.seat) this.take(access)
    this.seat = access
  }

  tick(): void {
    const { latest } = this
    if (latest === undefined) return
    if (this.now() - latest.at >= REFRESH_AT * 1_000 * latest.access.ttl_seconds) void this.refresh()
  }

  configuration(): RTCConfiguration {
    const { ice_servers = [], relay = false } = this.latest?.access ?? {}
    const iceServers = ice_servers.map(({ urls, username, credential }) => ({ urls: [...urls], username, credential }))
    return { iceServers, iceTransportPolicy: relay ? "relay" : "all" }
  }

  /** One at a time; it resolves without an answer, too: what there is goes on. */
  refresh(): Promise<void> {
    this.refreshing ??= this.ask()
      .then((access) => this.take(access))
      .catch(this.failed)
      .finally(() => (this.refreshing = undefined))
    const late = new Promise<void>((resolve) => setTimeout(resolve, REFRESH_WAIT_MS))
    return Promise.race([this.refreshing, late])
  }

  private take(access: IceAccess): void {
    this.latest = { access, at: this.now() }
  }
}
