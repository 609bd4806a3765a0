/**
 * Heads of the log from person to person: whoever is shown another log finds out.
 *
 * A head that changed goes out after the next message, at most once an hour and group.
 * One that comes in is stored in the transaction of its row and looked into afterwards:
 * the server has to prove that it belongs to the log known here. If it cannot within a
 * day, or has signed two heads of one size, both heads are kept.
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { bytesToHex } from "@noble/hashes/utils.js"
import type { Device } from "../account/device"
import type { Call } from "../account/keys"
import { getRecord, putRecord } from "../account/stored"
import type { LogHead } from "../e2ee/formats/carried"
import { FormatError } from "../e2ee/formats/errors"
import { gossipDue } from "../e2ee/formats/log-view"
import * as transparency from "../e2ee/formats/transparency"
import type { SignedHead } from "../e2ee/formats/transparency"
import { Refused } from "../protocol/errors"
import * as s from "../protocol/shape"
import type { Put } from "../store/vault"
import type { LogState } from "./state"

/** How many heads wait at most. Each was signed by the log. */
const MAX_HEARD = 64
const HEARD = "log_heard"
const TOLD = "log_told"

/** What a group was told last. */
const Told = s.struct({ head: s.octets, atMs: s.integer })

export class Gossip {
  constructor(
    private readonly device: Device,
    private readonly call: Call,
    private readonly state: LogState,
  ) {}

  /**
   * The head that a conversation is to be told now; undefined if none is due. It is noted
   * as told first, so that a crash in between leaves a head untold and not told twice.
   */
  async head(conversation: string): Promise<LogHead | undefined> {
    const { head } = this.state.view
    const told = await getRecord(this.device.vault, Told, TOLD, conversation)
    const now = this.device.now()
    const before = told && transparency.decode(told.head)
    if (head === undefined || !gossipDue(head, before, told?.atMs, now)) return undefined
    await this.device.vault.write([putRecord(TOLD, { head: transparency.encode(head), atMs: now }, conversation)])
    const { logId, root, signature } = head
    return {
      type: "log.head",
      log: logId,
      size: Number(head.size),
      root,
      at: Number(head.timeMs),
      sig: signature,
    }
  }

  /** What to store, with its row, of a head that came in a message; nothing if the log did not sign it. */
  async heard(body: LogHead): Promise<Put[]> {
    const head: SignedHead = {
      logId: body.log,
      size: BigInt(body.size),
      root: body.root,
      timeMs: BigInt(body.at),
      signature: body.sig,
    }
    try {
      transparency.verifyHead(head, this.device.identity.logPublic)
    } catch (error) {
      // Anybody can make one up: it is evidence of nothing.
      if (error instanceof FormatError) return []
      throw error
    }
    if ((await this.device.vault.names(HEARD)).length >= MAX_HEARD) return []
    const value = transparency.encode(head)
    return [{ space: HEARD, name: bytesToHex(sha256(value)), value }]
  }

  /**
   * Looks into every head that was heard and every one that waits for a proof. Throws
   * `Refused` by the server's fault, `NotConnected`: try again.
   */
  async settle(): Promise<void> {
    for (const name of await this.device.vault.names(HEARD)) {
      const stored = await this.device.vault.get(HEARD, name)
      if (stored !== undefined) await this.compare(transparency.decode(stored))
      await this.device.vault.write([{ space: HEARD, name, value: undefined }])
    }
    for (const { head } of this.state.view.awaited) await this.compare(head)
    await this.state.checkDeadline()
  }

  private compare(head: SignedHead): Promise<unknown> {
    return this.state.asking(async () => this.state.observe(head, await proofOf(this.call, this.state, head)))
  }
}

/** What the server shows of its log between this head and the one held; undefined if it has nothing. */
export async function proofOf(
  call: Call,
  state: LogState,
  head: SignedHead,
): Promise<readonly Uint8Array[] | undefined> {
  const [held, size] = [state.size, Number(head.size)]
  if (held === 0 || held === size) return undefined
  try {
    const answer = await call("log.consistency", { from_size: Math.min(held, size), to_size: Math.max(held, size) })
    return answer.proof
  } catch (error) {
    // Its log is not that long: it has no proof.
    if (error instanceof Refused && error.fault !== "server") return undefined
    throw error
  }
}
