/**
 * Pictures without what cameras write into them: place, time, device, thumbnails.
 *
 * The picture itself is not touched and not encoded again: parts of the file that do not
 * change what is seen are left out, by a list of those that stay.
 *
 * - JPEG (ITU-T T.81): of the application segments stay the colour profile and what
 *   decoders need. Whatever follows the picture is cut off, such as the second pictures of
 *   phones. How the camera was held is written anew, or the picture would lie on its side.
 * - PNG (ISO/IEC 15948): of the ancillary chunks stay those for colour, transparency, size
 *   and animation.
 * - WebP (RFC 9649): all but EXIF, XMP and chunks that are not part of the format.
 *
 * Other files are left as they are. HEIC, TIFF and videos may tell as much, and their
 * formats do not allow to leave parts out without writing the file anew.
 */

/** The file begins like a picture and does not go on like one. */
export class UnreadablePicture extends Error {}

export type PictureType = "image/jpeg" | "image/png" | "image/webp"

const PNG_MAGIC = "\x89PNG\r\n\x1a\n"
const PNG_KEPT = new Set("tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT".split(" "))
const WEBP_KEPT = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"])
const WEBP_EXIF_AND_XMP = 0x08 | 0x04

const SOI_BYTES = 2
const [EOI, SOS, COM] = [0xd9, 0xda, 0xfe]
const [APP0, APP1, APP2, APP14, APP15] = [0xe0, 0xe1, 0xe2, 0xee, 0xef]
const JFIF_BYTES = 14
const ORIENTATION_TAG = 0x0112
const SHORT = 3
const UPRIGHT = 1

/** The media type, if it is a picture that `withoutMetadata` cleans. */
export function pictureType(octets: Uint8Array): PictureType | undefined {
  if (startsWith(octets, "\xff\xd8\xff")) return "image/jpeg"
  if (startsWith(octets, PNG_MAGIC)) return "image/png"
  if (startsWith(octets, "RIFF") && startsWith(octets.subarray(8), "WEBP")) return "image/webp"
  return undefined
}

const CLEANERS = { "image/jpeg": jpeg, "image/png": png, "image/webp": webp }

/** The file without what its picture does not need; other files as they are. */
export function withoutMetadata(octets: Uint8Array): Uint8Array {
  const type = pictureType(octets)
  if (type === undefined) return octets
  try {
    return joined(CLEANERS[type](octets, viewOf(octets)))
  } catch (error) {
    if (error instanceof RangeError) throw new UnreadablePicture("the picture ends too early")
    throw error
  }
}

// --- JPEG ---

interface Segment {
  readonly marker: number
  readonly octets: Uint8Array
}

function jpeg(octets: Uint8Array, view: DataView): Uint8Array[] {
  const kept: Segment[] = []
  let orientation = UPRIGHT
  for (const segment of segments(octets, view)) {
    const { marker } = segment
    const payload = segment.octets.subarray(4)
    if (marker === APP1 && startsWith(payload, "Exif\0\0")) orientation = orientationOf(viewOf(payload.subarray(6)))
    if (marker === APP0 && startsWith(payload, "JFIF\0")) kept.push({ marker, octets: withoutThumbnail(payload) })
    else if (isNeeded(marker, payload)) kept.push(segment)
  }
  if (orientation !== UPRIGHT) {
    const first = kept[0]
    if (first === undefined) throw new UnreadablePicture("a picture without a picture")
    // JFIF wants to be the first segment (T.871 §10.1), EXIF comes after it.
    kept.splice(first.marker === APP0 ? 1 : 0, 0, { marker: APP1, octets: onlyOrientation(orientation) })
  }
  return [octets.subarray(0, SOI_BYTES), ...kept.map((segment) => segment.octets)]
}

/**
 * Each marker with its segment, from behind SOI up to the first EOI. The coded data behind
 * an SOS belongs to it.
 */
function* segments(octets: Uint8Array, view: DataView): Generator<Segment> {
  let at = SOI_BYTES
  for (;;) {
    if (view.getUint8(at) !== 0xff) throw new UnreadablePicture("a segment of the picture has no marker")
    while (view.getUint8(at + 1) === 0xff) at++ // fill bytes (T.81 §B.1.1.2)
    const marker = view.getUint8(at + 1)
    if (marker === EOI) {
      yield { marker, octets: octets.subarray(at, at + 2) }
      return
    }
    let end = at + 2 + view.getUint16(at + 2)
    if (end > octets.length) throw new UnreadablePicture("a segment of the picture is cut")
    if (marker === SOS) end = endOfScan(octets, end)
    yield { marker, octets: octets.subarray(at, end) }
    at = end
    if (at === octets.length) return // cut within a scan: decoders show what there is
  }
}

function endOfScan(octets: Uint8Array, from: number): number {
  let at = octets.indexOf(0xff, from)
  while (at !== -1) {
    const next = octets[at + 1]
    if (next === undefined) break
    const isStuffedOrRestart = next === 0 || (next >= 0xd0 && next <= 0xd7)
    if (next !== 0xff && !isStuffedOrRestart) return at
    at = octets.indexOf(0xff, at + (next === 0xff ? 1 : 2))
  }
  return octets.length
}

function isNeeded(marker: number, payload: Uint8Array): boolean {
  if (marker === APP2) return startsWith(payload, "ICC_PROFILE\0")
  if (marker === APP14) return startsWith(payload, "Adobe")
  return marker !== COM && !(marker >= APP0 && marker <= APP15)
}

function withoutThumbnail(payload: Uint8Array): Uint8Array {
  const plain = joined([payload.subarray(0, JFIF_BYTES - 2), new Uint8Array(2)])
  return segment(APP0, plain)
}

/** How the camera was held, 1 to 8; 1, upright, if it is not said. */
function orientationOf(tiff: DataView): number {
  const order = tiff.byteLength < 4 ? 0 : tiff.getUint32(0)
  const isLittle = order === 0x49492a00
  if (!isLittle && order !== 0x4d4d002a) return UPRIGHT
  try {
    const directory = tiff.getUint32(4, isLittle)
    const entries = tiff.getUint16(directory, isLittle)
    for (let at = directory + 2; at < directory + 2 + 12 * entries; at += 12) {
      // An entry that is cut says nothing, wherever its value stands.
      const value = tiff.getUint16(at + 8, isLittle)
      if (tiff.getUint16(at, isLittle) === ORIENTATION_TAG && tiff.getUint16(at + 2, isLittle) === SHORT) {
        return value >= 1 && value <= 8 ? value : UPRIGHT
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return UPRIGHT
}

function onlyOrientation(orientation: number): Uint8Array {
  const exif = new DataView(new ArrayBuffer(32))
  new Uint8Array(exif.buffer).set(octetsOf("Exif\0\0MM\0*"))
  exif.setUint32(10, 8) // where the directory is
  exif.setUint16(14, 1) // its entries
  exif.setUint16(16, ORIENTATION_TAG)
  exif.setUint16(18, SHORT)
  exif.setUint32(20, 1) // values
  exif.setUint16(24, orientation)
  return segment(APP1, new Uint8Array(exif.buffer))
}

function segment(marker: number, payload: Uint8Array): Uint8Array {
  const head = new DataView(new ArrayBuffer(4))
  head.setUint16(0, 0xff00 | marker)
  head.setUint16(2, 2 + payload.length)
  return joined([new Uint8Array(head.buffer), payload])
}

// --- PNG ---

function png(octets: Uint8Array, view: DataView): Uint8Array[] {
  const kept = [octets.subarray(0, PNG_MAGIC.length)]
  let at = PNG_MAGIC.length
  for (let kind = ""; kind !== "IEND"; ) {
    const end = at + 12 + view.getUint32(at)
    kind = fourCharacters(view, at + 4)
    if (end > octets.length) throw new UnreadablePicture("a chunk of the picture is cut")
    const isCritical = /^[A-Z]/.test(kind)
    if (isCritical || PNG_KEPT.has(kind)) kept.push(octets.subarray(at, end))
    at = end
  }
  return kept
}

// --- WebP ---

function webp(octets: Uint8Array, view: DataView): Uint8Array[] {
  const end = 8 + view.getUint32(4, true)
  if (end > octets.length) throw new UnreadablePicture("the picture is cut")
  const kept: Uint8Array[] = []
  for (let at = 12; at < end; ) {
    const kind = fourCharacters(view, at)
    const length = view.getUint32(at + 4, true)
    if (at + 8 + length > end) throw new UnreadablePicture("a chunk of the picture is cut")
    const chunk = octets.slice(at, at + 8 + length + (length % 2))
    if (kind === "VP8X") {
      const flags = viewOf(chunk)
      flags.setUint8(8, flags.getUint8(8) & ~WEBP_EXIF_AND_XMP)
    }
    if (WEBP_KEPT.has(kind)) kept.push(chunk)
    at += chunk.length
  }
  const head = new DataView(new ArrayBuffer(4))
  head.setUint32(0, 4 + kept.reduce((sum, chunk) => sum + chunk.length, 0), true)
  return [octetsOf("RIFF"), new Uint8Array(head.buffer), octetsOf("WEBP"), ...kept]
}

// --- octets ---

function viewOf(octets: Uint8Array): DataView {
  return new DataView(octets.buffer, octets.byteOffset, octets.length)
}

function octetsOf(latin1: string): Uint8Array {
  return Uint8Array.from(latin1, (character) => character.charCodeAt(0))
}

function startsWith(octets: Uint8Array, latin1: string): boolean {
  return octetsOf(latin1).every((octet, at) => octets[at] === octet)
}

function fourCharacters(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)))
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
