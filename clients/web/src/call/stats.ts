/** What the browser counts of a connection, and what that means for who listens (W3C WebRTC Statistics). */

/** Of everything that came in over one connection, since it was made. */
export interface Sample {
  readonly at: number
  readonly bytes: number
  readonly packets: number
  readonly lost: number
  /** Of sound: made up by the browser, and all of it. */
  readonly concealed: number
  readonly samples: number
  /** Milliseconds in which pictures stood still. */
  readonly frozenMs: number
  readonly framesDecoded: number
  /** Of the candidate pair in use. */
  readonly requests: number
  readonly responses: number
  readonly roundTripMs: number | undefined
  readonly relayed: boolean
  /** All that came in but checks of the path: of a connection that only sends, reports. */
  readonly reported: number
}

export type Quality = "good" | "fair" | "poor"

/** How far back is looked. */
export const WINDOW_MS = 5_000
/** Fewer say nothing. */
const LEAST_PACKETS = 50
const POOR = { lost: 0.08, concealed: 0.1, frozenMs: 1_000, roundTripMs: 1_000 } as const
const FAIR = { lost: 0.03, concealed: 0.03, frozenMs: 250, roundTripMs: 400 } as const

type Row = Readonly<Record<string, unknown>>

/** One look at a connection. */
export function sampleOf(report: Iterable<readonly [string, Row]>, at: number): Sample {
  const rows = new Map(report)
  const inbound = [...rows.values()].filter(({ type }) => type === "inbound-rtp")
  const sum = (name: string) => inbound.reduce((whole, row) => whole + number(row[name]), 0)
  const transport = [...rows.values()].find(({ type }) => type === "transport")
  const pair = rows.get(String(transport?.["selectedCandidatePairId"]))
  const local = rows.get(String(pair?.["localCandidateId"]))
  const roundTrip = pair?.["currentRoundTripTime"]
  return {
    at,
    bytes: sum("bytesReceived"),
    packets: sum("packetsReceived"),
    lost: sum("packetsLost"),
    concealed: sum("concealedSamples") - sum("silentConcealedSamples"),
    samples: sum("totalSamplesReceived"),
    frozenMs: 1_000 * sum("totalFreezesDuration"),
    framesDecoded: sum("framesDecoded"),
    requests: number(pair?.["requestsSent"]),
    responses: number(pair?.["responsesReceived"]),
    roundTripMs: typeof roundTrip === "number" ? 1_000 * roundTrip : undefined,
    relayed: local?.["candidateType"] === "relay",
    reported: number(transport?.["bytesReceived"]),
  }
}

/** Of the last few seconds; undefined where too little came to judge by. */
export function qualityOf(samples: readonly Sample[]): Quality | undefined {
  const last = samples.at(-1)
  const first = samples.find(({ at }) => last !== undefined && last.at - at <= WINDOW_MS)
  if (first === undefined || last === undefined) return undefined
  const packets = last.packets - first.packets
  const lost = Math.max(0, last.lost - first.lost)
  if (packets + lost < LEAST_PACKETS) return undefined
  const heard = last.samples - first.samples
  const found = {
    lost: lost / (packets + lost),
    concealed: heard > 0 ? (last.concealed - first.concealed) / heard : 0,
    frozenMs: last.frozenMs - first.frozenMs,
    roundTripMs: last.roundTripMs ?? 0,
  }
  const names = ["lost", "concealed", "frozenMs", "roundTripMs"] as const
  if (names.some((name) => found[name] >= POOR[name])) return "poor"
  return names.some((name) => found[name] >= FAIR[name]) ? "fair" : "good"
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0
}
