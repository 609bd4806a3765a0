/**
 * Where the person is, sealed on this device. The server gets the envelope and one half of
 * its key; the other goes into the conversation, to whoever helps and again to whoever comes
 * later. Neither side can open it alone, and the server's half is given out by an override
 * and in no other way (`e2ee/formats/sealed-location.ts`).
 */

import { sha256 } from "@noble/hashes/sha2.js"
import { idBytes } from "../account/ids"
import { getRecord, putRecord } from "../account/stored"
import type { Chat } from "../chat/chat"
import { isFailure } from "../chat/failures"
import type { Room } from "../chat/room"
import { type Location, sealLocation } from "../e2ee/formats/sealed-location"
import type { CaseView } from "../protocol/events"
import * as s from "../protocol/shape"

/** A place as somebody gives it: what they write, or what the device found (WGS 84, degrees). */
export type Where =
  | { readonly text: string }
  | { readonly latitude: number; readonly longitude: number; readonly accuracyM: number }

/** What can be asked: until when something is kept, to take it back, or to seal a place. */
export type PlaceCall = "look" | "withdraw" | Where

const SPACE = "location_own"
/** The team's half of what this device sealed last, and which accounts have been told. */
const OwnHalf = s.struct({ case: s.text, key: s.octets, sha256: s.octets, told: s.list(s.text) })

const E7 = 10 ** 7
const MAX_ACCURACY_M = 2 ** 32 - 1

export class Whereabouts {
  private telling = Promise.resolve()

  constructor(private readonly chat: Chat) {}

  /**
   * Until when something is kept at the most, by the server's clock, after what was asked;
   * null: nothing is. An answer that is lost may leave what was sealed before at the server;
   * nobody is told its half any more. Throws `Refused`, `NotConnected`, `FormatError` (no place).
   */
  async ask(call: PlaceCall, view: CaseView, room: Room | undefined): Promise<number | null> {
    if (call === "look") return (await this.chat.call("location.mine", {})).until
    if (call === "withdraw") {
      const { until } = await this.chat.call("location.withdraw", {})
      await this.forget()
      return until
    }
    return this.seal(call, view, room)
  }

  /** Lets those who help and have come in have the team's half, each once. */
  tell(view: CaseView, room: Room): Promise<void> {
    const next = this.telling.then(() => this.tellNow(view, room))
    this.telling = next.catch(() => undefined)
    return next
  }

  /** The case is over, or the place was taken back. */
  async forget(): Promise<void> {
    await this.chat.device.vault.write([{ space: SPACE, value: undefined }])
  }

  private async seal(where: Where, view: CaseView, room: Room | undefined): Promise<number | null> {
    const { device } = this.chat
    const sealed = sealLocation(locationOf(where, device.now()), idBytes(view.case), device.random)
    const half = { case: view.case, key: sealed.teamHalf, sha256: sha256(sealed.envelope), told: [] }
    // Kept before the server has the rest: nobody else could tell it.
    await device.vault.write([putRecord(SPACE, half)])
    const { until } = await this.chat.call("location.seal", {
      ...{ case: view.case, envelope: sealed.envelope, key_half: sealed.deskHalf },
    })
    if (room !== undefined) await this.tell(view, room)
    return until
  }

  private async tellNow(view: CaseView, room: Room): Promise<void> {
    const { vault } = this.chat.device
    const half = await getRecord(vault, OwnHalf, SPACE)
    if (half?.case !== view.case) return
    const present = view.helpers.map(({ account }) => account).filter((account) => room.accounts.has(account))
    if (present.some((account) => !half.told.includes(account))) {
      try {
        await room.write({ type: "location.key", case: idBytes(half.case), key: half.key, sha256: half.sha256 })
      } catch (error) {
        // The next look finds it.
        if (isFailure(error)) return
        throw error
      }
      this.chat.adopt(room)
      this.chat.changed(room)
    }
    // Who goes and comes back has another leaf, and is told again.
    const told = [...present].sort()
    if (told.join() !== half.told.join()) await vault.write([putRecord(SPACE, { ...half, told })])
  }
}

function locationOf(where: Where, nowMs: number): Location {
  const atMs = BigInt(nowMs)
  if ("text" in where) return { text: where.text.trim(), atMs }
  return {
    latitudeE7: Math.round(where.latitude * E7),
    longitudeE7: Math.round(where.longitude * E7),
    accuracyM: Math.min(Math.ceil(where.accuracyM), MAX_ACCURACY_M),
    atMs,
  }
}
