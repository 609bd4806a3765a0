"""From codes to a relationship and out of it; and runs that do not stop the loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from time import perf_counter

import msgspec
import pytest
from sqlalchemy import Connection, select

from mentalverse_modules.matching import invented
from mentalverse_modules.matching.people import Kind, Side, week
from mentalverse_modules.matching.proposal import Option, Plan
from mentalverse_server.hooks.defaults import matching
from mentalverse_server.hooks.defaults.matching import Contact
from mentalverse_server.hooks.defaults.matching_codes import (
    MenteeCodes,
    MentorCodes,
    mentee,
    side_codes,
)
from mentalverse_server.services import match_news
from mentalverse_server.services.match_parts import MatchParts, match_parts
from mentalverse_server.services.relationships import Relationships
from mentalverse_server.store import blocks, credentials, roles
from mentalverse_server.store import match_searches as searches
from mentalverse_server.store import matching as store
from mentalverse_server.store.credentials import CredentialRow
from mentalverse_server.store.matching import MENTEE, MENTOR, OptionRow, ProfileRow
from mentalverse_server.store.tables_hooks import outbox as outbox_events
from mentalverse_server.store.writer import WriterLane
from mentalverse_signaling.errors import (
    BadRequest,
    Forbidden,
    NotFound,
    NotNow,
    RoleRequired,
)
from mentalverse_signaling.ids import AccountId
from mentalverse_signaling.match_events import MatchCodesTold, MatchDatumKind
from mentalverse_signaling.roles import Role
from support.hub import Hub, eventually, running_hub

PLAN = Plan(Kind.PEER, "open", 2, 50, 12, ())
TOLD = MatchCodesTold(languages=("en",), slots=f"{week([(0, 600)]):x}")
LONGEST_RATIO = 40
"""How much longer than an idle loop's longest pause one may be; 13 was measured with
3,000 people and 1,000 mentors on a machine that four others kept busy."""
IDLE_SECONDS = 2.0
LEAST_PAUSE_SECONDS = 0.005


@dataclass
class Desk:
    hub: Hub
    parts: MatchParts

    @property
    def service(self) -> Relationships:
        return self.parts.relationships

    def mentor(self) -> AccountId:
        """Somebody with the role."""
        return self._with(Role.MENTOR)

    def reviewer(self) -> AccountId:
        return self._with(Role.COORDINATOR)

    def _with(self, role: Role) -> AccountId:
        account = AccountId(self.hub.id())
        grant = partial(roles.grant, now=self.hub.clock.now())
        self.hub.database.write(grant, account, [role])
        return account

    async def people(
        self, mentees: int, mentors: int
    ) -> tuple[list[AccountId], list[AccountId]]:
        looking = [self.hub.id() for _ in range(mentees)]
        helping = [self.mentor() for _ in range(mentors)]
        for each in looking:
            await self.service.begin(each, TOLD)
        for each in helping:
            await self.service.offer(each, TOLD, 1)
        return looking, helping

    async def proposal(self, mentee: AccountId) -> tuple[str, list[OptionRow]] | None:
        """What is open for somebody, with its options."""
        found = await self.hub.database.read(store.open_proposal, mentee)
        return None if found is None else (found[0].id, found[1])

    async def proposed(self, mentee: AccountId) -> tuple[str, list[OptionRow]]:
        found = await self.proposal(mentee)
        assert found is not None
        return found

    async def propose(self, mentee: AccountId, mentors: list[AccountId]) -> None:
        """What a run would, without the process that it takes."""
        options = [Option(each, 9_000, PLAN) for each in mentors]
        script = partial(
            matching.propose,
            id_=self.hub.id(),
            run="run",
            mentee=mentee,
            options=options,
        )
        assert await self.hub.writer.run(script, lane=WriterLane.OTHER)

    async def released(
        self, mentee: AccountId, mentors: list[AccountId] | None = None
    ) -> tuple[str, list[OptionRow]]:
        """What is proposed, as the mentee has it; of a run, without `mentors`."""
        if mentors is not None:
            await self.propose(mentee, mentors)
        elif await self.proposal(mentee) is None:
            await self.parts.runs.match()
        id_, options = await self.proposed(mentee)
        await self.parts.reviewing.release(self.reviewer(), id_, (), "")
        return id_, options

    async def asked(
        self, mentee: AccountId, mentors: list[AccountId] | None = None
    ) -> tuple[str, AccountId]:
        """The first option is chosen; its proposal and the mentor."""
        id_, options = await self.released(mentee, mentors)
        await self.service.choose(mentee, id_, 0)
        return id_, AccountId(options[0].mentor)

    async def agreed(
        self, mentee: AccountId, mentors: list[AccountId] | None = None
    ) -> tuple[str, AccountId]:
        """A relationship by way of the first option; its id and the mentor."""
        id_, mentor = await self.asked(mentee, mentors)
        assert await self.service.accept(mentor, id_)
        return id_, mentor

    def may_meet(self, *two: AccountId) -> bool:
        return self.hub.database.write(matching.may_meet, two)

    async def stage(self, account: AccountId) -> str:
        return (await self.parts.reading.view(account)).stage.value

    def told(self) -> list[str]:
        """The types of what was told outside, in order."""
        return self.hub.database.write(_types)


def _types(connection: Connection) -> list[str]:
    query = select(outbox_events.c.type).order_by(outbox_events.c.seq)
    return list(connection.execute(query).scalars())


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    async with running_hub(database_url) as hub:
        yield a_desk(hub, database_url)


def a_desk(hub: Hub, url: str) -> Desk:
    parts = match_parts(hub.database, hub.writer, url, hub.clock, hub.rng)
    return Desk(hub, parts)


@pytest.mark.capability("M03")
@pytest.mark.capability("M04")
@pytest.mark.capability("M10")
async def test_from_codes_to_a_relationship_and_to_another_one(desk: Desk) -> None:
    (looking, *_), helping = await desk.people(1, 3)
    run = await desk.parts.runs.match()
    assert (run.mentees, run.mentors, run.matched) == (1, 3, 1)
    assert "1 looked for a mentor" in run.report
    id_, options = await desk.proposed(looking)
    assert len({each.mentor for each in options}) == 3
    # Nothing more is proposed while something is open.
    id_, mentor = await desk.agreed(looking)
    assert not desk.may_meet(looking, mentor)
    await desk.service.prepare(looking, id_)
    await desk.service.prepare(mentor, id_)
    assert await desk.service.prepare(looking, id_, Contact.DECLINED)
    assert await desk.service.prepare(looking, id_)
    assert desk.may_meet(looking, mentor)
    assert await desk.service.accept(mentor, id_)
    for _ in range(2):
        await desk.service.rematch(looking, id_)
    assert await desk.stage(looking) == "looking"
    again = await desk.parts.runs.match()
    assert (again.mentees, again.matched) == (1, 1)
    _, options = await desk.proposed(looking)
    assert mentor not in {each.mentor for each in options}
    assert [each for each in desk.told() if each.startswith("relationship.")] == [
        "relationship.proposed",
        "relationship.consented",
        "relationship.started",
        "relationship.ended",
    ]
    assert desk.told().count("match.run_finished") == 2


@pytest.mark.capability("M03")
async def test_a_veto_keeps_its_reason_and_its_pair_out(desk: Desk) -> None:
    (looking, *_), helping = await desk.people(1, 4)
    await desk.propose(looking, helping)
    id_, options = await desk.proposed(looking)
    reviewer, release = desk.reviewer(), desk.parts.reviewing.release
    with pytest.raises(BadRequest):
        await release(reviewer, id_, [0], " ")
    with pytest.raises(RoleRequired):
        await release(looking, id_, [0], "mine")
    for _ in range(2):
        await release(reviewer, id_, [0], "they work together")
    _, after = await desk.proposed(looking)
    assert (after[0].vetoed_by, after[0].reason) == (reviewer, "they work together")
    with pytest.raises(NotFound):
        await desk.service.choose(helping[0], id_, 1)
    with pytest.raises(NotFound):
        await desk.service.choose(looking, id_, 0)
    for _ in range(2):
        await desk.service.choose(looking, id_, 1)
    for _ in range(2):
        await desk.service.decline(AccountId(after[1].mentor), id_)
    await desk.service.stop(looking)
    await desk.service.begin(looking, TOLD)
    await desk.parts.runs.match()
    view = await desk.parts.reading.view(looking)
    # Of four one is left out, and one would rather not: that leaves two.
    _, anew = await desk.proposed(looking)
    assert view.stage == "review"
    assert {options[0].mentor, options[1].mentor}.isdisjoint(
        {each.mentor for each in anew}
    )


@pytest.mark.capability("M03")
async def test_with_fewer_than_two_left_it_is_closed_and_goes_on(desk: Desk) -> None:
    (looking, *_), helping = await desk.people(1, 3)
    await desk.propose(looking, helping)
    id_, options = await desk.proposed(looking)
    party = AccountId(options[0].mentor)
    grant = partial(roles.grant, now=desk.hub.clock.now())
    desk.hub.database.write(grant, party, [Role.COORDINATOR])
    with pytest.raises(Forbidden):
        await desk.parts.reviewing.release(party, id_, (), "")
    assert (await desk.parts.reviewing.queue(party)).waiting == ()
    one = desk.reviewer()
    await desk.parts.reviewing.release(one, id_, [0, 1], "they know each other")
    assert await desk.proposal(looking) is None
    assert await desk.stage(looking) == "looking"
    await desk.parts.runs.match()
    view = await desk.parts.reading.view(looking)
    assert (view.stage, view.against) == ("impossible", ("too_few",))


@pytest.mark.capability("M07")
async def test_whoever_withdraws_or_tells_nonsense_is_in_no_run(desk: Desk) -> None:
    (first, second), helping = await desk.people(2, 4)
    await desk.service.withdraw(first, MatchDatumKind.TASTES)
    assert await desk.stage(first) == "looking"
    for _ in range(2):
        await desk.service.withdraw(first, MatchDatumKind.SLOTS)
    assert (await desk.parts.reading.view(first)).data == ()
    await desk.service.take_back(helping[0])
    await desk.service.pause(helping[1], paused=True)
    await desk.service.stop(second)
    run = await desk.parts.runs.match()
    assert (run.mentees, run.mentors) == (0, 2)
    sentence = msgspec.structs.replace(TOLD, challenges=("my divorce",))
    for told in (sentence, msgspec.structs.replace(TOLD, style=(0, 0, 0, 11))):
        with pytest.raises(BadRequest):
            await desk.service.begin(first, told)
    with pytest.raises(BadRequest):
        await desk.service.offer(helping[1], TOLD, 51)
    with pytest.raises(RoleRequired):
        await desk.service.offer(first, TOLD, 1)
    with pytest.raises(NotFound):
        await desk.service.others(first, "nothing")
    with pytest.raises(NotFound):
        await desk.service.part(first, "nothing")
    with pytest.raises(NotFound):
        await desk.service.pause(helping[0], paused=True)


@pytest.mark.capability("M03")
@pytest.mark.capability("K03")
@pytest.mark.parametrize(
    "what", ["block", "dual", "consent", "role", "mentee", "credential"]
)
async def test_what_became_impossible_is_not_agreed_to(desk: Desk, what: str) -> None:
    (looking, *_), helping = await desk.people(1, 3)
    id_, mentor = await desk.asked(looking, helping)
    database, now = desk.hub.database, desk.hub.clock.now()
    match what:
        case "block":
            database.write(partial(blocks.begin, now=now), mentor, looking)
        case "dual":
            dual = partial(store.know_each_other, at_ms=1)
            database.write(dual, looking, mentor)
        case "consent":
            database.write(store.drop_profile, mentor, store.MENTOR)
        case "role":
            database.write(roles.revoke, mentor, Role.MENTOR)
        case "credential":
            row = CredentialRow(
                *("c", mentor, "level_basic", "peer", "active", "", 0),
                *(2**52, None, 0, 1, ""),
            )
            database.write(credentials.put, row)
            assert (await desk.parts.reading.offering(mentor)).eligible
            database.write(partial(credentials.change, status="revoked"), "c")
            assert not (await desk.parts.reading.offering(mentor)).eligible
        case "mentee":
            database.write(store.drop_profile, looking, store.MENTEE)
    assert not await desk.service.accept(mentor, id_)
    assert database.write(store.running, mentor) == []
    assert database.write(searches.places, mentor) == (1, 0)
    view = await desk.parts.reading.view(looking)
    assert view.stage == "choice"
    assert view.options[0].standing == "closed" if view.options else True
    with pytest.raises(NotFound):
        await desk.service.choose(looking, id_, 0)


@pytest.mark.capability("M03")
async def test_whoever_cannot_take_anybody_is_not_chosen(desk: Desk) -> None:
    (looking, *_), helping = await desk.people(1, 3)
    id_, options = await desk.released(looking, helping)
    first, second, third = (AccountId(each.mentor) for each in options)
    database = desk.hub.database
    await desk.service.pause(first, paused=True)
    database.write(store.take_place, second)
    for option in (0, 1):
        with pytest.raises(NotNow):
            await desk.service.choose(looking, id_, option)
    await desk.service.choose(looking, id_, 2)
    # A pause keeps nobody from answering.
    await desk.service.pause(third, paused=True)
    assert await desk.service.accept(third, id_)


@pytest.mark.capability("M05")
async def test_of_two_who_are_together_nobody_is_proposed_the_other(
    desk: Desk,
) -> None:
    (looking, *_), helping = await desk.people(1, 2)
    _, mentor = await desk.agreed(looking, helping)
    # The mentor looks for somebody, and the mentee would be one of two.
    await desk.service.begin(mentor, TOLD)
    grant = partial(roles.grant, now=desk.hub.clock.now())
    desk.hub.database.write(grant, looking, [Role.MENTOR])
    await desk.service.offer(looking, TOLD, 3)
    await desk.parts.runs.match()
    assert await desk.stage(mentor) == "impossible"


async def test_whoever_leaves_frees_the_place(desk: Desk) -> None:
    (looking, other), helping = await desk.people(2, 2)
    _, mentor = await desk.agreed(looking, helping)
    await desk.propose(other, helping)
    database = desk.hub.database
    assert not database.write(store.take_place, mentor)
    leave = partial(match_news.leave, account=looking)
    await desk.hub.writer.run(leave, lane=WriterLane.OTHER)
    assert database.write(store.running, mentor) == []
    assert database.write(store.take_place, mentor)
    leave = partial(match_news.leave, account=other)
    await desk.hub.writer.run(leave, lane=WriterLane.OTHER)
    assert await desk.proposal(other) is None


async def test_a_mentor_who_leaves_keeps_nobody_waiting(desk: Desk) -> None:
    (looking, *_), helping = await desk.people(1, 3)
    id_, mentor = await desk.asked(looking, helping)
    leave = partial(match_news.leave, account=mentor)
    await desk.hub.writer.run(leave, lane=WriterLane.OTHER)
    assert await desk.stage(looking) == "choice"
    with pytest.raises(NotNow):
        await desk.service.accept(mentor, id_)


async def test_what_nobody_answers_lapses(desk: Desk) -> None:
    """A review looks on by itself; a choice waits for whoever did not make it."""
    (looking, *_), helping = await desk.people(1, 2)
    runs = desk.parts.runs
    await desk.propose(looking, helping)
    assert await runs.lapse() == 0
    desk.hub.clock.advance(73 * 60 * 60)
    assert await runs.lapse() == 1
    assert await desk.stage(looking) == "looking"
    id_, _ = await desk.released(looking, helping)
    desk.hub.clock.advance(7 * 24 * 60 * 60)
    with pytest.raises(NotNow):
        await desk.service.choose(looking, id_, 0)
    await runs.lapse()
    assert await desk.stage(looking) == "lapsed"
    await desk.service.begin(looking, TOLD)
    await desk.asked(looking, helping)
    desk.hub.clock.advance(73 * 60 * 60)
    await runs.tend()
    assert await desk.stage(looking) == "looking"
    await runs.match()
    assert await desk.stage(looking) == "impossible"


async def test_runs_come_for_the_new_at_once_and_for_all_once_a_day(
    desk: Desk,
) -> None:
    runs = desk.parts.runs
    await runs.tend()
    assert not runs.is_running
    (looking, *_), _ = await desk.people(1, 1)
    await runs.tend()
    assert runs.is_running
    await runs.start()
    await eventually(lambda: not runs.is_running)
    assert await desk.stage(looking) == "impossible"
    await runs.tend()
    assert not runs.is_running
    desk.hub.clock.advance(24 * 60 * 60)
    await runs.tend()
    assert runs.is_running
    await runs.close()
    desk.hub.clock.advance(91 * 24 * 60 * 60)
    await runs.tend()
    assert desk.hub.database.write(searches.last_run) is not None


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
        run = await a_desk(hub, url).parts.runs.match()
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
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for at in range(mentors):
        roles.grant(connection, AccountId(f"o{at}"), [Role.MENTOR], now)
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
