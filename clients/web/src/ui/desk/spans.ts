/** How long something takes or has taken, as short as it stays clear. */

import { secondsLeft } from "../../state/desk-models"
import { duration } from "../times"
import { words } from "../words"
import { say } from "./words"

const MINUTE = 60
const HOUR = 3_600

/** "12 sec", "4:05", "3 hr". */
export function span(seconds: number): string {
  const whole = Math.abs(Math.round(seconds))
  if (whole < MINUTE) return unit(whole, "second")
  if (whole < HOUR) return duration(whole * 1_000)
  return whole < 48 * HOUR ? unit(Math.floor(whole / HOUR), "hour") : unit(Math.floor(whole / (24 * HOUR)), "day")
}

/** "12 sec left", "late by 40 sec". */
export function leftWords(until: number, now: number): string {
  const left = secondsLeft(until, now)
  return left > 0 ? say("left", { time: span(left) }) : say("late", { time: span(left) })
}

/** How long ago something began. */
export function sinceWords(begin: number, now: number): string {
  return say("since", { time: span(Math.max(0, Math.floor((now - begin) / 1_000))) })
}

function unit(value: number, name: "second" | "hour" | "day"): string {
  return words().number(value, { style: "unit", unit: name, unitDisplay: "short" })
}
