"""A request for help, from the tap to the last follow-up.

    (open) ─▶ waiting ◀──────▶ offered ──accept──▶ accepted ──first words──▶ active
                 ▲                │                   │  │                     │ │
                 │    no words ───┼───────────────────┘  └───────end─────┐     │ │
                 ├── cold transfer┼──────────────────────────────────────┼─────┘ │ end,
                 │                │                                      ▼       ▼ lost
            ┌ abandoned ◀─leaves──┘                                       wrap_up
     returns│    │                                                       │      │
            └────┘                                        follow_up_due ◀┘      │
                                                                │               │
                                                          following_up ──▶ closed

Merged, redirected and void end any open case; they are not drawn.

| State         | Who moves it on                 | What is due, and why           |
|---------------|---------------------------------|--------------------------------|
| waiting       | the dispatcher, the person      | rungs of the ladder: nobody    |
|               |                                 | waits in silence               |
| offered       | a responder, the dispatcher,    | ends of offers, the next stage |
|               | the person                      | of the plan, the rungs         |
| accepted      | the holder, the person          | first words: who took a case   |
|               |                                 | and is silent blocks the next  |
| active        | holder, person, supervisor      | silence; the leases of both    |
|               |                                 | devices; the grace of a gap    |
| wrap_up       | the holder                      | a cap: no unwritten summary    |
|               |                                 | keeps a follow-up from coming  |
| follow_up_due | whoever has follow-up duty      | the due time, then reminders   |
| following_up  | the same                        | the next attempt               |
| abandoned     | the person, while it is kept    | nothing                        |
| closed, merged, redirected, void | nobody       | nothing                        |

Invariants, whatever happens in whatever order:

1. A case is in one state, and leaves a state only along `MOVES`.
2. At most one responder holds it. Each hold has a higher fence than the one before, and
   a write under an earlier fence is refused.
3. `offered` if and only if an offer waits for its answer and nobody holds the case.
4. `accepted`, `active` and `wrap_up` have a holder; lost, that hold stays until another
   accepts, so that there is never none.
5. Every state that is not final has something due (`due.next_due_ms`).
6. The place in the queue (`enqueued_at_ms`) never moves.
7. Quick exit is no event of this table: a page that closes is a device that is gone,
   and the place is kept.
"""

from __future__ import annotations

from enum import Enum

import msgspec

from .acuity import UNKNOWN, Band, BandSource
from .errors import NotNow


class CaseState(Enum):
    """Where a case is; the essay above says who moves it."""

    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    WRAP_UP = "wrap_up"
    FOLLOW_UP_DUE = "follow_up_due"
    FOLLOWING_UP = "following_up"
    ABANDONED = "abandoned"
    CLOSED = "closed"
    MERGED = "merged"
    REDIRECTED = "redirected"
    VOID = "void"

    @property
    def is_final(self) -> bool:
        """Whether nothing comes by itself any more."""
        return self in _FINAL

    @property
    def is_held(self) -> bool:
        """Whether a responder has it."""
        return self in _HELD


_FINAL = frozenset(
    {
        CaseState.ABANDONED,
        CaseState.CLOSED,
        CaseState.MERGED,
        CaseState.REDIRECTED,
        CaseState.VOID,
    }
)
_HELD = frozenset({CaseState.ACCEPTED, CaseState.ACTIVE, CaseState.WRAP_UP})
_AFTERWARDS = frozenset({CaseState.CLOSED, CaseState.FOLLOW_UP_DUE})
_ELSEWHERE = frozenset({CaseState.MERGED, CaseState.REDIRECTED, CaseState.VOID})

MOVES: dict[CaseState, frozenset[CaseState]] = {
    CaseState.WAITING: frozenset({CaseState.OFFERED, CaseState.ABANDONED}) | _ELSEWHERE,
    CaseState.OFFERED: frozenset(
        {CaseState.WAITING, CaseState.ACCEPTED, CaseState.ABANDONED}
    )
    | _ELSEWHERE,
    CaseState.ACCEPTED: frozenset(
        {CaseState.WAITING, CaseState.ACTIVE, CaseState.WRAP_UP}
    )
    | _ELSEWHERE,
    CaseState.ACTIVE: frozenset({CaseState.WAITING, CaseState.WRAP_UP}) | _ELSEWHERE,
    CaseState.WRAP_UP: _AFTERWARDS | _ELSEWHERE,
    CaseState.FOLLOW_UP_DUE: frozenset({CaseState.FOLLOWING_UP, CaseState.CLOSED})
    | _ELSEWHERE,
    CaseState.FOLLOWING_UP: frozenset({CaseState.CLOSED}) | _ELSEWHERE,
    CaseState.ABANDONED: frozenset({CaseState.WAITING}),
    CaseState.CLOSED: frozenset(),
    CaseState.MERGED: frozenset(),
    CaseState.REDIRECTED: frozenset(),
    CaseState.VOID: frozenset(),
}
"""Every step there is."""


DRILL = "drill"
"""`drill` of a case that a supervisor opens as an exercise: people answer it."""
CANARY = "canary"
"""`drill` of a case that the desk opens to see whether it works: robots answer it."""


class Channel(Enum):
    """How the person wants to talk."""

    TEXT = "text"
    VOICE = "voice"
    VIDEO = "video"


class OfferEnd(Enum):
    """Why an offer is over."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    RESCINDED = "rescinded"


class Offer(msgspec.Struct, frozen=True):
    """One responder is asked to take the case."""

    id: str
    responder: str
    made_at_ms: int
    expires_at_ms: int
    ended: OfferEnd | None = None


class Exclusion(msgspec.Struct, frozen=True):
    """A responder is not asked again so soon."""

    responder: str
    until_ms: int


class Hold(msgspec.Struct, frozen=True):
    """A responder's device answers for the case."""

    responder: str
    device: str
    fence: int
    accepted_at_ms: int
    lease_until_ms: int
    """Without a beat until then, the device counts as gone."""
    is_joined: bool = False
    """Whether the person's device has added it to the conversation."""
    reply_left_ms: int = 0
    """Until the first words, as of `reply_since_ms`, or as long as the clock stands."""
    reply_since_ms: int | None = None
    """When that clock began to run; none: it stands, the person is not there."""


class Gap(msgspec.Struct, frozen=True):
    """One side's device is gone."""

    since_ms: int
    until_ms: int


class Silence(msgspec.Struct, frozen=True):
    """The person has said something that nobody answered yet."""

    since_ms: int
    extended_ms: int = 0
    """By somebody who is typing."""
    level: int = 0
    """1: the holder was nudged. 2: the supervisor was told."""


class Escalation(msgspec.Struct, frozen=True):
    """How far the search has climbed."""

    level: int = 0
    """Rungs that have fired."""
    paged_at_ms: int | None = None
    acked_by: str = ""
    acked_at_ms: int | None = None


class TransferStep(Enum):
    """How far a warm transfer is."""

    ASKED = "asked"
    COMING = "coming"
    """The other one agreed; the person's device has not added them yet."""


class Transfer(msgspec.Struct, frozen=True):
    """The holder asks somebody else to take over, and stays until they have."""

    to: str
    step: TransferStep
    until_ms: int
    device: str = ""


class FollowUp(msgspec.Struct, frozen=True):
    """Asking afterwards how somebody is."""

    due_ms: int
    attempts: int = 0
    reminded: int = 0
    """How often somebody was told that it is overdue."""
    taken_by: str = ""
    """Who means to do it: they are to be in the conversation."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One request for help. What is said in it is nowhere here."""

    id: str
    request: str
    """The client's key of the tap: the same one opens the same case."""
    person: str
    """A pseudonym."""
    policy: str
    """The revision that it opened under."""
    tapped_at_ms: int
    enqueued_at_ms: int
    """Its place in the queue: the tap."""
    accept_due_ms: int
    """When somebody has to have accepted, in the present search."""
    seeking_since_ms: int
    """When the present search began: the offer plan counts from here."""
    band: Band = UNKNOWN
    band_source: BandSource = BandSource.NOBODY
    state: CaseState = CaseState.WAITING
    language: str = ""
    region: str = ""
    needs: tuple[str, ...] = ()
    """Skills that would help, by the person's own wish."""
    channel: Channel = Channel.TEXT
    is_minor: bool = False
    is_trusted: bool = True
    """Whether who asks was recognised; it changes nothing in how soon help comes."""
    is_clustered: bool = False
    """Many came from one address: after the others of its band."""
    drill: str = ""
    wants_again: str = ""
    """A responder whom the person would like to meet again."""
    offers: tuple[Offer, ...] = ()
    """Those that wait, and the last that ended."""
    offers_made: int = 0
    stage: int = 0
    """Stages of the offer plan that have begun."""
    excluded: tuple[Exclusion, ...] = ()
    fence: int = 0
    hold: Hold | None = None
    guests: tuple[str, ...] = ()
    supervisor_wanted_at_ms: int | None = None
    """When the holder asked for back-up; until a supervisor or a professional is
    there, or the conversation over."""
    is_rescue: bool = False
    """Another responder is looked for, while the lost one's hold stays."""
    is_front: bool = False
    """Somebody had it already: before all others of the same class."""
    responder_gap: Gap | None = None
    person_gap: Gap | None = None
    person_lease_until_ms: int | None = None
    """The same for the person's device, as long as somebody holds the case."""
    silence: Silence | None = None
    escalation: Escalation = Escalation()
    transfer: Transfer | None = None
    return_reason: str = ""
    """Why the holder wants to give an A0 or A1 back; empty: they do not."""
    wrap_up_until_ms: int | None = None
    follow_up: FollowUp | None = None
    location_until_ms: int | None = None
    """A sealed location is kept until then."""
    outcome: str = ""
    kept_until_ms: int | None = None
    """Who left finds their place until then."""

    @property
    def pending(self) -> tuple[Offer, ...]:
        """The offers that wait for an answer."""
        return tuple(offer for offer in self.offers if offer.ended is None)

    def held(self) -> Hold:
        """Whose it is.

        Raises:
            NotNow: nobody holds it.
        """
        if self.hold is None:
            raise NotNow("nobody holds this case")
        return self.hold

    @property
    def seeks(self) -> bool:
        """Whether a responder is being looked for."""
        return self.is_rescue or self.state in (CaseState.WAITING, CaseState.OFFERED)
