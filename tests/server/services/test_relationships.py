"""From codes to a relationship and out of it; and runs that do not stop the loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from time import perf_counter

import msgspec
import pytest
from sqlalchemy import Connection

from mentalverse_modules.matching import invented
from mentalverse_modules.matching.people import Side, week
from mentalverse_server.hooks.defaults import matching
from mentalverse_server.hooks.defaults.matching import Contact
from mentalverse_server.hooks.defaults.matching_codes import (
    MenteeCodes,
    MentorCodes,
    SideCodes,
    mentee,
    side_codes,
)
from mentalverse_server.services.relationships import Relationships
from mentalverse_server.store import matching as store
from mentalverse_server.store.matching import MENTEE, MENTOR, OptionRow, ProfileRow
from mentalverse_server.store.writer import WriterLane
from mentalverse_signaling.errors import BadRequest, Conflict, Forbidden, NotFound
from mentalverse_signaling.ids import AccountId
from support.hub import Hub, running_hub

SIDE = SideCodes(languages=frozenset({"en"}), slots=f"{week([(0, 600)]):x}")
LONGEST_RATIO = 40
"""How much longer than an idle loop's longest pause one may be; 13 was measured with
3,000 people and 1,000 mentors on a machine that four others kept busy."""
IDLE_SECONDS = 2.0
LEAST_PAUSE_SECONDS = 0.005


@dataclass
class Desk:
    hub: Hub
    service: Relationships

    async def people(
        self, mentees: int, mentors: int
    ) -> tuple[list[AccountId], list[AccountId]]:
        looking = [self.hub.id() for _ in range(mentees)]
        helping = [self.hub.id() for _ in range(mentors)]
        for each in looking:
            await self.service.tell(each, MenteeCodes(SIDE))
        for each in helping:
            await self.service.tell(each, MentorCodes(SIDE))
            await self.service.offer(each, 1)
        return looking, helping

    async def proposal(self, mentee: AccountId) -> tuple[str, list[OptionRow]] | None:
        """What is open for somebody, with its options."""
        found = await self.hub.database.read(store.open_proposal, mentee)
        return None if found is None else (found[0].id, found[1])

    async def proposed(self, mentee: AccountId) -> tuple[str, list[OptionRow]]:
        found = await self.proposal(mentee)
        assert found is not None
        return found

    async def agreed(self, mentee: AccountId) -> tuple[str, AccountId]:
        """A relationship by way of the first option; its id and the mentor."""
        id_, options = await self.proposed(mentee)
        await self.service.release(self.hub.id(), id_)
        await self.service.choose(mentee, id_, 0)
        mentor = AccountId(options[0].mentor)
        assert await self.service.accept(mentor, id_)
        return id_, mentor


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with running_hub(database_url) as hub:
        yield a_desk(hub, database_url)


def a_desk(hub: Hub, url: str) -> Desk:
    return Desk(hub, Relationships(hub.database, hub.writer, url, hub.clock, hub.rng))


@pytest.mark.capability("M03")
@pytest.mark.capability("M04")
@pytest.mark.capability("M10")
async def test_from_codes_to_a_relationship_and_to_another_one(desk: Desk) -> None:
    (looking, *_), helping = await desk.people(1, 3)
    run = await desk.service.match()
    assert (run.mentees, run.mentors, run.matched) == (1, 3, 1)
    assert "1 looked for a mentor" in run.report
    id_, options = await desk.proposed(looking)
    assert len({each.mentor for each in options}) == 3
    # Nothing more is proposed while something is open.
    assert (await desk.service.match()).mentees == 0
    id_, mentor = await desk.agreed(looking)
    assert not await desk.service.may_meet(id_)
    await desk.service.prepare(looking, id_)
    await desk.service.prepare(mentor, id_)
    assert await desk.service.prepare(looking, id_, Contact.DECLINED)
    assert await desk.service.may_meet(id_)
    assert await desk.service.accept(mentor, id_)
    await desk.service.part(looking, id_)
    await desk.service.part(looking, id_)
    assert not await desk.service.may_meet(id_)
    again = await desk.service.match()
    assert (again.mentees, again.matched) == (1, 1)
    _, options = await desk.proposed(looking)
    assert mentor not in {each.mentor for each in options}


@pytest.mark.capability("M03")
async def test_a_veto_keeps_its_reason_and_its_pair_out(desk: Desk) -> None:
    (looking, *_), helping = await desk.people(1, 4)
    await desk.service.match()
    id_, options = await desk.proposed(looking)
    reviewer = desk.hub.id()
    with pytest.raises(Conflict, match="no_reason"):
        await desk.service.veto(reviewer, id_, 0, " ")
    await desk.service.veto(reviewer, id_, 0, "they work together")
    _, after = await desk.proposed(looking)
    assert (after[0].vetoed_by, after[0].reason) == (reviewer, "they work together")
    await desk.service.release(reviewer, id_)
    with pytest.raises(Forbidden):
        await desk.service.choose(helping[0], id_, 1)
    await desk.service.choose(looking, id_, 1)
    await desk.service.decline(AccountId(after[1].mentor), id_)
    await desk.service.close(looking, id_)
    await desk.service.match()
    _, anew = await desk.proposed(looking)
    assert options[0].mentor not in {each.mentor for each in anew}


@pytest.mark.capability("M07")
async def test_whoever_withdraws_or_tells_nonsense_is_in_no_run(desk: Desk) -> None:
    (first, second), helping = await desk.people(2, 4)
    await desk.service.withdraw(first)
    await desk.service.withdraw(helping[0], as_mentor=True)
    run = await desk.service.match()
    assert (run.mentees, run.mentors) == (1, 3)
    beyond = MenteeCodes(msgspec.structs.replace(SIDE, stage=9))
    with pytest.raises(BadRequest):
        await desk.service.tell(first, beyond)
    many = frozenset(f"code-{at}" for at in range(4_000))
    with pytest.raises(BadRequest):
        await desk.service.tell(first, MenteeCodes(SideCodes(goals=many)))
    with pytest.raises(BadRequest):
        await desk.service.offer(helping[1], 51)
    with pytest.raises(NotFound):
        await desk.service.close(first, "nothing")
    with pytest.raises(NotFound):
        await desk.service.part(first, "nothing")


async def test_whoever_leaves_frees_the_place(desk: Desk) -> None:
    (looking, *_), _ = await desk.people(1, 2)
    await desk.service.match()
    _, mentor = await desk.agreed(looking)
    database = desk.hub.database
    assert not database.write(store.take_place, mentor)
    leave = partial(matching.part_from_all, account=looking)
    await desk.hub.writer.run(leave, lane=WriterLane.OTHER)
    assert database.write(store.running, mentor) == []
    assert database.write(store.take_place, mentor)


async def test_what_nobody_answers_lapses(desk: Desk) -> None:
    (looking, *_), _ = await desk.people(1, 2)
    await desk.service.match()
    assert await desk.service.lapse() == 0
    desk.hub.clock.advance(73 * 60 * 60)
    assert await desk.service.lapse() == 1
    assert await desk.proposal(looking) is None


def test_codes_come_back_as_they_were_stored() -> None:
    draws = Random(1)
    for _ in range(50):
        side: Side = invented.mentee(draws, "e").side
        stored = msgspec.json.encode(MenteeCodes(side_codes(side)))
        assert mentee("e", msgspec.json.decode(stored, type=MenteeCodes)).side == side


async def longest_pause(over: asyncio.Event) -> float:
    """The longest time in seconds between two turns of the loop."""
    longest, before = 0.0, perf_counter()
    while not over.is_set():
        await asyncio.sleep(0.001)
        now = perf_counter()
        longest, before = max(longest, now - before), now
    return longest


async def run_beside_the_loop(folder: Path, mentees: int, mentors: int) -> str:
    """Match so many; the loop's longest pause, held against an idle loop's."""
    url = f"sqlite:///{folder / 'server.db'}"
    async with running_hub(url) as hub:
        hub.database.write(_invented, mentees, mentors)
        idle = asyncio.Event()
        asyncio.get_running_loop().call_later(IDLE_SECONDS, idle.set)
        reference = max(await longest_pause(idle), LEAST_PAUSE_SECONDS)
        over = asyncio.Event()
        watching = asyncio.create_task(longest_pause(over))
        began = perf_counter()
        run = await a_desk(hub, url).service.match()
        took = perf_counter() - began
        over.set()
        longest = await watching
    assert (run.mentees, run.mentors) == (mentees, mentors)
    assert run.matched > mentees / 3
    said = f"{took:.1f} s, {longest * 1000:.1f} ms, idle {reference * 1000:.1f} ms"
    assert longest < LONGEST_RATIO * reference, said
    assert longest < took / 10, said
    return said


def _invented(connection: Connection, mentees: int, mentors: int) -> None:
    draws = Random(1)
    for at in range(mentees):
        codes = MenteeCodes(side_codes(invented.mentee(draws, "").side))
        text = msgspec.json.encode(codes).decode()
        store.put_profile(connection, ProfileRow(f"e{at}", MENTEE, text, 0, 0))
    for at in range(mentors):
        helps = MentorCodes(side_codes(invented.mentor(draws, "").side))
        text = msgspec.json.encode(helps).decode()
        store.put_profile(connection, ProfileRow(f"o{at}", MENTOR, text, 0, 0))
        store.offer_places(connection, f"o{at}", 2)


async def test_a_run_does_not_stop_the_loop(tmp_path: Path) -> None:
    await run_beside_the_loop(tmp_path, 150, 60)


@pytest.mark.nightly
@pytest.mark.timeout(900)
async def test_three_thousand_with_a_thousand_do_not_stop_the_loop(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = await run_beside_the_loop(tmp_path, 3_000, 1_000)
    with capsys.disabled():
        print(f"\n3,000 with 1,000: {said}")
