/**
 * Two bare connections in one page: a call without a server, keys, seats or a watchdog.
 *
 * It is what the browser itself takes to begin a call, and what it does about a path that is
 * lost when it is told to restart on `disconnected`, as is usual. Each step is handed over by
 * a function call.
 */

export class BarePair {
  private readonly connections: readonly [RTCPeerConnection, RTCPeerConnection]
  private readonly video = document.createElement("video")
  private stream: MediaStream | undefined
  private settled: Promise<unknown> = Promise.resolve()
  private shownAt: number | undefined
  private gapMs = 0
  private frames = 0

  constructor(configuration: RTCConfiguration = {}) {
    const one = new RTCPeerConnection({ bundlePolicy: "max-bundle", ...configuration })
    const other = new RTCPeerConnection({ bundlePolicy: "max-bundle", ...configuration })
    this.connections = [one, other]
    this.pass(one, other)
    this.pass(other, one)
    one.onconnectionstatechange = () => {
      if (one.connectionState === "disconnected") this.restart()
    }
    other.ontrack = ({ track }) => {
      if (track.kind !== "video") return
      this.video.srcObject = new MediaStream([track])
      void this.video.play().catch(() => undefined)
    }
  }

  /** Milliseconds from the wish to the first picture, with microphone and camera. */
  async firstMs(): Promise<number> {
    const began = performance.now()
    const shown = new Promise<number>((resolve) => {
      const count = () => {
        this.shown()
        resolve(performance.now() - began)
        this.video.requestVideoFrameCallback(count)
      }
      this.video.requestVideoFrameCallback(count)
    })
    document.body.append(this.video)
    const camera = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 24, max: 24 } }
    this.stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: camera })
    for (const connection of this.connections)
      for (const track of this.stream.getTracks()) connection.addTrack(track, this.stream)
    await this.negotiate()
    return shown
  }

  /** Forgets how long pictures stood still before. */
  watchGaps(): void {
    this.gapMs = 0
    this.shownAt = undefined
  }

  /** The longest time between two pictures since then, in milliseconds. */
  longestGapMs(): number {
    return this.gapMs
  }

  shownFrames(): number {
    return this.frames
  }

  close(): void {
    for (const connection of this.connections) connection.close()
    for (const track of this.stream?.getTracks() ?? []) track.stop()
    this.video.remove()
  }

  private shown(): void {
    const now = performance.now()
    this.gapMs = Math.max(this.gapMs, now - (this.shownAt ?? now))
    this.shownAt = now
    this.frames += 1
  }

  private restart(): void {
    this.connections[0].restartIce()
    void this.negotiate()
  }

  private async negotiate(): Promise<void> {
    const negotiating = this.exchange()
    this.settled = negotiating
    await negotiating
  }

  private async exchange(): Promise<void> {
    const [one, other] = this.connections
    await one.setLocalDescription()
    if (one.localDescription !== null) await other.setRemoteDescription(one.localDescription)
    await other.setLocalDescription()
    if (other.localDescription !== null) await one.setRemoteDescription(other.localDescription)
  }

  private pass(from: RTCPeerConnection, to: RTCPeerConnection): void {
    from.onicecandidate = ({ candidate }) => {
      if (candidate === null) return
      void this.settled.then(() => to.addIceCandidate(candidate)).catch(() => undefined)
    }
  }
}
