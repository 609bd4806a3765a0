"""Payloads of being matched: somebody looks for a mentor, somebody helps others.

What leaves a device are codes of one vocabulary (`mentalverse_modules.matching`), never
a sentence. A mentor learns of a mentee once these have chosen them, and a mentee is
never told why somebody is not free. Commands name what is to be so, hence none has an
idempotency key: the same again finds it so, and answers how everything stands.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from .fields import Fact, Handle, Payload, Seq, TimestampMs
from .ids import ClientIdField, ConversationIdField

MAX_MATCH_CODES = 32
"""Of one list."""
MAX_CONDITIONS = 8
MAX_PLACES = 50
MEETINGS_A_MONTH_MOST = 4
STAGE_MOST = 4
STYLE_AXES = 4
STYLE_MOST = 10
STYLE_UNSAID = -1

ProposalIdField = ClientIdField
RelationshipIdField = ClientIdField
"""A relationship has the id of the proposal that it came from."""
Place = Annotated[int, Meta(ge=0, le=9)]
"""Of an option within its proposal; names no account."""
MatchCode = Annotated[str, Meta(pattern="^[a-z0-9_.:-]+$", max_length=64)]
Language = Annotated[str, Meta(pattern="^[A-Za-z0-9-]+$", max_length=35)]
"""BCP 47."""
Languages = Annotated[tuple[Language, ...], Meta(max_length=MAX_MATCH_CODES)]
MatchCodes = Annotated[tuple[MatchCode, ...], Meta(max_length=MAX_MATCH_CODES)]
Slots = Annotated[str, Meta(pattern="^[0-9a-f]+$", max_length=168)]
"""Quarters of an hour of a week in UTC, hexadecimal; bit 0 is Monday 00:00."""
RecoveryStage = Annotated[int, Meta(ge=0, le=STAGE_MOST)]
"""How far on, 1…4; 0: they would rather not say."""
Axis = Annotated[int, Meta(ge=STYLE_UNSAID, le=STYLE_MOST)]
Style = Annotated[tuple[Axis, ...], Meta(min_length=STYLE_AXES, max_length=STYLE_AXES)]
"""On personality, communication, values, interaction; -1: they did not say."""


class MatchStage(StrEnum):
    """Where somebody's search stands.

    `impossible`: nobody can be proposed as it is, and the search goes on. `lapsed`: the
    choice was not made in time.
    """

    NONE = "none"
    LOOKING = "looking"
    REVIEW = "review"
    CHOICE = "choice"
    ASKED = "asked"
    PREPARING = "preparing"
    ACTIVE = "active"
    ENDED = "ended"
    LAPSED = "lapsed"
    IMPOSSIBLE = "impossible"


class OptionStanding(StrEnum):
    """`closed`: they cannot take anybody right now."""

    OPEN = "open"
    CLOSED = "closed"


class ContactChoice(StrEnum):
    """Whether somebody to call in an emergency was named; never who."""

    OPEN = "open"
    NAMED = "named"
    DECLINED = "declined"


class EmergencyContact(StrEnum):
    """What a mentee may answer."""

    NAMED = "named"
    DECLINED = "declined"


class MatchDatumKind(StrEnum):
    """One datum of a mentee."""

    LANGUAGES = "languages"
    SLOTS = "slots"
    CHALLENGES = "challenges"
    LIFE = "life"
    STAGE = "stage"
    GOALS = "goals"
    STYLE = "style"
    WISHED = "wished"
    OFFERED = "offered"
    TASTES = "tastes"
    REQUIRED = "required"


# --- what is asked ----------------------------------------------------------


class MatchCondition(Payload, frozen=True):
    """Any of these codes will do."""

    kind: MatchCode
    any_of: MatchCodes


Conditions = Annotated[tuple[MatchCondition, ...], Meta(max_length=MAX_CONDITIONS)]


class MatchCodesTold(Payload, frozen=True):
    """What both sides tell alike; whatever is left out was not said."""

    languages: Languages = ()
    slots: Slots = "0"
    challenges: MatchCodes = ()
    life: MatchCodes = ()
    stage: RecoveryStage = 0
    goals: MatchCodes = ()
    style: Style = (STYLE_UNSAID,) * STYLE_AXES
    wished: MatchCodes = ()
    """What they would like in the other."""
    offered: MatchCodes = ()
    """What they tell of themselves, in the same codes."""
    tastes: MatchCodes = ()
    required: Annotated[
        tuple[MatchCondition, ...], Meta(max_length=MAX_CONDITIONS)
    ] = ()
    """Of a mentee: what has to be so. Of a mentor: what they let themselves be chosen
    by."""


class MatchLook(Payload, frozen=True):
    """How one's own search stands, and who asks for one."""


class MatchBegin(Payload, frozen=True):
    """Agree to being matched by these codes, and look for somebody."""

    codes: MatchCodesTold


class MatchChoose(Payload, frozen=True):
    """One's own consent to one of the options."""

    proposal: ProposalIdField
    option: Place


class MatchOthers(Payload, frozen=True):
    """None of these: look on, and leave them out for 90 days."""

    proposal: ProposalIdField


class MatchStop(Payload, frozen=True):
    """Look no more; the codes stay until they are taken back."""


class MatchAnswer(Payload, frozen=True):
    """A mentor's consent, or not; no reason is taken."""

    ask: ProposalIdField
    yes: bool


class MatchOrient(Payload, frozen=True):
    """One was told how it works here, and has read it."""

    relationship: RelationshipIdField


class MatchContact(Payload, frozen=True):
    """Whether somebody to call in an emergency is named."""

    relationship: RelationshipIdField
    choice: EmergencyContact


class MatchTerms(Payload, frozen=True):
    """What of a plan the two may change; each as a plan may have it."""

    structure: MatchCode
    meetings_a_month: Annotated[int, Meta(ge=1, le=MEETINGS_A_MONTH_MOST)]


class MatchAdjust(Payload, frozen=True):
    """Ask for other terms, or agree: they count once the other asks for the same.

    Without terms, or with those that count already, one's own wish is taken back.
    """

    relationship: RelationshipIdField
    terms: MatchTerms | None = None


class MatchRematch(Payload, frozen=True):
    """End it; a mentee looks for somebody else at once, by the same codes."""

    relationship: RelationshipIdField


class MatchEnd(Payload, frozen=True):
    """End it and look for nobody."""

    relationship: RelationshipIdField
    graduated: bool = False
    """The goals are reached."""


class MatchWithdraw(Payload, frozen=True):
    """Take a datum back; the next run knows nothing of it."""

    datum: MatchDatumKind


class MatchOffered(Payload, frozen=True):
    """What one has told as a mentor."""


class MatchOffer(Payload, frozen=True):
    """Agree to being proposed as a mentor by these codes; again changes them."""

    codes: MatchCodesTold
    places: Annotated[int, Meta(ge=0, le=MAX_PLACES)]
    """How many one helps at most; who is there already stays."""


class MatchPause(Payload, frozen=True):
    """Be proposed to nobody until further notice, or again."""

    paused: bool


class MatchTakeBack(Payload, frozen=True):
    """Take back what one has told as a mentor; who is there already stays."""


# --- what is answered -------------------------------------------------------


class MatchLine(Fact, frozen=True):
    """What one factor gave."""

    code: MatchCode
    weight: Seq
    """Of 10,000; 0: it is never used."""
    points: Seq
    known: bool
    """Not: nothing was told for it, and it has the middle."""


class MatchPlan(Fact, frozen=True):
    """What the two begin with, and then what they have agreed on since."""

    structure: MatchCode
    meetings_a_month: Seq
    meeting_minutes: Seq
    weeks: Seq
    goals: tuple[MatchCode, ...]


class MatchOption(Fact, frozen=True):
    """Somebody who is proposed."""

    option: Place
    name: Handle
    points: Seq
    """Of 10,000: the sum of the lines'."""
    lines: tuple[MatchLine, ...]
    plan: MatchPlan
    standing: OptionStanding


class MatchWish(Fact, frozen=True):
    """Other terms that one of the two asks for."""

    structure: MatchCode
    meetings_a_month: Seq
    until: TimestampMs
    """Then it lapses."""


class Together(Fact, frozen=True):
    """Two who both said yes."""

    relationship: RelationshipIdField
    name: Handle
    """Of the other one."""
    plan: MatchPlan
    is_active: bool
    """The two may meet; until then they prepare."""
    i_am_mentor: bool
    mine_at: TimestampMs
    """When I agreed."""
    theirs_at: TimestampMs
    oriented: bool
    they_are_oriented: bool
    contact: ContactChoice
    conversation: ConversationIdField | None = None
    """Of the two alone, if there is one."""
    phase: Annotated[int, Meta(ge=1, le=3)] = 1
    """How far they have come: time opens a phase, a milestone of both enters it."""
    i_wish: MatchWish | None = None
    they_wish: MatchWish | None = None


class MatchDatum(Fact, frozen=True):
    """One datum that is stored."""

    datum: MatchDatumKind
    values: tuple[str, ...]
    """Codes; of `slots` one number in hexadecimal, of `style` four numbers, of
    `required` each as `kind:code`."""
    needed: bool
    """Without it nobody can be found."""
    since: TimestampMs
    """When it was last agreed to."""


class MatchAsk(Fact, frozen=True):
    """Somebody who would like one as their mentor."""

    ask: ProposalIdField
    name: Handle
    plan: MatchPlan
    answer_by: TimestampMs


class MatchView(Fact, frozen=True):
    """How everything stands for an account; answer of every command but a mentor's."""

    stage: MatchStage
    """Of one's own search for a mentor."""
    data: tuple[MatchDatum, ...]
    until: TimestampMs | None = None
    """Until when the stage waits."""
    proposal: ProposalIdField | None = None
    """Of the options."""
    options: tuple[MatchOption, ...] = ()
    """Once a coordinator has released them."""
    chosen: Place | None = None
    together: tuple[Together, ...] = ()
    """Those that are not over, as mentee first."""
    against: tuple[MatchCode, ...] = ()
    """Of `impossible`: what stands against it; `too_few`: nothing that is the same for
    all."""
    asks: tuple[MatchAsk, ...] = ()


class MatchOffering(Fact, frozen=True):
    """What a mentor has told, and whether they are proposed."""

    data: tuple[MatchDatum, ...]
    """Empty: they did not agree to being proposed."""
    places: Seq = 0
    taken: Seq = 0
    paused: bool = False
    eligible: bool = False
    """They have the role, and no credential of theirs stands against it now."""
    since: TimestampMs | None = None
    """When they last agreed."""


class MatchChanged(Fact, frozen=True):
    """Something became of a search, an ask or a relationship: look anew."""


CALLS: tuple[tuple[str, type[Payload], type[Fact]], ...] = (
    ("match.view", MatchLook, MatchView),
    ("match.begin", MatchBegin, MatchView),
    ("match.choose", MatchChoose, MatchView),
    ("match.others", MatchOthers, MatchView),
    ("match.stop", MatchStop, MatchView),
    ("match.answer", MatchAnswer, MatchView),
    ("match.orient", MatchOrient, MatchView),
    ("match.contact", MatchContact, MatchView),
    ("match.adjust", MatchAdjust, MatchView),
    ("match.rematch", MatchRematch, MatchView),
    ("match.end", MatchEnd, MatchView),
    ("match.withdraw", MatchWithdraw, MatchView),
    ("match.offered", MatchOffered, MatchOffering),
    ("match.offer", MatchOffer, MatchOffering),
    ("match.pause", MatchPause, MatchOffering),
    ("match.take_back", MatchTakeBack, MatchOffering),
)
"""Name, payload and answer of each command, for the registry."""
EVENTS: tuple[tuple[str, type[Fact]], ...] = (("match.changed", MatchChanged),)
"""Name and payload of each notice, for the registry."""
