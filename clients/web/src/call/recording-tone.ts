/** Two short notes for everybody: rising when a recording begins, falling when it has ended. */

const HERTZ = [523, 659] as const
const NOTE_SECONDS = 0.14
const GAIN = 0.12

export function recordingTone(what: "begins" | "ends"): void {
  const context = new AudioContext()
  const gain = context.createGain()
  gain.gain.value = GAIN
  gain.connect(context.destination)
  const notes = what === "begins" ? HERTZ : [...HERTZ].reverse()
  const start = context.currentTime
  notes.forEach((hertz, at) => {
    const note = context.createOscillator()
    note.frequency.value = hertz
    note.connect(gain)
    note.start(start + at * NOTE_SECONDS)
    note.stop(start + (at + 1) * NOTE_SECONDS)
    if (at === notes.length - 1) note.addEventListener("ended", () => void context.close())
  })
}
