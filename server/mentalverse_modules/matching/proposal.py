"""A proposal: options, a human look at them, and two consents.

    state    what is waited for                    who moves it
    review   a coordinator looks at the options    reviewer: veto, release, close
    choice   the mentee picks one of them          mentee: choose, others, close
    asked    the mentor answers                    mentor: accept, decline
                                                   server: full; mentee: close
    agreed   nothing: both consented               nobody
    closed   nothing: match again, free            nobody

Every state that waits lapses into `closed` when its time is over, by the server. A
mentor who did not answer in time is taken for one who would rather not.

Choosing is the mentee's consent and accepting is the mentor's, in this order, so that
no mentor learns of somebody who did not want them. A mentor who declines, or whose last
place somebody else took meanwhile, leaves the mentee with the options that are still
open. `full` also stands for a pair that became impossible since it was proposed. A
mentee who wants none of them passes them over. Nobody is told why the other one did not
want them.

Invariants: there are two options at least when a mentee is asked, so that a choice is
one; a veto has a reason and a name; a mentor takes an option only after the mentee did;
`agreed` holds both consents with their times; what is closed or agreed stays so.

Times: a review is a matter of working days, 72 h; a choice is one of the mentee's,
7 days, for nobody is to be hurried into it; an answer of a mentor keeps somebody
waiting, 72 h.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from .explain import Line
from .people import Kind, Mentee, Mentor

MIN_OPTIONS = 2
OPTIONS = 3
STRUCTURES = ("open", "practical")
"""Of a plan."""
MEETINGS_A_MONTH = (1, 2, 4)
"""Of a plan; twice, if nothing else is wished for."""
_HOUR_MS = 60 * 60 * 1_000
_REASON_CHARACTERS = 500


class Stage(Enum):
    """What is waited for."""

    REVIEW = "review"
    CHOICE = "choice"
    ASKED = "asked"
    AGREED = "agreed"
    CLOSED = "closed"


class Party(Enum):
    """Who moves it."""

    REVIEWER = "reviewer"
    MENTEE = "mentee"
    MENTOR = "mentor"
    SERVER = "server"


class Act(Enum):
    """What they do."""

    VETO = "veto"
    RELEASE = "release"
    CHOOSE = "choose"
    ACCEPT = "accept"
    DECLINE = "decline"
    FULL = "full"
    OTHERS = "others"
    CLOSE = "close"
    LAPSE = "lapse"


class Standing(Enum):
    """Of one option."""

    OPEN = "open"
    VETOED = "vetoed"
    DECLINED = "declined"
    FULL = "full"
    PASSED = "passed"


TABLE: dict[tuple[Stage, Act], frozenset[Party]] = {
    (Stage.REVIEW, Act.VETO): frozenset({Party.REVIEWER}),
    (Stage.REVIEW, Act.RELEASE): frozenset({Party.REVIEWER}),
    (Stage.REVIEW, Act.CLOSE): frozenset({Party.REVIEWER, Party.MENTEE}),
    (Stage.REVIEW, Act.LAPSE): frozenset({Party.SERVER}),
    (Stage.CHOICE, Act.CHOOSE): frozenset({Party.MENTEE}),
    (Stage.CHOICE, Act.OTHERS): frozenset({Party.MENTEE}),
    (Stage.CHOICE, Act.CLOSE): frozenset({Party.MENTEE}),
    (Stage.CHOICE, Act.LAPSE): frozenset({Party.SERVER}),
    (Stage.ASKED, Act.ACCEPT): frozenset({Party.MENTOR}),
    (Stage.ASKED, Act.DECLINE): frozenset({Party.MENTOR}),
    (Stage.ASKED, Act.FULL): frozenset({Party.SERVER}),
    (Stage.ASKED, Act.CLOSE): frozenset({Party.MENTEE}),
    (Stage.ASKED, Act.LAPSE): frozenset({Party.SERVER}),
}
"""Who may do what when; what is not in it is refused."""
WAITS_MS = {
    Stage.REVIEW: 72 * _HOUR_MS,
    Stage.CHOICE: 7 * 24 * _HOUR_MS,
    Stage.ASKED: 72 * _HOUR_MS,
}


class Refused(Exception):
    """Raised for a move that the rules do not have; `code` is stable."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Plan:
    """What the two would begin with; some of it they may change (`adjustment`)."""

    support: Kind
    structure: str
    meetings_a_month: int
    meeting_minutes: int
    weeks: int
    goals: tuple[str, ...]
    """Those of the mentee that the mentor shares, else all of the mentee's."""


@dataclass(frozen=True, slots=True)
class Option:
    """One mentor who is proposed."""

    mentor: str
    points: int
    plan: Plan
    standing: Standing = Standing.OPEN
    by: str = ""
    """Who vetoed it."""
    reason: str = ""
    """Of a veto; for coordinators only."""
    lines: tuple[Line, ...] = ()
    """What each factor gave, of the run."""


@dataclass(frozen=True, slots=True)
class Move:
    """What somebody does to a proposal."""

    act: Act
    party: Party
    who: str = ""
    option: int = 0
    """Its place, for a veto and a choice."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Where one stands."""

    mentee: str
    options: tuple[Option, ...]
    stage: Stage
    lapses_ms: int
    """Meaningless once it is agreed or closed."""
    reviewed_by: str = ""
    chosen: int | None = None
    mentee_consented_ms: int | None = None
    mentor_consented_ms: int | None = None

    @property
    def open_options(self) -> tuple[int, ...]:
        """The places of what can still be chosen."""
        return tuple(
            at
            for at, option in enumerate(self.options)
            if option.standing is Standing.OPEN
        )


def plan_for(mentee: Mentee, mentor: Mentor) -> Plan:
    """What a pair would begin with."""
    shared = mentee.side.goals & mentor.side.goals
    wished = mentee.side.wished
    seldom, twice, often = MEETINGS_A_MONTH
    meetings = often if "often" in wished else seldom if "seldom" in wished else twice
    open_, practical = STRUCTURES
    structure = practical if "practical" in wished else open_
    goals = tuple(sorted(shared or mentee.side.goals))
    return Plan(mentee.kind, structure, meetings, 50, 12, goals)


def propose(mentee: str, options: Sequence[Option], now_ms: int) -> Proposal:
    """Put the best options before a coordinator.

    Args:
        mentee: for whom.
        options: best first; up to `OPTIONS` of them are taken.
        now_ms: the time.

    Raises:
        Refused: `too_few_options`, for one is no choice.
    """
    if len(options) < MIN_OPTIONS:
        raise Refused("too_few_options")
    lapses_ms = now_ms + WAITS_MS[Stage.REVIEW]
    return Proposal(mentee, tuple(options[:OPTIONS]), Stage.REVIEW, lapses_ms)


def moved(proposal: Proposal, move: Move, now_ms: int) -> Proposal:
    """The proposal after a move.

    Raises:
        Refused: `not_now` in this state, `not_yours` to do, `no_option` at that place,
            `no_reason` for a veto, `too_few_options` to release, `not_over` before
            its time, `over` after it.
    """
    parties = TABLE.get((proposal.stage, move.act))
    if parties is None:
        raise Refused("not_now")
    if move.party not in parties:
        raise Refused("not_yours")
    if move.party is Party.MENTEE and move.who != proposal.mentee:
        raise Refused("not_yours")
    is_over = now_ms >= proposal.lapses_ms
    if is_over != (move.act is Act.LAPSE):
        raise Refused("over" if is_over else "not_over")
    match move.act:
        case Act.VETO:
            return _vetoed(proposal, move)
        case Act.RELEASE:
            return _released(proposal, move, now_ms)
        case Act.CHOOSE:
            _require_open(proposal, move.option)
            consented = replace(proposal, chosen=move.option)
            consented = replace(consented, mentee_consented_ms=now_ms)
            return _to(consented, Stage.ASKED, now_ms)
        case Act.ACCEPT | Act.DECLINE | Act.FULL:
            return _answered(proposal, move, now_ms)
        case Act.OTHERS:
            return replace(_passed(proposal), stage=Stage.CLOSED)
        case _:
            return replace(_unanswered(proposal, move), stage=Stage.CLOSED)


def _passed(proposal: Proposal) -> Proposal:
    for at in proposal.open_options:
        proposal = _marked(proposal, at, Standing.PASSED)
    return proposal


def _unanswered(proposal: Proposal, move: Move) -> Proposal:
    at = proposal.chosen
    if move.act is not Act.LAPSE or at is None:
        return proposal
    return _marked(proposal, at, Standing.DECLINED)


def _vetoed(proposal: Proposal, move: Move) -> Proposal:
    _require_open(proposal, move.option)
    if not move.reason.strip() or not move.who:
        raise Refused("no_reason")
    reason = move.reason.strip()[:_REASON_CHARACTERS]
    return _marked(proposal, move.option, Standing.VETOED, move.who, reason)


def _released(proposal: Proposal, move: Move, now_ms: int) -> Proposal:
    if len(proposal.open_options) < MIN_OPTIONS:
        raise Refused("too_few_options")
    return _to(replace(proposal, reviewed_by=move.who), Stage.CHOICE, now_ms)


def _answered(proposal: Proposal, move: Move, now_ms: int) -> Proposal:
    at = proposal.chosen
    if at is None:
        raise Refused("no_option")
    if move.party is Party.MENTOR and move.who != proposal.options[at].mentor:
        raise Refused("not_yours")
    if move.act is Act.ACCEPT:
        return replace(proposal, stage=Stage.AGREED, mentor_consented_ms=now_ms)
    gone = Standing.FULL if move.act is Act.FULL else Standing.DECLINED
    left = replace(_marked(proposal, at, gone), chosen=None, mentee_consented_ms=None)
    if not left.open_options:
        return replace(left, stage=Stage.CLOSED)
    return _to(left, Stage.CHOICE, now_ms)


def _require_open(proposal: Proposal, at: int) -> None:
    if at not in proposal.open_options:
        raise Refused("no_option")


def _marked(
    proposal: Proposal, at: int, standing: Standing, by: str = "", reason: str = ""
) -> Proposal:
    options = list(proposal.options)
    options[at] = replace(options[at], standing=standing, by=by, reason=reason)
    return replace(proposal, options=tuple(options))


def _to(proposal: Proposal, stage: Stage, now_ms: int) -> Proposal:
    return replace(proposal, stage=stage, lapses_ms=now_ms + WAITS_MS[stage])
