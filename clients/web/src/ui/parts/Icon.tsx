import css from "./Icon.module.css"

const UP = "M12 19V5M6 11l6-6 6 6"

/** Lines on a grid of 24; always beside words or a label, never instead of them. */
const PATHS = {
  back: "M15 5l-7 7 7 7",
  forward: "M9 5l7 7-7 7",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  send: UP,
  attach: "M20 11l-8.5 8.5a5 5 0 01-7-7L13 4a3.3 3.3 0 014.7 4.7l-8.5 8.4a1.6 1.6 0 01-2.3-2.3L14.5 7",
  voice: "M12 15a3 3 0 003-3V6a3 3 0 10-6 0v6a3 3 0 003 3zM6 11.5a6 6 0 0012 0M12 17.5V21",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  stop: "M7 7h10v10H7z",
  search: "M11 18a7 7 0 100-14 7 7 0 000 14zM16 16l4.5 4.5",
  add: "M12 5v14M5 12h14",
  settings:
    "M4 7h9M19 7h1M4 17h1M11 17h9M16 9.5a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM8 19.5a2.5 2.5 0 100-5 2.5 2.5 0 000 5z",
  people: "M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM3 20a6 6 0 0112 0M16 4.5a3.5 3.5 0 010 6.5M18 14.5a6 6 0 013 5.5",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  reply: "M10 7L4 12l6 5M4 12h9a7 7 0 017 7",
  shield: "M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12.5l4.5 4.5L19 7.5",
  phone: "M6 3h3l2 5-2.5 1.5a12 12 0 006 6L16 13l5 2v3a3 3 0 01-3 3A15 15 0 013 6a3 3 0 013-3z",
  device: "M8 3h8a1 1 0 011 1v16a1 1 0 01-1 1H8a1 1 0 01-1-1V4a1 1 0 011-1zM11 18h2",
  key: "M8 19a4 4 0 100-8 4 4 0 000 8zM11 12l9-9M16 7l3 3",
  leave: "M14 4h5v16h-5M4 12h11M11 8l4 4-4 4",
  heart: "M12 20s-8-5-8-11a4.5 4.5 0 018-2.8A4.5 4.5 0 0120 9c0 6-8 11-8 11z",
  down: "M12 5v14M6 13l6 6 6-6",
  calendar: "M5 6h14v14H5zM5 10h14M9 3v4M15 3v4",
  up: UP,
  talk: "M12 4c5 0 9 3.1 9 7s-4 7-9 7a12 12 0 01-3-.4L4.5 20l.8-3.6C3.9 15 3 13.1 3 11c0-3.9 4-7 9-7z",
  seen: "M2.5 12s3.5-6.5 9.5-6.5 9.5 6.5 9.5 6.5-3.5 6.5-9.5 6.5S2.5 12 2.5 12zM12 15a3 3 0 100-6 3 3 0 000 6z",
  save: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  about: "M12 21a9 9 0 100-18 9 9 0 000 18zM12 11v5M12 8h.01",
  report: "M6 21V4M6 4h12l-2.5 4L18 12H6",
  desk: "M5 14v-2a7 7 0 0114 0v2M3 14h4v6H5a2 2 0 01-2-2zM21 14h-4v6h2a2 2 0 002-2zM19 20c0 1-1.5 1.5-4 1.5",
  plan: "M6 4h12v17H6zM9.5 4V2.5h5V5.5h-5zM9 10h6M9 13.5h6M9 17h3",
  voice_off:
    "M9 9.5V6a3 3 0 015.6-1.5M15 10v2a3 3 0 01-4.6 2.5M6 11.5a6 6 0 009.5 4.9M18 11.5a6 6 0 01-.5 2.4M12 17.5V21M4 4l16 16",
  camera: "M3 7h12v10H3zM15 11l6-4v10l-6-4",
  camera_off: "M8 7h7v7M15 17H3V7M15 11l6-4v10l-4-2.7M4 4l16 16",
  screen: "M3 5h18v11H3zM9 20h6M12 16v4",
  hand: "M8 12V6a1.5 1.5 0 013 0v5V4.5a1.5 1.5 0 013 0V11V6a1.5 1.5 0 013 0v8c0 4-2.5 7-6 7s-5-2-7-6l-1-2a1.5 1.5 0 012.6-1.5L8 14",
  captions: "M3 6h18v12H3zM7 11h5M15 11h2M7 14h2M12 14h5",
  circle:
    "M12 8a2 2 0 100-4 2 2 0 000 4zM6 14a2 2 0 100-4 2 2 0 000 4zM18 14a2 2 0 100-4 2 2 0 000 4zM9 20a2 2 0 100-4 2 2 0 000 4zM15 20a2 2 0 100-4 2 2 0 000 4z",
  lock: "M6 11h12v10H6zM8.5 11V8a3.5 3.5 0 017 0v3",
} as const

export type IconName = keyof typeof PATHS
/** Those that point along a line of writing turn around with it. */
const POINTING: ReadonlySet<IconName> = new Set(["back", "forward", "reply", "leave"])

export function Icon({ name }: { readonly name: IconName }) {
  const classes = POINTING.has(name) ? `${css.icon} ${css.pointing}` : css.icon
  return (
    <svg class={classes} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}
