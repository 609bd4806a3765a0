"""What holds for every engine: turns, deadlines, which engine has which room."""

from __future__ import annotations

import asyncio
import secrets
import time
from pathlib import Path

import pytest

from mentalverse_server.config import Config
from mentalverse_server.config_sections import MediaSection, ServerSection
from mentalverse_server.media.driver import (
    Caps,
    DriverUnfit,
    EngineBack,
    EngineFull,
    EngineGone,
    EngineLost,
    EngineUnfit,
    FeedId,
    NoSuchRoom,
    RoomSpec,
    SfuDriver,
    SfuEvent,
)
from mentalverse_server.media.engines import Engines
from mentalverse_server.media.parts import make_engines
from support.fake_sfu import FakeDriver

ROOM = RoomSpec("room", 8, screen=False)


async def events_of(engines: Engines, count: int) -> list[SfuEvent]:
    found: list[SfuEvent] = []
    async with asyncio.timeout(20):
        async for event in engines.events():
            found.append(event)
            if len(found) == count:
                break
    return found


async def started(*drivers: SfuDriver, deadline_seconds: float = 5) -> Engines:
    engines = Engines(drivers, deadline_seconds)
    await engines.start()
    return engines


async def test_requests_of_a_seat_come_one_after_another() -> None:
    driver = FakeDriver()
    engines = await started(driver)
    await engines.create_room(ROOM)
    held = [
        asyncio.create_task(engines.kick("room", seat))
        for seat in ("ada", "ada", "ben")
    ]
    await driver.has_begun(2)
    assert sorted(driver.begun) == ["ada", "ben"]
    driver.let_go()
    await driver.has_begun(3)
    driver.let_go()
    await asyncio.gather(*held)
    await engines.stop()


async def test_what_takes_too_long_is_lost_for_that_seat_alone() -> None:
    driver = FakeDriver()
    engines = await started(driver, deadline_seconds=0.05)
    await engines.create_room(ROOM)
    with pytest.raises(EngineLost):
        await engines.kick("room", "ada")
    driver.let_go()
    await engines.kick("room", "ada")
    await engines.stop()


async def test_an_engine_that_cannot_be_used_is_named_and_left_out() -> None:
    unfit, fit = FakeDriver("a", problem=DriverUnfit("no aiortc")), FakeDriver("b")
    engines = await started(unfit, fit)
    assert engines.unfit == {"a": "no aiortc"}
    assert engines.is_working
    await engines.create_room(ROOM)
    assert fit.rooms == {ROOM.room}
    await engines.stop()


async def test_a_room_goes_to_the_first_engine_that_will_have_it() -> None:
    small = FakeDriver("a", caps=Caps(False, False, False, max_seats=4))
    full, free = FakeDriver("b", full=True), FakeDriver("c")
    engines = await started(small, full, free)
    await engines.create_room(ROOM)
    await engines.create_room(ROOM)
    assert (small.rooms, full.rooms, free.rooms) == (set(), set(), {ROOM.room})
    await engines.destroy_room(ROOM.room)
    assert free.rooms == set()
    with pytest.raises(NoSuchRoom):
        await engines.pause(ROOM.room, FeedId("ada:1"), True)
    with pytest.raises(EngineFull):
        await engines.create_room(RoomSpec("large", 99, screen=False))
    await engines.stop()


async def test_the_rooms_of_an_engine_that_is_back_are_made_before_it_is_said() -> None:
    driver = FakeDriver()
    engines = await started(driver)
    await engines.create_room(ROOM)
    driver.rooms.clear()
    driver.happens(EngineBack(frozenset({ROOM.room, "forgotten"}), empty=True))
    assert await events_of(engines, 1) == [
        EngineBack(frozenset({ROOM.room}), empty=True)
    ]
    assert driver.rooms == {ROOM.room}
    await engines.stop()


async def test_the_rooms_of_an_engine_that_is_unfit_for_good_move() -> None:
    first, second = FakeDriver("a"), FakeDriver("b")
    engines = await started(first, second)
    await engines.create_room(ROOM)
    first.happens(EngineUnfit(frozenset({ROOM.room}), "too often"))
    assert await events_of(engines, 2) == [
        EngineBack(frozenset({ROOM.room}), empty=True),
        EngineUnfit(frozenset(), "too often"),
    ]
    assert second.rooms == {ROOM.room}
    assert engines.unfit == {"a": "too often"}
    await engines.stop()


async def test_the_rooms_of_an_engine_that_stays_away_move_whole() -> None:
    first, second = FakeDriver("a"), FakeDriver("b")
    engines = Engines((first, second), away_seconds=0.05)
    await engines.start()
    await engines.create_room(ROOM)
    gone = EngineGone(frozenset({ROOM.room}))
    first.happens(gone)
    moved = EngineBack(frozenset({ROOM.room}), empty=True)
    assert await events_of(engines, 2) == [gone, moved]
    assert second.rooms == {ROOM.room} and engines.is_working
    first.happens(moved)
    assert await events_of(engines, 1) == [EngineBack(frozenset(), empty=True)]
    assert first.rooms == set(), "it is rid of what has moved"
    await engines.stop()


async def test_an_engine_that_comes_back_in_time_keeps_its_rooms() -> None:
    first, second = FakeDriver("a"), FakeDriver("b")
    engines = Engines((first, second), away_seconds=0.2)
    await engines.start()
    await engines.create_room(ROOM)
    first.happens(EngineGone(frozenset({ROOM.room})))
    first.happens(EngineBack(frozenset({ROOM.room}), empty=True))
    await events_of(engines, 2)
    await asyncio.sleep(0.4)
    assert (first.rooms, second.rooms) == ({ROOM.room}, set())
    await engines.stop()


async def test_rooms_that_find_no_other_engine_wait_for_their_own() -> None:
    first, full = FakeDriver("a"), FakeDriver("b", full=True)
    engines = Engines((first, full), away_seconds=0.01)
    await engines.start()
    await engines.create_room(ROOM)
    first.happens(EngineGone(frozenset({ROOM.room})))
    await events_of(engines, 1)
    await asyncio.sleep(0.1)
    first.rooms.clear()
    back = EngineBack(frozenset({ROOM.room}), empty=True)
    first.happens(back)
    assert await events_of(engines, 1) == [back]
    assert first.rooms == {ROOM.room}
    await engines.stop()


@pytest.mark.parametrize(
    ("settings", "count"),
    [
        ({"engine": "builtin"}, 2),
        ({"engine": "janus"}, 1),
        ({"engine": "janus", "fallback": "builtin"}, 3),
        ({"engine": "off", "fallback": "builtin"}, 0),
    ],
)
def test_the_settings_say_which_engines_there_are(
    settings: dict[str, str], count: int, tmp_path: Path
) -> None:
    config = Config(
        server=ServerSection(data_dir=tmp_path),
        media=MediaSection.model_validate({**settings, "processes": 2}),
    )
    engines = make_engines(config, secrets.token_bytes, time.monotonic)
    assert len(engines.drivers) == count
    assert engines.is_working == (count > 0)
