/**
 * Screening questions as data: what to ask next, and which band the answers propose.
 *
 * The counterpart of `mentalverse_crisis.instruments`, over the same files, and held to it
 * for every combination of answers. Three rules hold, whatever a file says: every set of
 * answers has a band; whoever skips loses nothing, as what is not known counts as
 * `UNKNOWN`, and an urgent answer keeps its urgency; and only the band leaves the device.
 */

import type { BandName } from "../e2ee/formats/screening"

export type { BandName } from "../e2ee/formats/screening"

/** The answer of whoever would rather not say. */
export const SKIPPED = "skipped"
/** What counts for whatever is not known. */
export const UNKNOWN: BandName = "A2"

type Colour = "low" | "moderate" | "high"

/** One answer that can be given. At most one of band and colour. */
export interface Option {
  readonly id: string
  readonly text: string
  readonly points?: number
  readonly band?: BandName | null
  readonly colour?: Colour | null
}

/** Holds if an earlier item has one of these answers: ids of its options, and `skipped`. */
interface Condition {
  readonly item: string
  readonly answers: readonly string[]
}

/** One question; asked if one of the conditions holds, and with none always. */
export interface Item {
  readonly id: string
  readonly text: string
  readonly options: readonly Option[]
  readonly asked_if?: readonly Condition[]
}

/** One file. */
export interface Instrument {
  readonly id: string
  readonly version: string
  readonly language: string
  readonly title: string
  readonly licence: {
    readonly terms: string
    readonly source_url?: string | null
    readonly acknowledgement_needed?: boolean
  }
  /** Who has read the terms and answers for the use. */
  readonly licence_acknowledged_by: string | null
  readonly items: readonly Item[]
  /** The band of who answered everything, and no answer or sum said another. */
  readonly otherwise: BandName
  readonly cut_offs?: readonly { readonly points: number; readonly band: BandName }[]
}

/** Id of the item → id of the option, or `SKIPPED`. */
export type Answers = ReadonlyMap<string, string>

/** What the answers come to. The band leaves the device, and no more. */
export interface Result {
  readonly band: BandName
  /** Whether every question that was to be asked has an answer. */
  readonly complete: boolean
}

const BAND_OF: Readonly<Record<Colour, BandName>> = { low: "A3", moderate: "A2", high: "A1" }

/** Whether an instrument may be asked: its terms need nothing, or somebody has read them. */
export function mayBeAsked({ licence, licence_acknowledged_by: by }: Instrument): boolean {
  return licence.acknowledgement_needed === false || (by !== null && by.trim() !== "")
}

/** The first question to ask that is neither answered nor skipped. */
export function nextItem(instrument: Instrument, answers: Answers): Item | undefined {
  return instrument.items.find((item) => {
    const given = answers.get(item.id)
    return given !== SKIPPED && optionOf(item, given) === undefined && isAsked(item, answers)
  })
}

/** The questions that these answers led to, in order: what was asked, and nothing else. */
export function askedItems(instrument: Instrument, answers: Answers): readonly Item[] {
  return instrument.items.filter((item) => answers.has(item.id))
}

/**
 * The band that the answers propose, whatever they are. An answer counts also where its
 * question was not to be asked: a signal is a signal.
 */
export function resultOf(instrument: Instrument, answers: Answers): Result {
  const given = instrument.items.flatMap((item) => optionOf(item, answers.get(item.id)) ?? [])
  const complete = instrument.items
    .filter((item) => isAsked(item, answers))
    .every((item) => optionOf(item, answers.get(item.id)) !== undefined)
  const points = given.reduce((sum, option) => sum + (option.points ?? 0), 0)
  const cuts = instrument.cut_offs ?? []
  const said = [
    ...given.flatMap((option) => bandOf(option) ?? []),
    ...cuts.filter((cut) => points >= cut.points).map(({ band }) => band),
  ]
  if (!complete) return { band: mostUrgent([...said, UNKNOWN]), complete }
  return { band: said.length === 0 ? instrument.otherwise : mostUrgent(said), complete }
}

export function optionOf(item: Item, answer: string | undefined): Option | undefined {
  return item.options.find(({ id }) => id === answer)
}

function bandOf({ band, colour }: Option): BandName | undefined {
  if (band != null) return band
  return colour == null ? undefined : BAND_OF[colour]
}

function isAsked({ asked_if = [] }: Item, answers: Answers): boolean {
  return (
    asked_if.length === 0 ||
    asked_if.some(({ item, answers: wanted }) => {
      const given = answers.get(item)
      return given !== undefined && wanted.includes(given)
    })
  )
}

/** By their names, "A0" is first. */
function mostUrgent(bands: readonly BandName[]): BandName {
  return bands.reduce((one, other) => (other < one ? other : one))
}
