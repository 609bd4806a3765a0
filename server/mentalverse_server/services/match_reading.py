"""What somebody is shown of their search, of whom they help, and of whom they offer to.

No account is named to the other side, only its handle; of a mentor who cannot take
anybody nothing is told but that.
"""

from __future__ import annotations

import msgspec

from mentalverse_signaling.ids import AccountId, ClientId
from mentalverse_signaling.match_events import (
    ContactChoice,
    MatchAsk,
    MatchDatum,
    MatchLine,
    MatchOffering,
    MatchOption,
    MatchPlan,
    MatchStage,
    MatchView,
    MatchWish,
    OptionStanding,
    Together,
)

from ..clock import Clock, to_millis
from ..hooks.defaults import match_eligible, matching, matching_codes, matching_rows
from ..hooks.defaults.matching_codes import MenteeCodes, MentorCodes
from ..hooks.defaults.matching_rows import Standing
from ..store import accounts, match_wishes
from ..store import match_searches as searches
from ..store import matching as store
from ..store.engine import Connection, Database
from ..store.matching import (
    MENTEE,
    MENTOR,
    WAITS,
    OptionRow,
    ProfileRow,
    RelationshipRow,
    Whole,
)
from .match_news import ENDED, LAPSED
from .relationships import PAUSED, require_mentor

_SHOWN = frozenset({MatchStage.CHOICE, MatchStage.ASKED})
_STANDS = {ENDED: MatchStage.ENDED, LAPSED: MatchStage.LAPSED}


class MatchReading:
    """Reads how everything stands for an account."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def view(self, account: AccountId) -> MatchView:
        """A search, who asks, and who is together with whom."""
        now_ms = to_millis(self._clock.now())
        return await self._database.read(_view, account, now_ms)

    async def offering(self, account: AccountId) -> MatchOffering:
        """What a mentor has told. Raises `RoleRequired`."""
        now_ms = to_millis(self._clock.now())
        return await self._database.read(_offering, account, now_ms)


def lines_of(row: OptionRow) -> tuple[MatchLine, ...]:
    """What each factor gave."""
    return tuple(
        MatchLine(each.code, each.weight_bp, each.points, each.known)
        for each in matching_rows.lines_of(row)
    )


def plan_of(text: str) -> MatchPlan:
    """What the two would begin with."""
    plan = matching_rows.plan_of(text)
    return MatchPlan(
        plan.structure,
        plan.meetings_a_month,
        plan.meeting_minutes,
        plan.weeks,
        plan.goals,
    )


def _view(connection: Connection, account: AccountId, now_ms: int) -> MatchView:
    profile = searches.profile(connection, account, MENTEE)
    together = _together(connection, account, now_ms)
    open_ = store.open_proposal(connection, account)
    stage = _stage(profile, together, open_)
    view = MatchView(
        stage,
        _data_of_mentee(profile),
        together=together,
        asks=_asks(connection, account, now_ms),
    )
    if open_ is not None:
        until = open_[0].lapses_at_ms
        view = msgspec.structs.replace(view, until=until)
        if stage in _SHOWN:
            view = msgspec.structs.replace(
                view,
                proposal=ClientId(open_[0].id),
                chosen=open_[0].chosen,
                options=_options(connection, open_, now_ms),
            )
    elif stage is MatchStage.IMPOSSIBLE and profile is not None:
        view = msgspec.structs.replace(view, against=_against(profile))
    return view


def _stage(
    profile: ProfileRow | None, together: tuple[Together, ...], open_: Whole | None
) -> MatchStage:
    for each in together:
        if not each.i_am_mentor:
            return MatchStage.ACTIVE if each.is_active else MatchStage.PREPARING
    if open_ is not None:
        return MatchStage(open_[0].stage)
    if profile is None:
        return MatchStage.NONE
    if profile.standing == WAITS:
        return MatchStage.IMPOSSIBLE if _against(profile) else MatchStage.LOOKING
    return _STANDS.get(profile.standing, MatchStage.NONE)


def _against(profile: ProfileRow) -> tuple[str, ...]:
    if profile.against is None:
        return ()
    return msgspec.json.decode(profile.against, type=tuple[str, ...])


def _options(
    connection: Connection, open_: Whole, now_ms: int
) -> tuple[MatchOption, ...]:
    row, options, _ = open_
    names = accounts.handles(connection, [each.mentor for each in options])
    shown = []
    for each in options:
        standing = Standing(each.standing)
        if standing is Standing.VETOED or each.mentor not in names:
            continue
        is_open = standing is Standing.OPEN and (
            each.place == row.chosen
            or matching.can_be_chosen(connection, row.mentee, each.mentor, now_ms)
        )
        shown.append(
            MatchOption(
                each.place,
                names[each.mentor],
                each.points,
                lines_of(each),
                plan_of(each.plan),
                OptionStanding.OPEN if is_open else OptionStanding.CLOSED,
            )
        )
    return tuple(shown)


def _together(
    connection: Connection, account: AccountId, now_ms: int
) -> tuple[Together, ...]:
    rows = store.running(connection, account)
    rows.sort(key=lambda row: row.mentor == account)
    others = [_other(row, account) for row in rows]
    names = accounts.handles(connection, others)
    return tuple(
        _one(connection, row, account, names[other], now_ms)
        for row, other in zip(rows, others, strict=True)
        if other in names
    )


def _one(
    connection: Connection,
    row: RelationshipRow,
    account: AccountId,
    name: str,
    now_ms: int,
) -> Together:
    other, is_mentor = _other(row, account), row.mentor == account
    plan, consented_ms = searches.agreed(connection, row.id)
    oriented = row.mentee_oriented, row.mentor_oriented
    mine, theirs = reversed(oriented) if is_mentor else oriented
    wishes = _wishes(connection, row.id, now_ms)
    return Together(
        ClientId(row.id),
        name,
        plan_of(plan),
        matching_rows.relationship_of(row).may_meet,
        is_mentor,
        consented_ms.get(account, row.started_at_ms),
        consented_ms.get(other, row.started_at_ms),
        mine,
        theirs,
        ContactChoice(row.contact),
        searches.conversation(connection, account, other),
        row.phase,
        wishes.get(account),
        wishes.get(other),
    )


def _wishes(connection: Connection, id_: str, now_ms: int) -> dict[str, MatchWish]:
    return {
        row.account: MatchWish(row.structure, row.meetings_a_month, row.lapses_at_ms)
        for row in match_wishes.of(connection, id_)
        if now_ms < row.lapses_at_ms
    }


def _other(row: RelationshipRow, account: str) -> str:
    return row.mentee if row.mentor == account else row.mentor


def _asks(
    connection: Connection, account: AccountId, now_ms: int
) -> tuple[MatchAsk, ...]:
    found = [
        each
        for each in searches.asked_of(connection, account)
        if now_ms < each[0].lapses_at_ms
    ]
    names = accounts.handles(connection, [row.mentee for row, _, _ in found])
    return tuple(
        MatchAsk(
            ClientId(row.id),
            names[row.mentee],
            plan_of(options[row.chosen].plan),
            row.lapses_at_ms,
        )
        for row, options, _ in found
        if row.mentee in names and row.chosen is not None
    )


def _data_of_mentee(profile: ProfileRow | None) -> tuple[MatchDatum, ...]:
    if profile is None:
        return ()
    codes = msgspec.json.decode(profile.codes, type=MenteeCodes)
    return _data(profile, codes.side, codes.required)


def _data(
    profile: ProfileRow,
    side: matching_codes.SideCodes,
    conditions: dict[str, frozenset[str]],
) -> tuple[MatchDatum, ...]:
    found = matching_codes.data(side, conditions)
    return tuple(
        MatchDatum(kind, values, kind in matching_codes.NEEDED, profile.consented_at_ms)
        for kind, values in found.items()
    )


def _offering(connection: Connection, account: AccountId, now_ms: int) -> MatchOffering:
    require_mentor(connection, account)
    places, taken = searches.places(connection, account)
    is_eligible = match_eligible.eligible(connection, account, now_ms) is not None
    profile = searches.profile(connection, account, MENTOR)
    if profile is None:
        return MatchOffering((), places, taken, eligible=is_eligible)
    codes = msgspec.json.decode(profile.codes, type=MentorCodes)
    return MatchOffering(
        _data(profile, codes.side, codes.traits),
        places,
        taken,
        paused=profile.standing == PAUSED,
        eligible=is_eligible,
        since=profile.consented_at_ms,
    )
