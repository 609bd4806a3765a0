"""Relationships: who waits, what is proposed to them, and what two agree on.

The rules are those of the matching module, reached through the hooks' defaults. Codes
come from the person's own device, which derived them from what they answered there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import msgspec

from mentalverse_signaling.errors import BadRequest, NotNow
from mentalverse_signaling.ids import AccountId, new_id

from ..clock import Clock, to_millis
from ..hooks.defaults import match_process, matching, matching_codes
from ..hooks.defaults.match_process import Proposed, Summary, Work
from ..hooks.defaults.matching import Act, Contact, Move, Party, Stage
from ..store import matching as store
from ..store.engine import Database
from ..store.matching import MENTEE, MENTOR, ProfileRow, RunRow
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane

MAX_PLACES = 50
BATCH = 50
"""Proposals that are stored at a time, so that others get in between."""
SEED_BYTES = 16

T = TypeVar("T")
Codes = matching_codes.MenteeCodes | matching_codes.MentorCodes


class Relationships:
    """What people, coordinators and the clock do with matching."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        url: str,
        clock: Clock,
        rng: Callable[[int], bytes],
    ) -> None:
        """`url`: of the database, which a run opens in a process of its own."""
        self._database = database
        self._writer = writer
        self._url = url
        self._clock = clock
        self._rng = rng
        self._runs = False

    # --- people -----------------------------------------------------------------

    async def tell(self, account: AccountId, codes: Codes) -> None:
        """Consent to being matched by these codes; telling them again changes them.

        Raises:
            BadRequest: a number is beyond its range, or there are too many codes.
        """
        try:
            if isinstance(codes, matching_codes.MenteeCodes):
                role = MENTEE
                matching_codes.mentee(account, codes)
            else:
                role = MENTOR
                matching_codes.mentor(account, codes, 0)
        except ValueError as error:
            raise BadRequest(str(error)) from None
        document = msgspec.json.encode(codes)
        if len(document) > matching_codes.MAX_CODES_BYTES:
            raise BadRequest("too many codes")
        now_ms = self._now_ms()
        row = ProfileRow(account, role, document.decode(), now_ms, now_ms)
        await self._run(lambda x: store.put_profile(x.connection, row))

    async def withdraw(self, account: AccountId, *, as_mentor: bool = False) -> None:
        """Take the consent and the codes back; the next run knows nothing of them."""
        role = MENTOR if as_mentor else MENTEE
        await self._run(lambda x: store.drop_profile(x.connection, account, role))

    async def tell_group(self, account: AccountId, told: str | None) -> None:
        """Name a group for the audit, or take that back."""
        await self._run(lambda x: store.tell_group(x.connection, account, told))

    async def offer(self, mentor: AccountId, places: int) -> None:
        """How many a mentor helps at most.

        Raises:
            BadRequest: not 0…`MAX_PLACES`.
        """
        if not 0 <= places <= MAX_PLACES:
            raise BadRequest(f"0 to {MAX_PLACES} places")
        await self._run(lambda x: store.offer_places(x.connection, mentor, places))

    # --- proposals --------------------------------------------------------------

    async def veto(
        self, by: AccountId, proposal: str, option: int, reason: str
    ) -> None:
        """A coordinator takes an option away and says why."""
        await self._move(proposal, Move(Act.VETO, Party.REVIEWER, by, option, reason))

    async def release(self, by: AccountId, proposal: str) -> None:
        """A coordinator gives what is left to the mentee."""
        await self._move(proposal, Move(Act.RELEASE, Party.REVIEWER, by))

    async def choose(self, mentee: AccountId, proposal: str, option: int) -> None:
        """The mentee's consent to one of the options."""
        await self._move(proposal, Move(Act.CHOOSE, Party.MENTEE, mentee, option))

    async def accept(self, mentor: AccountId, proposal: str) -> bool:
        """The mentor's consent; false if their last place was taken meanwhile.

        The relationship has the id of its proposal.
        """
        stage = await self._move(proposal, Move(Act.ACCEPT, Party.MENTOR, mentor))
        return stage is Stage.AGREED

    async def decline(self, mentor: AccountId, proposal: str) -> None:
        """The mentor would rather not; nobody is told why."""
        await self._move(proposal, Move(Act.DECLINE, Party.MENTOR, mentor))

    async def close(self, mentee: AccountId, proposal: str) -> None:
        """The mentee wants none of them, and waits on for others."""
        await self._move(proposal, Move(Act.CLOSE, Party.MENTEE, mentee))

    async def lapse(self) -> int:
        """A step of housekeeping: close what nobody answered in time."""
        return await self._run(matching.lapse)

    # --- relationships ----------------------------------------------------------

    async def prepare(
        self, who: AccountId, relationship: str, contact: Contact | None = None
    ) -> bool:
        """Being oriented, or answering about a contact; whether the two may meet."""
        return await self._run(
            partial(matching.prepare, id_=relationship, who=who, contact=contact)
        )

    async def may_meet(self, relationship: str) -> bool:
        """Whether a session of the two may begin."""
        return await self._run(partial(matching.may_meet, id_=relationship))

    async def part(
        self, who: AccountId, relationship: str, *, graduated: bool = False
    ) -> None:
        """Either ends it. A mentee who still has their codes waits for another."""
        await self._run(
            partial(matching.part, id_=relationship, who=who, graduated=graduated)
        )

    # --- runs -------------------------------------------------------------------

    async def match(self) -> RunRow:
        """Match everybody who waits, and put the options before coordinators.

        Raises:
            NotNow: another run goes on, or this one failed.
        """
        if self._runs:
            raise NotNow("a run goes on already")
        self._runs = True
        try:
            return await self._match()
        finally:
            self._runs = False

    async def _match(self) -> RunRow:
        run, started_ms = new_id(self._rng), self._now_ms()
        work = Work(self._url, run, self._rng(SEED_BYTES).hex(), started_ms)
        summary, batch = None, list[Proposed]()
        async for line in match_process.lines(work):
            if isinstance(line, Summary):
                summary = line
                continue
            batch.append(line)
            if len(batch) == BATCH:
                await self._propose(run, batch)
                batch = []
        await self._propose(run, batch)
        if summary is None:
            raise NotNow("the run said nothing")
        row = RunRow(
            run,
            started_ms,
            self._now_ms(),
            summary.mentees,
            summary.mentors,
            summary.matched,
            summary.report,
        )
        await self._run(lambda x: store.add_run(x.connection, row))
        return row

    async def _propose(self, run: str, batch: list[Proposed]) -> None:
        named = [(new_id(self._rng), each) for each in batch]

        def script(transaction: Transaction) -> None:
            for id_, each in named:
                matching.propose(transaction, id_, run, each.mentee, each.options)

        await self._run(script)

    async def _move(self, proposal: str, move: Move) -> Stage:
        return await self._run(partial(matching.move, id_=proposal, done=move))

    async def _run(self, script: Callable[[Transaction], T]) -> T:
        return await self._writer.run(script, lane=WriterLane.OTHER)

    def _now_ms(self) -> int:
        return to_millis(self._clock.now())
