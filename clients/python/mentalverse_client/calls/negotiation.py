"""Who offers and who answers between two devices of a call, as values.

Both sides may offer at any time (W3C WebRTC §10.7). Where two offers meet, the impolite
side lets the other's go by, and the polite one (of the larger id) gives way. A browser
gives way by a rollback; aiortc has none, and no ICE restart either, so this side gives
the connection up instead: `replace` ends it on both sides and begins the next.

    generation g, stable ──needs──▶ offered ──answer──▶ stable
          ▲                            │
          │                            │ polite, and the other has offered as well;
          └──── generation g + 1 ◀─────┘ or it restarts ICE, or this side's path is dead

Invariants: what belongs to an earlier generation is dropped; the first word of a later
one (`replace` or its offer) ends this one; where both replace at once, both stand in
the same generation with two offers, and that is a collision as any other. The newcomer
offers first: who was there before waits, or each joining would begin with a collision.

Whoever drives this handles one event after the other, each effect to its end, and names
the signalling state in which it found the connection.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from mentalverse_crypto.rtc_signal import RtcCandidate, RtcSignal, RtcSignalKind

MAX_EARLY = 64
"""Candidates kept for a description that has not come."""


class Signalling(StrEnum):
    """`RTCSignalingState` of W3C WebRTC, as far as it occurs between two steps."""

    STABLE = "stable"
    HAVE_LOCAL_OFFER = "have-local-offer"


@dataclass(frozen=True, slots=True)
class Negotiation:
    """Where one side stands."""

    is_polite: bool
    generation: int = 1
    awaits_offer: bool = False
    """The other side begins this generation, and has not offered so far."""
    is_opened: bool = False
    """A remote description is set: candidates can be added."""
    early: tuple[RtcCandidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Needed:
    """Something changed that the other side has to hear."""

    signalling: Signalling


@dataclass(frozen=True, slots=True)
class Heard:
    """The other side said something."""

    signal: RtcSignal
    signalling: Signalling
    is_restart: bool = False
    """An offer for the same connection from another ICE session."""


@dataclass(frozen=True, slots=True)
class PathLost:
    """This side gives the connection up."""


@dataclass(frozen=True, slots=True)
class Build:
    """End the connection, and make another of this generation."""

    generation: int
    tells: bool
    """The other side has to be told (`replace`), and an offer follows."""


@dataclass(frozen=True, slots=True)
class MakeOffer:
    """Describe this side, and send it."""


@dataclass(frozen=True, slots=True)
class TakeOffer:
    """Set the other's offer, and answer it."""

    signal: RtcSignal


@dataclass(frozen=True, slots=True)
class TakeAnswer:
    """Set the other's answer."""

    signal: RtcSignal


@dataclass(frozen=True, slots=True)
class AddCandidates:
    """Try these addresses; those of descriptions that are over fail, without harm."""

    candidates: tuple[RtcCandidate, ...]


@dataclass(frozen=True, slots=True)
class Close:
    """The other side has ended the connection for good."""


Event = Needed | Heard | PathLost
Effect = Build | MakeOffer | TakeOffer | TakeAnswer | AddCandidates | Close
Decided = tuple[Negotiation, tuple[Effect, ...]]


def begin(own: str, other: str, *, is_newcomer: bool) -> Negotiation:
    """The state before the first word.

    Args:
        own: This side's account.
        other: The other's.
        is_newcomer: Whether this side joined later.
    """
    return Negotiation(is_polite=own > other, awaits_offer=not is_newcomer)


def decide(state: Negotiation, event: Event) -> Decided:
    """What to do, in this order, and the state after it."""
    match event:
        case PathLost():
            return _replace(state)
        case Needed(signalling=signalling):
            # Out of the stable state the driver asks again, once it is back in it.
            offers = signalling is Signalling.STABLE and not state.awaits_offer
            return state, (MakeOffer(),) if offers else ()
        case Heard():
            return _heard(state, event)


def _heard(state: Negotiation, event: Heard) -> Decided:
    signal = event.signal
    if signal.pc_gen < state.generation:
        return state, ()
    if signal.pc_gen > state.generation:
        return _next(state, event)
    match signal.kind:
        case RtcSignalKind.OFFER:
            return _offered(state, event)
        case RtcSignalKind.ANSWER:
            if event.signalling is not Signalling.HAVE_LOCAL_OFFER:
                return state, ()
            return _described(state, TakeAnswer(signal))
        case RtcSignalKind.CANDIDATES:
            return _candidates(state, signal.candidates)
        case RtcSignalKind.RESTART:
            return _replace(state)
        case RtcSignalKind.END:
            return state, (Close(),)
        case RtcSignalKind.REPLACE:
            return state, ()


def _offered(state: Negotiation, event: Heard) -> Decided:
    if event.signalling is not Signalling.STABLE:
        return _replace(state) if state.is_polite else (state, ())
    if event.is_restart:
        return _replace(state)
    return _described(replace(state, awaits_offer=False), TakeOffer(event.signal))


def _described(state: Negotiation, effect: Effect) -> Decided:
    after = replace(state, is_opened=True, early=())
    if not state.early:
        return after, (effect,)
    return after, (effect, AddCandidates(state.early))


def _candidates(state: Negotiation, found: tuple[RtcCandidate, ...]) -> Decided:
    if state.is_opened:
        return state, (AddCandidates(found),)
    return replace(state, early=(*state.early, *found)[:MAX_EARLY]), ()


def _next(state: Negotiation, event: Heard) -> Decided:
    """The other side has begun a later generation; only its beginning says so."""
    signal = event.signal
    begun = Negotiation(state.is_polite, signal.pc_gen, awaits_offer=True)
    build = Build(signal.pc_gen, tells=False)
    if signal.kind is RtcSignalKind.REPLACE:
        return begun, (build,)
    if signal.kind is not RtcSignalKind.OFFER:
        return state, ()
    fresh = replace(event, signalling=Signalling.STABLE, is_restart=False)
    after, effects = _offered(begun, fresh)
    return after, (build, *effects)


def _replace(state: Negotiation) -> Decided:
    begun = Negotiation(state.is_polite, state.generation + 1)
    return begun, (Build(begun.generation, tells=True), MakeOffer())
