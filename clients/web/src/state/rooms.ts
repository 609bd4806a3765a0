/** What screens that are seldom looked at work with: each is loaded with its screens, once. */

import type { Chat } from "../chat/chat"
import type { CredentialRooms } from "./credential-models"
import type { Rooms } from "./models"

export class LiveRooms implements Rooms {
  private opened: Promise<CredentialRooms> | undefined

  /** Until `ending`. `failed` hears of defects. */
  constructor(
    private readonly chat: Chat,
    private readonly failed: (error: unknown) => void,
    private readonly ending: AbortSignal,
  ) {}

  credentials(): Promise<CredentialRooms> {
    this.opened ??= import("./credential-rooms").then(({ openCredentials }) =>
      openCredentials(this.chat, this.failed, this.ending),
    )
    return this.opened
  }
}
