/**
 * What a responder's screen shows, kept up to date between two answers of the server.
 *
 * The law: an answer to `desk.mine` is always right, and replaces everything. Between two
 * of them `case.offered` adds what is asked, `offer.rescinded` and the time take it away;
 * nothing else is guessed.
 */

import type { DeskView, OfferRescinded, OfferView } from "../protocol/events"

type Named = Pick<OfferView, "case" | "offer">

const isSame = (one: Named, other: Named): boolean => one.offer === other.offer && one.case === other.case

/** The view with one more offer, or with a newer form of it; the most urgent first. */
export function offered(view: DeskView, offer: OfferView): DeskView {
  const others = view.offers.filter((each) => !isSame(each, offer))
  return { ...view, offers: [...others, offer].sort(byUrgency) }
}

/** The view without an offer that is over. */
export function withdrawn(view: DeskView, over: Named | OfferRescinded): DeskView {
  return without(view, (each) => isSame(each, over))
}

/** The view without offers whose time is up. */
export function lapsed(view: DeskView, now: number): DeskView {
  return without(view, (each) => each.expires_at <= now)
}

/** Offers of `after` that were not in `before`: what rings. */
export function newOffers(before: DeskView | undefined, after: DeskView): readonly OfferView[] {
  const known = before?.offers ?? []
  return after.offers.filter((offer) => !known.some((each) => isSame(each, offer)))
}

/** The order of a queue: A0, A1, then whose time is up first. */
export function byUrgency(one: OfferView, other: OfferView): number {
  return classOf(one.band) - classOf(other.band) || one.accept_due_at - other.accept_due_at
}

/** A2 to A4 stand in one line, by their times. */
function classOf(band: number): number {
  return Math.min(band, 2)
}

function without(view: DeskView, isOver: (offer: OfferView) => boolean): DeskView {
  const offers = view.offers.filter((offer) => !isOver(offer))
  return offers.length === view.offers.length ? view : { ...view, offers }
}
