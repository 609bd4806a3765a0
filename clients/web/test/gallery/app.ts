/** The app and its session around whatever a screen shows. */

import { signal } from "@preact/signals"
import type { App, Phase, Session } from "../../src/state/models"
import type { Rooms } from "../../src/state/room-models"
import { crisis } from "./crisis"
import {
  ME,
  book,
  circle,
  conversation,
  done,
  minutesAgo,
  never,
  pairing,
  passkey,
  passkeys,
  ROWS,
  TALK,
} from "./values"

export const rooms = (more: Partial<Rooms> = {}): Rooms => ({
  inCrisis: signal(false),
  credentials: () => never(),
  matching: () => never(),
  rewards: () => never(),
  hooks: () => never(),
  sharing: () => never(),
  ...more,
})

export function session(more: Partial<Session> = {}): Session {
  return {
    me: { account: ME, handle: ME },
    crisis: crisis(),
    ownPlan: book("ownPlan"),
    conversations: signal(ROWS),
    alarms: signal([]),
    reminder: signal(undefined),
    settings: {
      sendReceipts: signal(false),
      sendTyping: signal(true),
      leaveNothing: signal(false),
      lowData: signal(false),
      push: signal("off"),
      setPush: done("setPush"),
      quiet: signal({ zone: "Europe/Berlin", from: 22 * 60, to: 7 * 60 }),
      lookAtQuiet: done("lookAtQuiet"),
      setQuiet: done("setQuiet"),
    },
    devices: {
      list: signal([
        { device: "5f0c2ad1", current: true, addedAt: minutesAgo(90_000), signedIn: true },
        { device: "b81e77c0", current: false, addedAt: minutesAgo(4_000), signedIn: false },
      ]),
      approve: () => pairing({ kind: "preparing" }),
      revoke: done("revoke"),
      forgetThis: done("forgetThis"),
      newAccountKey: done("newAccountKey"),
      recovery: signal({ at: minutesAgo(80_000), words: true, seal: true }),
      newRecoveryWords: () => Promise.resolve(WORDS),
      keepRecoveryWords: done("keepRecoveryWords"),
    },
    passkeys: passkeys([
      passkey("my phone"),
      passkey("grey security key", { opensHere: false, usedAt: undefined, bringsBack: false }),
    ]),
    data: { export: done("export"), openRecording: done("openRecording"), end: done("end") },
    desk: signal(undefined),
    calls: signal(undefined),
    roles: signal(["coordinator"]),
    rooms: rooms(),
    open: (id) => Promise.resolve(id === "c2" ? circle() : conversation()),
    direct: done("direct"),
    circle: done("circle"),
    search: (words) =>
      Promise.resolve(
        TALK.filter(({ text }) => text.includes(words)).map((found) => ({
          conversation: "c1",
          message: found,
          marks: [[found.text.indexOf(words), found.text.indexOf(words) + words.length] as const],
        })),
      ),
    signOut: done("signOut"),
    keep: () => Promise.resolve(),
    ...more,
  }
}

const WORDS = (
  "lake amber quiet river stone window paper garden morning bread candle north " +
  "valley copper cloud lemon school harbor violin winter pepper meadow engine silver"
).split(" ")

export function app(phase: Phase, more: Partial<App> = {}): App {
  return {
    phase: signal(phase),
    display: { language: signal("en"), theme: signal("system"), textScale: signal(1) },
    connection: signal("online"),
    exitKind: signal("lock"),
    notice: signal(""),
    newer: signal(undefined),
    placeOf: () => Promise.resolve(undefined),
    ...more,
  }
}
