/**
 * The check before a call: devices, encryption, relay, path. What it came to is told to the
 * server as a class and codes; names, addresses and descriptions stay here.
 */

import { signal } from "@preact/signals"
import { relayFound, type RelayFound } from "../call/precall"
import { tryForwarder, tryHere, type TryAround, type Tried } from "../call/tryout"
import { captured, SourceRefused } from "../call/devices"
import { canSealFrames } from "../call/frames"
import { captureOf, PROFILES } from "../call/profile"
import type { Chat } from "../chat/chat"
import { NotConnected, Refused } from "../protocol/errors"
import type { CallMedia, CheckCode as ToldCode } from "../protocol/events"
import type { Outcome } from "./asked"
import type {
  CallWishes,
  Check,
  CheckCode,
  CheckResult,
  CheckStep,
  CheckStepName,
  DeviceChoice,
  DeviceKind,
} from "./call-models"
import { choiceOf } from "./call-own"
import { put } from "./same"

const NAMES: readonly CheckStepName[] = ["microphone", "camera", "speaker", "encryption", "relay", "path"]
const TONE_HERTZ = 440
const TONE_SECONDS = 0.8
const TONE_GAIN = 0.15
const METER_MS = 100
/** Of the packets, and there and back: more is heard. */
const MAX_LOST = 0.05
const MAX_ROUND_TRIP_MS = 400
const NOT_TOLD: ReadonlySet<CheckCode> = new Set(["not_heard", "offline"])

export class LiveCheck implements Check {
  readonly steps = signal<readonly CheckStep[]>(NAMES.map((name) => ({ name, state: "waits", code: undefined })))
  readonly result = signal<CheckResult | undefined>(undefined)
  readonly preview = signal<MediaStream | undefined>(undefined)
  readonly level = signal(0)
  readonly devices = signal<DeviceChoice>({ microphones: [], cameras: [], speakers: [] })
  private media: CallMedia = "audio"
  private audio: AudioContext | undefined
  private microphone: MediaStreamTrack | undefined
  private meter: ReturnType<typeof setInterval> | undefined
  private readonly stop = new AbortController()

  constructor(
    private readonly chat: Chat,
    private readonly frameWorker: string,
    private readonly wishes: CallWishes,
    private readonly failed: (error: unknown) => void,
  ) {}

  async run(media: CallMedia): Promise<void> {
    this.media = media
    this.result.value = undefined
    for (const name of NAMES) this.set(name, "waits")
    for (const name of NAMES) if (name !== "speaker") await this.again(name)
    if (this.stateOf("speaker") === "waits") this.set("speaker", "asks")
    this.conclude()
  }

  async again(name: CheckStepName): Promise<void> {
    if (this.stop.signal.aborted) return
    if (name === "speaker") return this.set("speaker", "asks")
    this.set(name, "runs")
    try {
      await this.step(name)
    } catch (error) {
      if (error instanceof SourceRefused) this.set(name, "bad", error.code)
      else if (error instanceof NotConnected || error instanceof Refused) this.set(name, "bad", "offline")
      else this.failed(error)
    }
    this.conclude()
  }

  async playTone(): Promise<Outcome> {
    const context = this.context()
    await context.resume()
    const tone = context.createOscillator()
    const gain = context.createGain()
    gain.gain.value = TONE_GAIN
    tone.frequency.value = TONE_HERTZ
    tone.connect(gain).connect(context.destination)
    tone.start()
    tone.stop(context.currentTime + TONE_SECONDS)
    return { done: true }
  }

  heardTone(heard: boolean): void {
    this.set("speaker", heard ? "good" : "weak", heard ? undefined : "not_heard")
    this.conclude()
  }

  async choose(kind: DeviceKind, id: string): Promise<Outcome> {
    this.wishes[kind].value = id
    if (kind !== "speaker") await this.again(kind)
    put(this.devices, await choiceOf(this.wishes))
    return { done: true }
  }

  close(): void {
    this.stop.abort()
    clearInterval(this.meter)
    this.microphone?.stop()
    for (const track of this.preview.peek()?.getTracks() ?? []) track.stop()
    this.preview.value = undefined
    void this.audio?.close()
  }

  // --- steps ---

  private async step(name: Exclude<CheckStepName, "speaker">): Promise<void> {
    switch (name) {
      case "microphone":
        return this.listen()
      case "camera":
        if (this.media === "audio") return this.set("camera", "skipped")
        return this.see()
      case "encryption":
        return this.seal()
      case "relay":
        return this.relay()
      case "path":
        return this.path()
    }
  }

  private async listen(): Promise<void> {
    const id = this.wishes.microphone.peek()
    this.microphone?.stop()
    clearInterval(this.meter)
    const audio = id === "" ? true : { deviceId: { exact: id } }
    const track = await captured("microphone", { audio })
    if (this.stop.signal.aborted) return track.stop()
    this.microphone = track
    const analyser = this.context().createAnalyser()
    this.context()
      .createMediaStreamSource(new MediaStream([track]))
      .connect(analyser)
    const samples = new Float32Array(analyser.fftSize)
    this.meter = setInterval(() => {
      analyser.getFloatTimeDomainData(samples)
      const power = samples.reduce((sum, each) => sum + each * each, 0) / samples.length
      this.level.value = Math.min(1, Math.sqrt(power) * 4)
    }, METER_MS)
    put(this.devices, await choiceOf(this.wishes))
    this.set("microphone", "good")
  }

  private async see(): Promise<void> {
    for (const before of this.preview.peek()?.getTracks() ?? []) before.stop()
    const video = captureOf(PROFILES.p2p, this.wishes.camera.peek())
    const track = await captured("camera", { video })
    if (this.stop.signal.aborted) return track.stop()
    this.preview.value = new MediaStream([track])
    put(this.devices, await choiceOf(this.wishes))
    this.set("camera", "good")
  }

  /** A real frame is sealed, sent to this page itself, and opened. */
  private async seal(): Promise<void> {
    if (!canSealFrames()) return this.set("encryption", "bad", "e2ee_unsupported")
    const { isConnected, opened } = await tryHere(this.trying())
    // Where this device does not even reach itself, nothing is said about frames.
    if (!isConnected) return this.set("encryption", "skipped")
    if (opened === 0) return this.set("encryption", "bad", "e2ee_unsupported")
    this.set("encryption", "good")
  }

  /** To the forwarder and back; without one, over the relay and back. */
  private async path(): Promise<void> {
    if (!canSealFrames()) return this.set("path", "skipped")
    const { access, echo } = await this.chat.call("call.check", { echo: true })
    const { identity: own } = this.chat.device
    if (echo !== null) this.judge(await tryForwarder(this.trying(), { echo, access, ask: this.chat.call, own }))
    else if (access.ice_servers.length > 0) this.judge(await tryHere(this.trying(), access))
    else this.set("path", "skipped")
  }

  private judge({ opened, lost, roundTripMs = 0 }: Tried): void {
    if (opened === 0) return this.set("path", "bad", "no_media_path")
    if (lost > MAX_LOST) return this.set("path", "weak", "loss_high")
    if (roundTripMs > MAX_ROUND_TRIP_MS) return this.set("path", "weak", "rtt_high")
    this.set("path", "good")
  }

  private trying(): TryAround {
    // Silence where there is no microphone: it is sealed and sent like anything else.
    const [silence] = this.context().createMediaStreamDestination().stream.getAudioTracks()
    const sound = this.microphone ?? silence
    if (sound === undefined) throw new SourceRefused("no_device")
    const { signal } = this.stop
    return { frameWorker: this.frameWorker, sound, signal, failed: this.failed }
  }

  private async relay(): Promise<void> {
    const { access } = await this.chat.call("call.check", {})
    const found: RelayFound = await relayFound(access)
    if (found === "none_offered")
      return this.set("relay", access.relay ? "bad" : "skipped", access.relay ? "relay_unavailable" : undefined)
    if (found === "none") return this.set("relay", access.relay ? "bad" : "weak", "relay_unavailable")
    if (found === "udp") return this.set("relay", "good")
    this.set("relay", "weak", found === "tls" ? "tls_only" : "udp_blocked")
  }

  // --- result ---

  private conclude(): void {
    const steps = this.steps.peek()
    if (steps.some(({ state }) => state === "runs" || state === "waits" || state === "asks")) return
    const bad = new Set(steps.filter(({ state }) => state === "bad").map(({ name }) => name))
    const isBlocked = bad.has("encryption") || bad.has("relay") || bad.has("path") || bad.has("microphone")
    const result = isBlocked ? "blocked" : bad.size > 0 ? "audio_only" : "good"
    if (this.result.peek() === result) return
    this.result.value = result
    const codes = steps.flatMap(({ code }) => (code === undefined || NOT_TOLD.has(code) ? [] : [code as ToldCode]))
    // Nobody waits for it, and a check that is not noted was made all the same.
    this.chat.call("check.record", { result, codes: [...new Set(codes)] }).catch(() => undefined)
  }

  private stateOf(name: CheckStepName): CheckStep["state"] | undefined {
    return this.steps.peek().find((step) => step.name === name)?.state
  }

  private set(name: CheckStepName, state: CheckStep["state"], code?: CheckCode): void {
    this.steps.value = this.steps.peek().map((step) => (step.name === name ? { name, state, code } : step))
  }

  private context(): AudioContext {
    this.audio ??= new AudioContext()
    return this.audio
  }
}
