/** Webhooks: who is told of events, and what an operator does about it. */

import { signal } from "@preact/signals"
import { freshly } from "../account/proof"
import type { Chat } from "../chat/chat"
import type { WebhookEndpoint, WebhookKeyed, WebhookType } from "../protocol/events"
import type { Outcome } from "./asked"
import type {
  Catalogue,
  DeadEvent,
  Endpoint,
  HookAct,
  HookConsole,
  ReplayOf,
  TestAnswer,
  Verifies,
  Wanted,
} from "./hook-models"
import { called, outcome, outcomeWith } from "./outcome"
import { Requests } from "./requests"

const MOST_DEAD = 50

export class LiveHooks implements HookConsole {
  readonly endpoints = signal<readonly Endpoint[] | undefined>(undefined)
  readonly log = signal<readonly HookAct[] | undefined>(undefined)
  readonly catalogue = signal<Catalogue | undefined>(undefined)
  private readonly requests: Requests

  constructor(private readonly chat: Chat) {
    this.requests = new Requests(chat.device.random)
  }

  look(): Promise<Outcome> {
    return outcome(async () => {
      const { endpoints } = await this.chat.call("webhook.list", {})
      this.endpoints.value = endpoints.map(endpointShown)
    })
  }

  lookAtLog(): Promise<Outcome> {
    return outcome(async () => {
      const [{ done }, { endpoints }] = await Promise.all([
        this.chat.call("webhook.log", {}),
        this.chat.call("webhook.list", {}),
      ])
      this.endpoints.value = endpoints.map(endpointShown)
      const urls = new Map(endpoints.map(({ endpoint, url }) => [endpoint, url]))
      this.log.value = done.map(({ at, act, endpoint, by }) => ({
        ...{ act, endpoint, url: urls.get(endpoint), by: by ?? undefined },
        at: new Date(at),
      }))
    })
  }

  lookAtCatalogue(): Promise<Outcome> {
    return outcome(async () => {
      const { types, purposes } = await this.chat.call("webhook.types", {})
      this.catalogue.value = { families: familiesOf(types), purposes }
    })
  }

  async add(wanted: Wanted): Promise<Outcome & { readonly verifies?: Verifies | undefined }> {
    const asked = {
      ...{ url: wanted.url, purpose: wanted.purpose, types: wanted.types, drills: wanted.drills },
      max_tier: wanted.maxTier,
      shared_secret: wanted.isShared,
    }
    return this.keyed(JSON.stringify(asked), (request) => this.chat.call("webhook.add", { request, ...asked }))
  }

  dead(endpoint: string): Promise<Outcome & { readonly events?: readonly DeadEvent[] | undefined }> {
    return outcomeWith("events", async () => {
      const { events } = await this.chat.call("webhook.dead", { endpoint, limit: MOST_DEAD })
      return events.map(({ event, type, occurred_at, attempts, last }) => ({
        ...{ event, type, attempts, last: last ?? undefined },
        occurredAt: new Date(occurred_at),
      }))
    })
  }

  async test(endpoint: string): Promise<Outcome & { readonly answer?: TestAnswer | undefined }> {
    const result = await outcomeWith("answer", async () => {
      const asked = (request: string) => this.chat.call("webhook.test", { request, endpoint })
      const tested = await this.requests.of(`test ${endpoint}`, asked)
      return { status: tested.status ?? undefined, outcome: tested.outcome }
    })
    return { ...called(result, { rate_limited: "tested_just_now" }), answer: result.answer }
  }

  rotate(endpoint: string): Promise<Outcome & { readonly verifies?: Verifies | undefined }> {
    return this.keyed(`rotate ${endpoint}`, (request) => this.chat.call("webhook.rotate", { request, endpoint }))
  }

  async replay(endpoint: string, what: ReplayOf): Promise<Outcome & { readonly queued?: number | undefined }> {
    const event = what === "dead" ? null : what.event
    const replayed = await outcomeWith("queued", async () => {
      const asked = (request: string) => this.chat.call("webhook.replay", { request, endpoint, event })
      return (await this.requests.of(`replay ${endpoint} ${event ?? ""}`, asked)).queued
    })
    if (replayed.done) await this.look()
    return { ...called(replayed, { not_now: "endpoint_disabled" }), queued: replayed.queued }
  }

  disable(endpoint: string): Promise<Outcome> {
    return outcome(async () => {
      const asked = (request: string) => this.chat.call("webhook.disable", { request, endpoint })
      this.show(await this.requests.of(`disable ${endpoint}`, asked))
    })
  }

  enable(endpoint: string): Promise<Outcome> {
    return outcome(async () => {
      const asked = (request: string) => this.proven(() => this.chat.call("webhook.enable", { request, endpoint }))
      this.show(await this.requests.of(`enable ${endpoint}`, asked))
    })
  }

  // --- within ---

  private keyed(
    what: string,
    asked: (request: string) => Promise<WebhookKeyed>,
  ): Promise<Outcome & { readonly verifies?: Verifies | undefined }> {
    return outcomeWith("verifies", async () => {
      const keyed = await this.requests.of(what, (request) => this.proven(() => asked(request)))
      this.show(keyed.endpoint)
      return keyed.verifies
    })
  }

  private proven<Answer>(asked: () => Promise<Answer>): Promise<Answer> {
    return freshly(this.chat.device.identity, this.chat.source, asked)
  }

  private show(view: WebhookEndpoint): void {
    const shown = endpointShown(view)
    const known = this.endpoints.peek()
    if (known === undefined) return
    const isKnown = known.some(({ endpoint }) => endpoint === shown.endpoint)
    this.endpoints.value = isKnown
      ? known.map((each) => (each.endpoint === shown.endpoint ? shown : each))
      : [...known, shown]
  }
}

function endpointShown(view: WebhookEndpoint): Endpoint {
  const { endpoint, url, purpose, types, drills, state, waiting, dead } = view
  return {
    ...{ endpoint, url, purpose, types, drills, state, waiting, dead },
    maxTier: view.max_tier === 0 ? 0 : view.max_tier === 1 ? 1 : 2,
    reason: view.reason ?? undefined,
    oldestAt: momentOf(view.oldest_at),
    rotatingUntil: momentOf(view.rotating_until),
    publicKey: view.public_key ?? undefined,
  }
}

const momentOf = (atMs: number | null) => (atMs === null ? undefined : new Date(atMs))

/** By what stands before the dot, in the order of the catalogue. */
export function familiesOf(types: readonly WebhookType[]): Catalogue["families"] {
  const tiers = new Map<string, number>()
  for (const { type, tier } of types) {
    const [name = type] = type.split(".")
    tiers.set(name, Math.min(tier, tiers.get(name) ?? tier))
  }
  return [...tiers].map(([name, tier]) => ({ name, tier }))
}
