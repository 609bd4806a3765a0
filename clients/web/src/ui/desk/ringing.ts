/**
 * The sound of an offer: two soft notes from the browser itself, no file.
 *
 * Browsers let a page sound after somebody has pressed something on it. Whoever begins a
 * duty has; after a reload the first press anywhere does. Until then the title and the
 * bar say what is asked.
 */

const NOTES_HZ = [660, 880] as const
const NOTE_SECONDS = 0.18
const EVERY_MS = 4_000

let context: AudioContext | undefined

/** Lets the page sound from now on; to be called while something is being pressed. */
export function allowSound(): void {
  context ??= new AudioContext()
  if (context.state === "suspended") void context.resume()
}

/** Sounds once; `volume` from 0 to 100. */
export function sound(volume: number): void {
  if (context?.state !== "running" || volume <= 0) return
  const loudness = context.createGain()
  loudness.gain.value = (volume / 100) ** 2 * 0.5
  loudness.connect(context.destination)
  for (const [index, pitch] of NOTES_HZ.entries()) {
    const note = context.createOscillator()
    note.frequency.value = pitch
    note.connect(loudness)
    note.start(context.currentTime + index * NOTE_SECONDS)
    note.stop(context.currentTime + (index + 1) * NOTE_SECONDS)
  }
}

/** Sounds now and again until the function that it gives is called. */
export function keepSounding(volume: () => number): () => void {
  sound(volume())
  const timer = setInterval(() => sound(volume()), EVERY_MS)
  return () => clearInterval(timer)
}

const MARK = "● "

/** Marks the title of the page, which stays neutral. */
export function markTitle(isMarked: boolean): void {
  const plain = document.title.replace(MARK, "")
  document.title = isMarked ? MARK + plain : plain
}
