/** What screens that are seldom looked at work with: each is loaded with its screens, once. */

import type { ReadonlySignal } from "@preact/signals"
import type { Chat } from "../chat/chat"
import type { MatchRooms } from "./match-models"
import type { HookConsole } from "./hook-models"
import type { RewardRooms } from "./reward-staff-models"
import type { CredentialRooms, Rooms } from "./room-models"
import type { Sharing } from "./sharing-models"

/** Without a line what the device remembers is shown after it. */
const MOST_WAIT_MS = 5_000

export class LiveRooms implements Rooms {
  private opened: Promise<CredentialRooms> | undefined
  private matched: Promise<MatchRooms> | undefined
  private rewarding: Promise<RewardRooms> | undefined
  private hooking: Promise<HookConsole> | undefined
  private shared: Promise<Sharing> | undefined

  /** Until `ending`. `failed` hears of defects. */
  constructor(
    private readonly chat: Chat,
    private readonly failed: (error: unknown) => void,
    private readonly ending: AbortSignal,
    readonly inCrisis: ReadonlySignal<boolean>,
  ) {}

  credentials(): Promise<CredentialRooms> {
    this.opened ??= this.openCredentials()
    return this.opened
  }

  matching(): Promise<MatchRooms> {
    this.matched ??= this.openMatching()
    return this.matched
  }

  rewards(): Promise<RewardRooms> {
    this.rewarding ??= this.openRewards()
    return this.rewarding
  }

  hooks(): Promise<HookConsole> {
    this.hooking ??= this.openHooks()
    return this.hooking
  }

  sharing(): Promise<Sharing> {
    this.shared ??= this.openSharing()
    return this.shared
  }

  private async openCredentials(): Promise<CredentialRooms> {
    const [{ openCredentials }] = await Promise.all([import("./credential-rooms"), connected(this.chat, this.ending)])
    return openCredentials(this.chat, this.failed, this.ending)
  }

  private async openMatching(): Promise<MatchRooms> {
    const [{ openMatching }] = await Promise.all([import("./match-rooms"), connected(this.chat, this.ending)])
    return openMatching(this.chat, this.failed, this.ending)
  }

  private async openRewards(): Promise<RewardRooms> {
    const [{ openRewards }] = await Promise.all([import("./reward-rooms"), connected(this.chat, this.ending)])
    return openRewards(this.chat, this.inCrisis, this.failed, this.ending)
  }

  private async openHooks(): Promise<HookConsole> {
    const [{ LiveHooks }] = await Promise.all([import("./hooks"), connected(this.chat, this.ending)])
    return new LiveHooks(this.chat)
  }

  private async openSharing(): Promise<Sharing> {
    const [{ LiveSharing }] = await Promise.all([import("./sharing"), connected(this.chat, this.ending)])
    return new LiveSharing(this.chat)
  }
}

/** A page that was loaded anew asks when its line is there, and not before: it comes in a moment, or not. */
function connected(chat: Chat, ending: AbortSignal): Promise<void> {
  if (chat.state === "online" || !navigator.onLine) return Promise.resolve()
  const there = new AbortController()
  const signal = AbortSignal.any([there.signal, ending, AbortSignal.timeout(MOST_WAIT_MS)])
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true })
    chat.updates.listen(() => {
      if (chat.state === "online") there.abort()
    }, signal)
  })
}
