/**
 * The live connection of one device: signs in, stays up, calls and is called.
 *
 * The library's own reconnection is off: its delays do not spread a crowd, and nothing
 * of a dead connection may outlive it, so every attempt is a fresh socket.
 *
 * Every call ends: with an answer, with the end of the connection, or with its time. A
 * call whose time is up ends the connection, too. The server answers everything within
 * ten seconds, so silence means that the line is dead.
 */

import { io, type Socket } from "socket.io-client"
import parser from "socket.io-msgpack-parser"
import { connectDelayMs } from "./backoff"
import { NotConnected, refusal, Refused } from "./errors"
import { ANSWERS, type Commands, NOTICES, type Notices, PROTOCOL_VERSION } from "./events"
import { toMessagePack } from "./shape"

export const CONNECT_TIMEOUT_MS = 15_000
/** Longer than the server's own deadline of ten seconds, which answers `deadline`. */
export const CALL_TIMEOUT_MS = 15_000
/** Of what the server works at for longer. */
const PATIENCE_MS: Partial<Record<keyof Commands, number>> = { "policy.try": 60_000 }

/** "online" is said after the server has accepted the sign-in, not before. */
export type ConnectionState = "offline" | "connecting" | "online" | "signed_out"

export type Notice = { [Name in keyof Notices]: { readonly name: Name; readonly fact: Notices[Name] } }[keyof Notices]

export interface ConnectionOptions {
  /** Where the server is: an origin. */
  readonly origin: string
  /** A sign-in token; `fresh` when the last one was refused. */
  readonly token: (fresh: boolean) => Promise<string>
  readonly onState: (state: ConnectionState) => void
  /** In the order of arrival; "missed" when one could not be read: read every log. */
  readonly onNotice: (notice: Notice | "missed") => void
  readonly random?: () => number
}

export class Connection {
  state: ConnectionState = "offline"
  private socket: Socket | undefined
  private readonly stop = new AbortController()
  private hurry: (() => void) | undefined
  private retryAfterMs: number | undefined
  private dead: (() => void) | undefined

  constructor(private readonly options: ConnectionOptions) {}

  /** Connects, and connects again, until `close` or until the device is signed out. */
  async run(): Promise<void> {
    addEventListener("online", this.wake, { signal: this.stop.signal })
    for (let attempt = 0, refused = false; !this.stop.signal.aborted; ) {
      this.enter("connecting")
      let lived = false
      try {
        lived = await this.live(await this.options.token(refused))
        refused = false
      } catch (error) {
        if (error instanceof Refused && error.code === "unauthorised") {
          // Once: the token may have expired. Twice: the device is out.
          if (refused) return this.enter("signed_out")
          refused = true
          continue
        }
        if (error instanceof Refused) this.retryAfterMs = error.retryAfterMs
        else if (!(error instanceof NotConnected)) throw error
      }
      this.enter("offline")
      attempt = lived ? 0 : attempt + 1
      await this.pause(attempt)
    }
  }

  /** Ends the connection for good. */
  close(): void {
    this.stop.abort()
    this.dead?.()
    this.hurry?.()
  }

  /** Shortens the wait before the next attempt: somebody is writing, or came back. */
  readonly wake = (): void => this.hurry?.()

  /**
   * The server's answer to a command. Throws `NotConnected` when there is no connection
   * or it ended before the answer (the command may have taken effect), `Refused` when
   * the server said no.
   */
  async call<Name extends keyof Commands>(
    name: Name,
    payload: Commands[Name]["payload"],
  ): Promise<Commands[Name]["answer"]> {
    const socket = this.socket
    if (socket === undefined) throw new NotConnected("not connected")
    const ack: unknown = await this.acknowledged(socket, name, payload)
    if (typeof ack === "object" && ack !== null) {
      const { ok, data, error } = ack as { ok?: unknown; data?: unknown; error?: unknown }
      if (ok === true) return ANSWERS[name].read(data, name)
      if (error !== undefined) throw refusal(error)
    }
    throw refusal(undefined)
  }

  private acknowledged(socket: Socket, name: keyof Commands, payload: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const end = () => finish(() => reject(new NotConnected("the connection ended")))
      const timer = setTimeout(() => {
        finish(() => reject(new NotConnected("the server did not answer in time")))
        this.dead?.()
      }, PATIENCE_MS[name] ?? CALL_TIMEOUT_MS)
      const finish = (then: () => void) => {
        clearTimeout(timer)
        socket.off("disconnect", end)
        then()
      }
      socket.on("disconnect", end)
      socket.emit(name, toMessagePack(payload), (ack: unknown) => finish(() => resolve(ack)))
    })
  }

  /** Holds one connection from its beginning to its end. */
  private async live(token: string): Promise<boolean> {
    if (this.stop.signal.aborted) return false
    const socket = io(this.options.origin, {
      auth: { token, protocol: PROTOCOL_VERSION },
      parser,
      transports: ["websocket"],
      reconnection: false,
      forceNew: true,
      autoConnect: false,
      timeout: CONNECT_TIMEOUT_MS,
    })
    const ended = new Promise<void>((resolve) => {
      this.dead = resolve
      socket.on("disconnect", () => resolve())
    })
    socket.onAny((name: string, ...data: unknown[]) => this.receive(name, data))
    try {
      await this.open(socket)
      this.socket = socket
      this.enter("online")
      await ended
      return true
    } finally {
      this.socket = undefined
      this.dead = undefined
      socket.disconnect()
    }
  }

  private open(socket: Socket): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new NotConnected("the server did not answer")), CONNECT_TIMEOUT_MS)
      const give = (then: () => void) => {
        clearTimeout(timer)
        then()
      }
      this.stop.signal.addEventListener("abort", () => give(() => reject(new NotConnected("closed"))), { once: true })
      socket.on("connect", () => give(resolve))
      socket.on("disconnect", () => give(() => reject(new NotConnected("the connection ended"))))
      socket.on("connect_error", (error: Error & { data?: unknown }) =>
        give(() => reject(error.data === undefined ? new NotConnected(error.message) : refusal(error.data))),
      )
      socket.connect()
    })
  }

  private receive(name: string, data: readonly unknown[]): void {
    if (!Object.hasOwn(NOTICES, name)) return
    let notice: Notice
    try {
      const known = name as keyof Notices
      notice = { name: known, fact: NOTICES[known].read(data[0], known) } as Notice
    } catch {
      this.options.onNotice("missed")
      return
    }
    if (notice.name === "server.drain_started") this.retryAfterMs = notice.fact.retry_after_ms
    else this.options.onNotice(notice)
  }

  /** Waits before the next attempt; `wake` shortens it, unless the server named a time. */
  private async pause(attempt: number): Promise<void> {
    if (this.stop.signal.aborted) return
    const asked = this.retryAfterMs
    this.retryAfterMs = undefined
    const random = this.options.random ?? Math.random
    const delay = asked ?? connectDelayMs(attempt, random)
    const least = asked ?? Math.min(delay, connectDelayMs(0, random))
    await this.wait(least, false)
    await this.wait(delay - least, true)
  }

  private wait(milliseconds: number, mayHurry: boolean): Promise<void> {
    if (this.stop.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      this.hurry = () => {
        if (!mayHurry && !this.stop.signal.aborted) return
        clearTimeout(timer)
        resolve()
      }
    })
  }

  private enter(state: ConnectionState): void {
    if (this.stop.signal.aborted) state = "offline"
    if (state === this.state) return
    this.state = state
    this.options.onState(state)
  }
}
