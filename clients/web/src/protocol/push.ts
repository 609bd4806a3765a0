/** The endpoints of Web Push: where this device is reached, and when it is not. */

import { Empty, type PushMuted, PushState, type PushSubscribe, type QuietHours } from "./events"
import { ask, type HttpRequest } from "./http"

export class PushEndpoints {
  constructor(private readonly origin: string) {}

  state(token: string): Promise<PushState> {
    return ask(this.origin, PushState, { method: "GET", path: "/push", token })
  }

  subscribe(token: string, json: PushSubscribe): Promise<void> {
    return this.done({ method: "PUT", path: "/push", token, json })
  }

  unsubscribe(token: string): Promise<void> {
    return this.done({ method: "DELETE", path: "/push", token })
  }

  mute(token: string, json: PushMuted): Promise<void> {
    return this.done({ method: "PUT", path: "/push/muted", token, json })
  }

  setQuiet(token: string, json: QuietHours): Promise<void> {
    return this.done({ method: "PUT", path: "/push/quiet", token, json })
  }

  endQuiet(token: string): Promise<void> {
    return this.done({ method: "DELETE", path: "/push/quiet", token })
  }

  private async done(request: HttpRequest): Promise<void> {
    await ask(this.origin, Empty, request)
  }
}
