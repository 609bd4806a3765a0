"""Two devices that both offer, restart and give up still come to one connection.

Time is simulated, and each message takes its own time; on the way from one to the other
they keep their order, as on the server's line.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field

import pytest

from mentalverse_client.calls.negotiation import (
    AddCandidates,
    Build,
    Close,
    Effect,
    Event,
    Heard,
    MakeOffer,
    Needed,
    Negotiation,
    PathLost,
    Signalling,
    TakeAnswer,
    TakeOffer,
    begin,
    decide,
)
from mentalverse_crypto.rtc_signal import RtcCandidate, RtcSignal, RtcSignalKind

SEEDS = 2_000


def signal(kind: RtcSignalKind, generation: int, sdp: str | None = None) -> RtcSignal:
    candidates: tuple[RtcCandidate, ...] = ()
    if kind is RtcSignalKind.CANDIDATES:
        candidates = (RtcCandidate("0", "candidate:1"),)
    return RtcSignal(kind, b"c" * 16, b"d" * 16, generation, sdp, (), candidates)


@dataclass
class Side:
    """One device with the connection it has at this moment."""

    name: str
    state: Negotiation
    world: World
    signalling: Signalling = Signalling.STABLE
    built: int = 1
    """Generation of the connection."""
    tracks: int = 2
    """What this side wants to send; more come while the call goes on."""
    offered: int = 0
    sends: int = 0
    """Tracks of this side that the connection carries, as both agreed."""
    receives: int = 0
    needs: bool = True

    def feel(self, event: Event) -> None:
        self.state, effects = decide(self.state, event)
        for effect in effects:
            self.do(effect)
        if self.needs and self.signalling is Signalling.STABLE:
            self.ask()

    def ask(self) -> None:
        self.state, effects = decide(self.state, Needed(self.signalling))
        for effect in effects:
            self.do(effect)

    def hear(self, heard: RtcSignal) -> None:
        self.feel(Heard(heard, self.signalling))

    def do(self, effect: Effect) -> None:
        match effect:
            case Build(generation=generation, tells=tells):
                assert generation > self.built
                self.built, self.signalling = generation, Signalling.STABLE
                self.sends = self.receives = 0
                self.needs = True
                if tells:
                    self.say(RtcSignalKind.REPLACE)
            case MakeOffer():
                assert self.signalling is Signalling.STABLE
                self.signalling = Signalling.HAVE_LOCAL_OFFER
                self.offered, self.needs = self.tracks, False
                self.say(RtcSignalKind.OFFER, self.tracks)
                self.say(RtcSignalKind.CANDIDATES)
            case TakeOffer(signal=offer):
                assert self.signalling is Signalling.STABLE
                self.receives, self.sends = int(offer.sdp or ""), self.tracks
                self.needs = False
                self.say(RtcSignalKind.ANSWER, self.tracks)
            case TakeAnswer(signal=answer):
                assert self.signalling is Signalling.HAVE_LOCAL_OFFER
                self.signalling = Signalling.STABLE
                self.receives, self.sends = int(answer.sdp or ""), self.offered
            case AddCandidates():
                assert self.state.is_opened
            case Close():
                raise AssertionError("nobody has ended anything")

    def say(self, kind: RtcSignalKind, tracks: int | None = None) -> None:
        sdp = None if tracks is None else str(tracks)
        self.world.carry(self.name, signal(kind, self.built, sdp))


@dataclass
class World:
    rng: random.Random
    now: float = 0.0
    due: list[tuple[float, int, str, object]] = field(default_factory=list)
    arrives: dict[str, float] = field(default_factory=dict)
    count: int = 0

    def carry(self, sender: str, said: RtcSignal) -> None:
        at = max(self.now + self.rng.uniform(0.01, 1.5), self.arrives.get(sender, 0.0))
        self.arrives[sender] = at
        self.at(at, "b" if sender == "a" else "a", said)

    def at(self, when: float, name: str, what: object) -> None:
        self.count += 1
        heapq.heappush(self.due, (when, self.count, name, what))


def play(seed: int) -> dict[str, Side]:
    rng = random.Random(seed)
    world = World(rng)
    newcomer = rng.choice("ab")
    sides = {
        name: Side(name, begin(name, other, is_newcomer=name == newcomer), world)
        for name, other in (("a", "b"), ("b", "a"))
    }
    for name in "ab":
        world.at(rng.uniform(0, 2), name, "begin")
        for _ in range(rng.randrange(4)):
            what = rng.choice(["track", "track", "lost", "restart"])
            world.at(rng.uniform(0, 6), name, what)
    while world.due:
        world.now, _, to, comes = heapq.heappop(world.due)
        side = sides[to]
        if isinstance(comes, RtcSignal):
            side.hear(comes)
        elif comes == "lost":
            side.feel(PathLost())
        elif comes == "restart":
            side.hear(signal(RtcSignalKind.RESTART, side.built))
        else:
            side.tracks += comes == "track"
            side.needs = True
            if side.signalling is Signalling.STABLE:
                side.ask()
        assert world.count < 2_000, "they never come to rest"
    return sides


@pytest.mark.capability("C04")
def test_two_thousand_lives_come_to_rest_with_every_track() -> None:
    for seed in range(SEEDS):
        a, b = play(seed).values()
        assert a.built == b.built == a.state.generation == b.state.generation, seed
        assert {a.signalling, b.signalling} == {Signalling.STABLE}, seed
        assert not a.needs and not b.needs, seed
        assert (a.sends, b.receives) == (b.receives, a.tracks), seed
        assert (b.sends, a.receives) == (a.receives, b.tracks), seed


# --- one step each ---


def stands(polite: bool, **more: object) -> Negotiation:
    return Negotiation(is_polite=polite, **more)  # type: ignore[arg-type]


def offer(generation: int = 1) -> RtcSignal:
    return signal(RtcSignalKind.OFFER, generation, "2")


def test_the_larger_id_is_polite_and_the_newcomer_offers() -> None:
    old, new = begin("b", "a", is_newcomer=False), begin("a", "b", is_newcomer=True)
    assert (old.is_polite, new.is_polite) == (True, False)
    assert decide(old, Needed(Signalling.STABLE))[1] == ()
    assert decide(new, Needed(Signalling.STABLE))[1] == (MakeOffer(),)


def test_where_offers_meet_the_polite_side_begins_again() -> None:
    collision = Heard(offer(), Signalling.HAVE_LOCAL_OFFER)
    assert decide(stands(polite=False), collision)[1] == ()
    after, effects = decide(stands(polite=True), collision)
    assert effects == (Build(2, tells=True), MakeOffer())
    assert after.generation == 2


def test_an_ice_restart_is_answered_with_another_connection() -> None:
    asked = Heard(offer(), Signalling.STABLE, is_restart=True)
    _, effects = decide(stands(polite=False, is_opened=True), asked)
    assert effects == (Build(2, tells=True), MakeOffer())


def test_what_belongs_to_an_earlier_generation_is_dropped() -> None:
    state = stands(polite=True, generation=3)
    for kind in RtcSignalKind:
        sdp = "2" if kind in (RtcSignalKind.OFFER, RtcSignalKind.ANSWER) else None
        late = Heard(signal(kind, 2, sdp), Signalling.HAVE_LOCAL_OFFER)
        assert decide(state, late) == (state, ())


def test_only_its_beginning_leads_into_a_later_generation() -> None:
    state = stands(polite=False)
    for kind in (RtcSignalKind.CANDIDATES, RtcSignalKind.RESTART, RtcSignalKind.END):
        assert decide(state, Heard(signal(kind, 2), Signalling.STABLE)) == (state, ())
    event = Heard(offer(4), Signalling.HAVE_LOCAL_OFFER)
    after, effects = decide(state, event)
    assert effects == (Build(4, tells=False), TakeOffer(offer(4)))
    assert after.generation == 4


def test_candidates_wait_for_a_description() -> None:
    early = Heard(signal(RtcSignalKind.CANDIDATES, 1), Signalling.STABLE)
    state, effects = decide(stands(polite=True), early)
    assert effects == ()
    state, effects = decide(state, Heard(offer(), Signalling.STABLE))
    (one,) = early.signal.candidates
    assert effects == (TakeOffer(offer()), AddCandidates((one,)))
    assert decide(state, early)[1] == (AddCandidates((one,)),)


def test_the_other_side_may_end_it() -> None:
    end = Heard(signal(RtcSignalKind.END, 1), Signalling.STABLE)
    assert decide(stands(polite=True), end)[1] == (Close(),)
