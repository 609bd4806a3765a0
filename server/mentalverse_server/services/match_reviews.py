"""What coordinators do: a look at every proposal before the mentee has one."""

from __future__ import annotations

from collections.abc import Iterable

from mentalverse_signaling.errors import Forbidden, NotFound
from mentalverse_signaling.ids import AccountId, ClientId
from mentalverse_signaling.match_desk_events import (
    MAX_PROPOSALS_SHOWN,
    MatchReviews,
    OptionProposed,
    ProposalWaiting,
    RunDone,
)

from ..hooks.defaults import matching
from ..hooks.defaults.matching import MIN_OPTIONS, Act, Move, Party
from ..store import accounts
from ..store import match_searches as searches
from ..store import matching as store
from ..store.engine import Connection, Database
from ..store.matching import Whole
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from . import match_news as news
from .credential_steps import require_reviewer
from .match_reading import lines_of, plan_of
from .match_runs import MatchRuns


class Reviewing:
    """Shows what waits, and releases it."""

    def __init__(self, database: Database, writer: Writer, runs: MatchRuns) -> None:
        self._database = database
        self._writer = writer
        self._runs = runs

    async def queue(self, by: AccountId) -> MatchReviews:
        """What waits for a look. Raises `RoleRequired`."""
        return await self._database.read(_queue, by, self._runs.is_running)

    async def release(
        self, by: AccountId, proposal: str, leave_out: Iterable[int], reason: str
    ) -> None:
        """Give what is left to the mentee; with fewer than two left, close it.

        Raises:
            RoleRequired, NotFound, NotNow.
            Forbidden: they are part of it.
            BadRequest: somebody is left out for no reason.
        """
        vetoes = sorted(set(leave_out))

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            require_reviewer(connection, by)
            found = store.proposal(connection, proposal)
            if found is None:
                raise NotFound("there is no such proposal")
            row, options, _ = found
            if by in (row.mentee, *(each.mentor for each in options)):
                raise Forbidden("nobody reviews what they are part of")
            if row.reviewed_by == by:
                return
            for place in vetoes:
                veto = Move(Act.VETO, Party.REVIEWER, by, place, reason)
                matching.move(transaction, proposal, veto)
            is_choice = len(options) - len(vetoes) >= MIN_OPTIONS
            act = Act.RELEASE if is_choice else Act.CLOSE
            done = matching.move(transaction, proposal, Move(act, Party.REVIEWER, by))
            news.moved(transaction, done)

        await self._writer.run(script, lane=WriterLane.OTHER)

    async def run(self, by: AccountId) -> None:
        """Have everybody matched who waits. Raises `RoleRequired`."""
        await self._database.read(require_reviewer, by)
        self._runs.ask()


def _queue(connection: Connection, by: AccountId, is_running: bool) -> MatchReviews:
    require_reviewer(connection, by)
    found = searches.in_review(connection, by, MAX_PROPOSALS_SHOWN)
    named = {each for whole in found for each in _accounts(whole)}
    names = accounts.handles(connection, named)
    last = searches.last_run(connection)
    return MatchReviews(
        tuple(_waiting(whole, names) for whole in found if whole[0].mentee in names),
        searches.reviews(connection),
        searches.looking(connection),
        is_running,
        None
        if last is None
        else RunDone(last.finished_at_ms, last.mentees, last.mentors, last.matched),
    )


def _accounts(whole: Whole) -> tuple[str, ...]:
    return (whole[0].mentee, *(each.mentor for each in whole[1]))


def _waiting(whole: Whole, names: dict[str, str]) -> ProposalWaiting:
    row, options, _ = whole
    return ProposalWaiting(
        ClientId(row.id),
        AccountId(row.mentee),
        names[row.mentee],
        row.lapses_at_ms,
        tuple(
            OptionProposed(
                each.place,
                AccountId(each.mentor),
                names[each.mentor],
                each.points,
                lines_of(each),
                plan_of(each.plan),
            )
            for each in options
            if each.mentor in names
        ),
    )
