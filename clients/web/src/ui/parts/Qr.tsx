import { useLoaded } from "./useLoaded"
import css from "./Qr.module.css"

export interface QrProps {
  readonly content: string | Uint8Array
  /** What it is for; what it holds stands beside it in another form. */
  readonly label: string
  /** For much content: the most that fits, drawn as wide as there is room. */
  readonly large?: boolean
}

const BORDER = 4

/** A QR code, dark on light in every theme, as cameras expect it. */
export function Qr({ content, label, large = false }: QrProps) {
  const loaded = useLoaded(() => import("qr"))
  const look = `${css.qr} ${large ? css.large : ""}`
  if (!loaded) return <div class={look} aria-hidden="true" />
  const rows = matrix(loaded.default, content, large ? "low" : "medium")
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("")
  return (
    <svg
      class={look}
      viewBox={`0 0 ${rows.length} ${rows.length}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
    >
      <path d={path} />
    </svg>
  )
}

type Encoder = (typeof import("qr"))["default"]

function matrix(encode: Encoder, content: string | Uint8Array, ecc: "low" | "medium"): boolean[][] {
  const options = { border: BORDER, ecc } as const
  if (typeof content === "string") return encode(content, "raw", options)
  const text = Array.from(content, (octet) => String.fromCharCode(octet)).join("")
  const octets = (each: string) => Uint8Array.from(each, (character) => character.charCodeAt(0))
  return encode(text, "raw", { ...options, encoding: "byte", textEncoder: octets })
}
