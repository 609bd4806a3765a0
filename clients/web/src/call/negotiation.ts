/**
 * Who offers and who answers between two browsers, as values (W3C WebRTC §10.7).
 *
 * Both sides may offer at any time. Where two offers meet, the polite side gives way: it
 * takes the other's offer, by which the browser rolls its own back, and offers again when
 * the browser says that this is still needed. The impolite side lets the offer that met its
 * own go by. The polite one is whose member id is larger.
 *
 * A connection has a generation. `replace` ends it on both sides and begins the next; what
 * belongs to an earlier one is dropped. Where both replace at once, both are in the same
 * new generation with two offers, and that is a collision as any other.
 *
 * The newcomer offers first. Who was there before waits for that offer, or both would begin
 * with a collision each time somebody joins.
 *
 * Whoever drives this handles one event after the other, each effect to its end: the
 * signalling state that an event brings along is the one in which its effects run.
 */

export interface Candidate {
  readonly mid: string
  /** The attribute, `candidate:` and on. */
  readonly candidate: string
}

export type Signal =
  | { readonly kind: "offer"; readonly sdp: string }
  | { readonly kind: "answer"; readonly sdp: string }
  | { readonly kind: "candidates"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "restart" | "replace" | "end" }

export interface Negotiation {
  readonly isPolite: boolean
  readonly generation: number
  /** The other one is the newcomer, and has not offered so far. */
  readonly awaitsOffer: boolean
  /** A remote description is set: candidates can be added. */
  readonly isOpened: boolean
  readonly early: readonly Candidate[]
}

/** How many candidates are kept for a description that has not come. */
export const MAX_EARLY = 64

export type NegotiationEvent =
  /** The browser says so: something changed that the other side has to hear. */
  | { readonly kind: "needed"; readonly signalling: RTCSignalingState }
  | {
      readonly kind: "heard"
      readonly generation: number
      readonly signal: Signal
      readonly signalling: RTCSignalingState
    }
  /** This side gives the connection up for a new one. */
  | { readonly kind: "replace" }

export type NegotiationEffect =
  /** Ends the connection, and makes a new one of this generation. */
  | { readonly kind: "build"; readonly generation: number; readonly offers: boolean }
  | { readonly kind: "offer" }
  /** Takes an offer, and answers it. */
  | { readonly kind: "answer"; readonly sdp: string }
  | { readonly kind: "accept"; readonly sdp: string }
  /** Those of descriptions that are over fail, and that is no error. */
  | { readonly kind: "add"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "restart" }

type Decided = readonly [Negotiation, readonly NegotiationEffect[]]

/** `isNewcomer`: this side joined last, and offers. */
export function begin(own: string, other: string, isNewcomer: boolean): Negotiation {
  return { isPolite: own > other, generation: 1, awaitsOffer: !isNewcomer, isOpened: false, early: [] }
}

export function decide(state: Negotiation, event: NegotiationEvent): Decided {
  if (event.kind === "heard") return heard(state, event)
  if (event.kind === "replace") return next(state, state.generation + 1, true)
  // Out of the stable state the browser asks again, once it is back in it.
  const offers = event.signalling === "stable" && !state.awaitsOffer
  return [state, offers ? [{ kind: "offer" }] : []]
}

function heard(state: Negotiation, event: NegotiationEvent & { kind: "heard" }): Decided {
  const { signal, generation } = event
  if (generation < state.generation) return [state, []]
  if (generation > state.generation) return ofNext(state, generation, signal)
  switch (signal.kind) {
    case "offer":
      return offered(state, signal.sdp, event.signalling)
    case "answer":
      // One to an offer that was rolled back has nothing left to answer.
      return event.signalling === "have-local-offer"
        ? described(state, { kind: "accept", sdp: signal.sdp })
        : [state, []]
    case "candidates":
      return candidates(state, signal.candidates)
    case "restart":
      return [state, [{ kind: "restart" }]]
    case "replace":
      return [state, []]
    case "end":
      return [state, []]
  }
}

/** The other side has begun the next connection; what is not its beginning says nothing. */
function ofNext(state: Negotiation, generation: number, signal: Signal): Decided {
  if (signal.kind === "replace") {
    const [begun, built] = next(state, generation, false)
    return [{ ...begun, awaitsOffer: true }, built]
  }
  if (signal.kind !== "offer") return [state, []]
  const [begun, built] = next(state, generation, false)
  const [after, effects] = offered(begun, signal.sdp, "stable")
  return [after, [...built, ...effects]]
}

function next(state: Negotiation, generation: number, offers: boolean): Decided {
  const begun = { ...state, generation, awaitsOffer: false, isOpened: false, early: [] }
  return [begun, [{ kind: "build", generation, offers }]]
}

function offered(state: Negotiation, sdp: string, signalling: RTCSignalingState): Decided {
  const collides = signalling !== "stable"
  if (collides && !state.isPolite) return [state, []]
  return described({ ...state, awaitsOffer: false }, { kind: "answer", sdp })
}

function described(state: Negotiation, effect: NegotiationEffect): Decided {
  const { early } = state
  const after = { ...state, isOpened: true, early: [] }
  return [after, early.length === 0 ? [effect] : [effect, { kind: "add", candidates: early }]]
}

function candidates(state: Negotiation, found: readonly Candidate[]): Decided {
  if (state.isOpened) return [state, [{ kind: "add", candidates: found }]]
  return [{ ...state, early: [...state.early, ...found].slice(0, MAX_EARLY) }, []]
}
