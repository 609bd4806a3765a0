"""Relationships: who looks for a mentor, who offers to be one, and what two agree on.

The rules are those of the matching module, reached through the hooks' defaults. Codes
come from the person's own device, which derived them from what they answered there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

import msgspec

from mentalverse_signaling.errors import BadRequest, NotFound, NotNow, RoleRequired
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.match_events import (
    MAX_PLACES,
    MatchCodesTold,
    MatchDatumKind,
    MatchTerms,
)
from mentalverse_signaling.roles import Role

from ..clock import to_millis
from ..hooks.defaults import match_terms, matching, matching_codes
from ..hooks.defaults.match_terms import Terms
from ..hooks.defaults.matching import Act, Changed, Contact, Move, Party
from ..hooks.defaults.matching_codes import MenteeCodes, MentorCodes
from ..store import match_searches as searches
from ..store import matching as store
from ..store import roles
from ..store.engine import Connection
from ..store.matching import MENTEE, MENTOR, WAITS, ProfileRow
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane
from . import match_news as news

PAUSED = "paused"
T = TypeVar("T")
Codes = MenteeCodes | MentorCodes


class Relationships:
    """What mentees and mentors do."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    # --- to look for a mentor ---------------------------------------------------

    async def begin(self, account: AccountId, told: MatchCodesTold) -> None:
        """Consent to being matched by these codes, and wait for the next run.

        Raises:
            BadRequest: a code that there is not, or a number beyond its range.
            NotNow: something is proposed to them, or they have a mentor.
        """
        side, required = _told(told)

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            before = _mentee(connection, account)
            codes = msgspec.structs.replace(
                before or MenteeCodes(side), side=side, required=required
            )
            if _is_busy(connection, account):
                if codes == before:
                    return
                raise NotNow("something is open already")
            _put(transaction, account, codes)
            news.look_anew(transaction, (account,))

        await self._run(script)

    async def stop(self, account: AccountId) -> None:
        """Look no more; an open proposal is closed, the codes stay."""

        def script(transaction: Transaction) -> None:
            _close(transaction, account)
            profile = searches.profile(transaction.connection, account, MENTEE)
            if profile is None or profile.standing == news.STOPPED:
                return
            searches.stand(transaction.connection, account, MENTEE, news.STOPPED)
            news.look_anew(transaction, (account,))

        await self._run(script)

    async def withdraw(self, account: AccountId, datum: MatchDatumKind) -> None:
        """Take a datum back; without what is needed the whole consent ends.

        A proposal that is open is closed then.
        """

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            profile = searches.profile(connection, account, MENTEE)
            before = _mentee(connection, account)
            if profile is None or before is None:
                return
            left = matching_codes.without(before, datum)
            if left is None:
                _close(transaction, account)
                store.drop_profile(connection, account, MENTEE)
            else:
                text = msgspec.json.encode(left).decode()
                # The consent to the rest is as old as it was.
                store.put_profile(connection, replace(profile, codes=text))
            news.look_anew(transaction, (account,))

        await self._run(script)

    async def choose(self, mentee: AccountId, proposal: str, option: int) -> None:
        """The mentee's consent to one of the options.

        Raises:
            NotFound: not theirs, or no such option.
            NotNow: its time is over, or they cannot take anybody right now.
        """
        await self._move(proposal, Move(Act.CHOOSE, Party.MENTEE, mentee, option))

    async def others(self, mentee: AccountId, proposal: str) -> None:
        """The mentee wants none of these, and waits on for others."""
        await self._move(proposal, Move(Act.OTHERS, Party.MENTEE, mentee))

    async def tell_group(self, account: AccountId, told: str | None) -> None:
        """Name a group for the audit, or take that back."""
        await self._run(lambda x: store.tell_group(x.connection, account, told))

    # --- to be a mentor ---------------------------------------------------------

    async def offer(self, mentor: AccountId, told: MatchCodesTold, places: int) -> None:
        """Consent to being proposed as a mentor by these codes, to so many at most.

        Raises:
            RoleRequired: no mentor.
            BadRequest: as `begin`, or not 0…`MAX_PLACES`.
        """
        side, traits = _told(told)
        if not 0 <= places <= MAX_PLACES:
            raise BadRequest(f"0 to {MAX_PLACES} places")

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            require_mentor(connection, mentor)
            before = _mentor(connection, mentor) or MentorCodes(side)
            codes = msgspec.structs.replace(before, side=side, traits=traits)
            profile = searches.profile(connection, mentor, MENTOR)
            standing = WAITS if profile is None else profile.standing
            _put(transaction, mentor, codes, standing)
            store.offer_places(connection, mentor, places)
            news.look_anew(transaction, (mentor,))

        await self._run(script)

    async def pause(self, mentor: AccountId, *, paused: bool) -> None:
        """Be proposed to nobody until further notice, or again.

        Raises:
            RoleRequired: no mentor.
            NotFound: nothing is offered.
        """

        def script(transaction: Transaction) -> None:
            connection = transaction.connection
            require_mentor(connection, mentor)
            standing = PAUSED if paused else WAITS
            if not searches.stand(connection, mentor, MENTOR, standing):
                raise NotFound("nothing is offered")
            news.look_anew(transaction, (mentor,))

        await self._run(script)

    async def take_back(self, mentor: AccountId) -> None:
        """Take back what was offered; whoever waits for an answer is given a no."""

        def script(transaction: Transaction) -> None:
            require_mentor(transaction.connection, mentor)
            for each in matching.decline_all(transaction, mentor):
                news.moved(transaction, each)
            store.drop_profile(transaction.connection, mentor, MENTOR)
            news.look_anew(transaction, (mentor,))

        await self._run(script)

    async def accept(self, mentor: AccountId, proposal: str) -> bool:
        """The mentor's consent; false if it is not possible any more.

        The relationship has the id of its proposal.
        """
        act = await self._move(proposal, Move(Act.ACCEPT, Party.MENTOR, mentor))
        return act is Act.ACCEPT

    async def decline(self, mentor: AccountId, proposal: str) -> None:
        """The mentor would rather not; nobody is told why."""
        await self._move(proposal, Move(Act.DECLINE, Party.MENTOR, mentor))

    # --- relationships ----------------------------------------------------------

    async def prepare(
        self, who: AccountId, relationship: str, contact: Contact | None = None
    ) -> bool:
        """Being oriented, or answering about a contact; whether the two may meet.

        Raises:
            NotFound: not theirs.
            NotNow: they meet already.
        """
        script = partial(matching.prepare, id_=relationship, who=who, contact=contact)
        return (await self._change(script)).after.may_meet

    async def adjust(
        self, who: AccountId, relationship: str, told: MatchTerms | None
    ) -> None:
        """Ask for other terms, agree to the other's, or take back (None) one's wish.

        Raises:
            NotFound: not theirs.
            NotNow: it is over, or one has blocked the other.
            BadRequest: no plan has such terms.
        """
        terms = None
        if told is not None:
            terms = Terms(told.structure, told.meetings_a_month)

        def script(transaction: Transaction) -> None:
            done = match_terms.adjust(transaction, relationship, who, terms)
            news.adjusted(transaction, done)

        await self._run(script)

    async def part(
        self, who: AccountId, relationship: str, *, graduated: bool = False
    ) -> None:
        """Either ends it, and nobody looks for another.

        Raises:
            NotFound: not theirs.
            NotNow: nothing can be reached before they met.
        """
        part = partial(matching.part, id_=relationship, who=who, graduated=graduated)
        await self._change(part)

    async def rematch(self, who: AccountId, relationship: str) -> None:
        """Either ends it; if it is the mentee, they wait for the next run at once."""
        part = partial(matching.part, id_=relationship, who=who)
        await self._change(part, anew=who)

    async def _change(
        self, act: Callable[[Transaction], Changed], anew: AccountId | None = None
    ) -> Changed:
        def script(transaction: Transaction) -> Changed:
            done = act(transaction)
            is_anew = anew is not None and anew == done.after.mentee
            news.changed(transaction, done, anew=is_anew)
            return done

        return await self._run(script)

    async def _move(self, proposal: str, move: Move) -> Act:
        def script(transaction: Transaction) -> Act:
            done = matching.move(transaction, proposal, move)
            news.moved(transaction, done)
            return done.act

        return await self._run(script)

    async def _run(self, script: Callable[[Transaction], T]) -> T:
        return await self._writer.run(script, lane=WriterLane.OTHER)


def require_mentor(connection: Connection, account: AccountId) -> None:
    """Raises `RoleRequired`: no mentor."""
    if Role.MENTOR not in roles.roles_of(connection, account):
        raise RoleRequired("this is for mentors")


def _told(
    told: MatchCodesTold,
) -> tuple[matching_codes.SideCodes, dict[str, frozenset[str]]]:
    try:
        return matching_codes.told(told)
    except ValueError as error:
        raise BadRequest(str(error)) from None


def _mentee(connection: Connection, account: AccountId) -> MenteeCodes | None:
    row = searches.profile(connection, account, MENTEE)
    return None if row is None else msgspec.json.decode(row.codes, type=MenteeCodes)


def _mentor(connection: Connection, account: AccountId) -> MentorCodes | None:
    row = searches.profile(connection, account, MENTOR)
    return None if row is None else msgspec.json.decode(row.codes, type=MentorCodes)


def _put(
    transaction: Transaction, account: AccountId, codes: Codes, standing: str = WAITS
) -> None:
    role = MENTEE if isinstance(codes, MenteeCodes) else MENTOR
    now_ms = to_millis(transaction.now)
    text = msgspec.json.encode(codes).decode()
    row = ProfileRow(account, role, text, now_ms, now_ms, standing)
    store.put_profile(transaction.connection, row)


def _is_busy(connection: Connection, account: AccountId) -> bool:
    """Whether something is proposed to them, or they have a mentor."""
    if store.has_open(connection, account):
        return True
    return any(each.mentee == account for each in store.running(connection, account))


def _close(transaction: Transaction, mentee: AccountId) -> None:
    """Close what is open for a mentee; one whose time is over lapses by itself."""
    found = store.open_proposal(transaction.connection, mentee)
    if found is None:
        return
    is_over = to_millis(transaction.now) >= found[0].lapses_at_ms
    act = (
        Move(Act.LAPSE, Party.SERVER)
        if is_over
        else Move(Act.CLOSE, Party.MENTEE, mentee)
    )
    news.moved(transaction, matching.move(transaction, found[0].id, act))
