/** Which ways to a relay there are, before a call needs one. */

import type { IceAccess } from "../protocol/events"

/** The best one that answered, or why there is none. */
export type RelayFound = "udp" | "tcp" | "tls" | "none" | "none_offered"

const EACH_MS = 3_000
const WAYS = [
  ["udp", (url: string) => url.startsWith("turn:") && !url.includes("transport=tcp")],
  ["tcp", (url: string) => url.startsWith("turn:") && url.includes("transport=tcp")],
  ["tls", (url: string) => url.startsWith("turns:")],
] as const

/** Tries them one after the other: the first that answers is the one that a call would use. */
export async function relayFound({ ice_servers: servers }: IceAccess): Promise<RelayFound> {
  let isOffered = false
  for (const [way, isOfWay] of WAYS) {
    const iceServers = servers.flatMap(({ urls, username, credential }) => {
      const fitting = urls.filter(isOfWay)
      return fitting.length === 0 ? [] : [{ urls: fitting, username, credential }]
    })
    if (iceServers.length === 0) continue
    isOffered = true
    if (await gathers(iceServers)) return way
  }
  return isOffered ? "none" : "none_offered"
}

async function gathers(iceServers: RTCIceServer[]): Promise<boolean> {
  const pc = new RTCPeerConnection({ iceServers, iceTransportPolicy: "relay" })
  try {
    const found = new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(false), EACH_MS)
      pc.addEventListener("icecandidate", ({ candidate }) => resolve(candidate !== null && candidate.candidate !== ""))
    })
    pc.createDataChannel("check")
    await pc.setLocalDescription()
    return await found
  } finally {
    pc.close()
  }
}
