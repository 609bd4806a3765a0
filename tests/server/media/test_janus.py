"""What only Janus does: its process and its line end apart from each other."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from mentalverse_server.media.driver import (
    Direction,
    DriverUnfit,
    E2eeRequired,
    EngineBack,
    EngineGone,
    EngineLost,
    EngineUnfit,
    FeedGone,
    FeedId,
    Jsep,
    NoSuchRoom,
    Replace,
    RoomSpec,
    SeatDown,
    SfuEvent,
    WrongState,
)
from mentalverse_server.media.forwarder.probe import PICTURE, SOUND, Sending
from mentalverse_server.media.janus import publishing
from mentalverse_server.media.janus.config_files import find_library, write_config
from mentalverse_server.media.janus.driver import JanusDriver
from mentalverse_server.media.janus.link import examine
from mentalverse_server.media.janus.recovery import participants
from mentalverse_server.media.janus.sdp import attribute
from mentalverse_server.media.janus.state import Seat, read_state
from support.sfu_suite import ROOM, SECONDS, Engine, Person, fact

pytestmark = pytest.mark.parametrize("engine", ["janus"], indirect=True)
People = Callable[[str], Person]
ROOMS = frozenset({ROOM})


def driver_of(engine: Engine) -> JanusDriver:
    assert isinstance(engine.driver, JanusDriver)
    return engine.driver


async def two(engine: Engine, person: People) -> tuple[Person, Person]:
    """Ada is heard and seen by Ben."""
    await engine.room()
    ada, ben = person("ada"), person("ben")
    await ada.publish()
    await ben.watch(ada.feed)
    await ben.hears(ada, SOUND)
    await ben.hears(ada, PICTURE)
    return ada, ben


async def janus_says(engine: Engine, feeds: dict[FeedId, bool]) -> None:
    """Wait until these are in the room for Janus; true: they publish."""
    driver = driver_of(engine)
    room = driver._watch.state.room(ROOM)
    async with asyncio.timeout(SECONDS):
        while True:
            there = await participants(driver._link.line, driver._watch.control, room)
            names = {publishing.feed_of(each.id): each.publisher for each in there}
            if names == feeds:
                return
            await asyncio.sleep(0.02)


@asynccontextmanager
async def talking(person: Person) -> AsyncIterator[None]:
    """`person` speaks all the while, fifty packets a second."""

    async def talk() -> None:
        while True:
            await person.say()
            await asyncio.sleep(0.02)

    task = asyncio.create_task(talk())
    try:
        yield
    finally:
        task.cancel()


@asynccontextmanager
async def next_server(
    engine: Engine,
) -> AsyncIterator[tuple[JanusDriver, list[SfuEvent]]]:
    """The server is restarted: another driver on the same folder, and its events."""
    settings = driver_of(engine)._settings
    await engine.driver.stop()
    driver = JanusDriver(settings, secrets.token_bytes, time.monotonic)
    seen: list[SfuEvent] = []

    async def note() -> None:
        async for event in driver.events():
            seen.append(event)

    async with asyncio.timeout(SECONDS):
        await driver.start()
    noting = asyncio.create_task(note())
    try:
        yield driver, seen
    finally:
        await driver.destroy_room(ROOM)
        await driver.stop()
        await noting


async def test_media_goes_on_while_the_line_is_lost_and_found(
    engine: Engine, person: People
) -> None:
    """Every packet arrives, and afterwards everything can be asked for again."""
    ada, ben = await two(engine, person)
    engine.events.clear()
    before = len(ben.receiving.received)

    async with talking(ada):
        await fact(lambda: len(ben.receiving.received) > before + 5)
        await driver_of(engine)._link.line.close()
        await engine.happens(lambda e: e == EngineBack(ROOMS, empty=False))
        during = len(ben.receiving.received)
        await fact(lambda: len(ben.receiving.received) > during + 10)

    numbers = [
        each.number for each in ben.receiving.received[before:] if each.kind == SOUND
    ]
    assert numbers == [(numbers[0] + n) & 0xFFFF for n in range(len(numbers))]
    assert engine.events == [EngineBack(ROOMS, empty=False)]
    eve = person("eve")
    await eve.publish()
    await ben.watch(eve.feed)
    await ben.hears(eve)


async def test_what_came_and_ended_while_the_line_was_lost_is_learnt(
    engine: Engine, person: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Janus says it once, and to nobody."""
    ada, ben = await two(engine, person)
    eve = person("eve")
    watch = driver_of(engine)._watch
    monkeypatch.setattr(driver_of(engine)._link.line, "_on_event", lambda _: None)
    await eve.publish()
    await ada.sending[ada.feed].close()
    await janus_says(engine, {eve.feed: True, ada.feed: False})
    assert watch.state.room(ROOM).feeds_up() == {ada.feed}
    await driver_of(engine)._link.line.close()

    await engine.happens(lambda e: e == FeedGone(ROOM, ada.feed))
    await engine.happens(lambda e: e == EngineBack(ROOMS, empty=False))
    await ben.watch(eve.feed)
    await ben.hears(eve)


async def test_media_goes_on_while_the_server_is_restarted(
    engine: Engine, person: People
) -> None:
    ada, ben = await two(engine, person)

    async with talking(ada), next_server(engine) as (driver, seen):
        await fact(lambda: seen == [EngineBack(ROOMS, empty=False)])
        before = len(ben.receiving.received)
        await fact(lambda: len(ben.receiving.received) > before + 10)
        assert set((await driver.feeds_by_mid(ROOM, "ben")).values()) == {ada.feed}
        assert (await driver.stats(ROOM)).publishers == 1
        await driver.kick(ROOM, "ada")
        await fact(lambda: ada.sending[ada.feed].pc.connectionState == "closed")


async def test_when_both_are_restarted_rooms_are_there_and_empty(
    engine: Engine, person: People
) -> None:
    await two(engine, person)
    engine.kill()

    async with next_server(engine) as (driver, seen):
        await fact(lambda: EngineBack(ROOMS, empty=True) in seen)
        assert EngineGone(ROOMS) in seen
        assert (await driver.stats(ROOM)).publishers == 0
        with pytest.raises(NoSuchRoom):
            await driver.resume(ROOM, "ben", frozenset())


async def test_who_is_kicked_while_the_line_is_lost_is_out_when_it_is_found(
    engine: Engine, person: People
) -> None:
    ada, ben = await two(engine, person)
    await driver_of(engine)._link.line.close()
    with pytest.raises(EngineLost):
        await engine.driver.kick(ROOM, "ada")

    await fact(lambda: ada.sending[ada.feed].pc.connectionState == "closed")
    await engine.happens(lambda e: e == EngineBack(ROOMS, empty=False))
    assert (await engine.driver.stats(ROOM)).publishers == 0
    assert ben.receiving.is_up


async def test_an_offer_that_was_not_answered_is_replaced_by_the_next(
    engine: Engine, person: People
) -> None:
    """Before the first answer and after it; the answer to an older one is refused."""
    await engine.room()
    ada, eve, dan, ben = (person(name) for name in ("ada", "eve", "dan", "ben"))
    for each in (ada, eve, dan):
        await each.publish()

    async def offered(other: Person) -> Jsep:
        offer = await engine.engines.subscribe(
            ROOM, "ben", frozenset({other.feed}), frozenset()
        )
        assert offer is not None
        return offer

    async def take(offer: Jsep) -> None:
        answer = Jsep("answer", await ben.receiving.answer(offer.sdp), e2ee=True)
        await engine.engines.answer(ROOM, "ben", answer)

    await offered(ada)
    await take(await offered(eve))
    for each in (ada, eve):
        await ben.resume(each.feed)
        await ben.hears(each)
    old = await offered(dan)
    assert await engine.engines.subscribe(
        ROOM, "ben", frozenset(), frozenset({ada.feed})
    )
    with pytest.raises(WrongState):
        mids = old.sdp.replace("a=mid:0", "a=mid:7")
        await engine.engines.answer(ROOM, "ben", Jsep("answer", mids, e2ee=True))
    await take(await offered(ada))
    for each in (ada, eve, dan):
        await ben.resume(each.feed)
        for kind in (SOUND, PICTURE):
            await ben.hears(each, kind)


async def test_ice_restarts_in_both_directions(engine: Engine, person: People) -> None:
    """Other credentials for the same connection, on which media goes on."""
    ada, ben = await two(engine, person)
    before = attribute(ben.receiving.pc.remoteDescription.sdp, "ice-ufrag")

    offer = await engine.engines.restart(ROOM, "ben", Direction.SUBSCRIBE, None)

    assert isinstance(offer, Jsep)
    assert attribute(offer.sdp, "ice-ufrag") != before
    answer = Jsep("answer", await ben.receiving.answer(offer.sdp), e2ee=True)
    await engine.engines.answer(ROOM, "ben", answer)
    await ben.hears(ada)

    sending = ada.sending[ada.feed].pc
    old = attribute(sending.remoteDescription.sdp, "ice-ufrag")
    local = sending.localDescription.sdp
    named = attribute(local, "ice-ufrag"), attribute(local, "ice-pwd")
    again = local.replace(named[0], "Rest").replace(named[1], "restarted" * 3)
    got = await engine.engines.restart(
        ROOM, "ada", Direction.PUBLISH, Jsep("offer", again, e2ee=True)
    )
    assert isinstance(got, Jsep)
    assert attribute(got.sdp, "ice-ufrag") != old


async def test_what_is_hung_up_cannot_be_restarted_but_replaced(
    engine: Engine, person: People
) -> None:
    ada, ben = await two(engine, person)
    offer = Jsep("offer", ada.sending[ada.feed].pc.localDescription.sdp, e2ee=True)
    await ada.sending[ada.feed].close()
    await ben.receiving.close()
    await engine.happens(lambda e: e == SeatDown(ROOM, "ada", Direction.PUBLISH))
    await engine.happens(lambda e: e == SeatDown(ROOM, "ben", Direction.SUBSCRIBE))

    for seat, direction, given in (
        ("ada", Direction.PUBLISH, offer),
        ("ben", Direction.SUBSCRIBE, None),
    ):
        restarted = await engine.engines.restart(ROOM, seat, direction, given)
        assert restarted is Replace.REPLACE
    await ada.reload()
    await ben.reload()
    await ada.publish()
    await ben.watch(ada.feed)
    await ben.hears(ada)


async def test_janus_itself_refuses_who_does_not_seal(
    engine: Engine, person: People
) -> None:
    """The second lock, behind the server's; nobody is left in the room."""
    await engine.room()
    ada = person("ada")
    watch, line = driver_of(engine)._watch, driver_of(engine)._link.line
    room = watch.state.room(ROOM)
    seat = Seat((await line.ask("create")).made)
    unsealed = Jsep("offer", await _offer(ada), e2ee=False)

    with pytest.raises(E2eeRequired):
        await publishing.publish(line, room, seat, ada.feed, unsealed)

    await janus_says(engine, {})


async def test_a_name_that_janus_still_holds_is_taken_over(
    engine: Engine, person: People
) -> None:
    """A publication was heard and its answer lost: the client publishes again."""
    await engine.room()
    ada, ben = person("ada"), person("ben")
    watch, line = driver_of(engine)._watch, driver_of(engine)._link.line
    lost = Seat((await line.ask("create")).made)
    offer = Jsep("offer", await _offer(person("lost")), e2ee=True)
    await publishing.publish(line, watch.state.room(ROOM), lost, ada.feed, offer)

    await ada.publish()
    await ben.watch(ada.feed)
    await ben.hears(ada)


async def test_a_session_that_janus_ended_is_noticed(
    engine: Engine, person: People
) -> None:
    ada, ben = await two(engine, person)
    watch, line = driver_of(engine)._watch, driver_of(engine)._link.line
    session = watch.state.room(ROOM).seat("ada").session
    await line.ask("destroy", session_id=session)

    await watch.keep_alive(line)

    await engine.happens(lambda e: e == FeedGone(ROOM, ada.feed))
    assert list(watch.state.room(ROOM).seats) == ["ben"]
    assert ben.receiving.is_up


async def test_a_feed_on_its_way_is_waited_for_and_one_that_never_comes_is_not(
    engine: Engine, person: People
) -> None:
    await engine.room()
    ada, ben, eve = person("ada"), person("ben"), person("eve")
    offer = Jsep("offer", await _offer(eve), e2ee=True)
    await engine.engines.publish(ROOM, eve.feed, offer)
    watching = asyncio.create_task(ben.subscribe(ada.feed, eve.feed))
    await ada.publish()

    assert await watching
    mids = await engine.engines.feeds_by_mid(ROOM, "ben")
    assert set(mids.values()) <= {ada.feed}


async def test_doctor_looks_at_it_and_touches_nothing(
    engine: Engine, person: People
) -> None:
    """Also when its folder was written again and Janus goes on as before."""
    ada, ben = await two(engine, person)
    settings = driver_of(engine)._settings
    engine.events.clear()

    assert (await examine(settings)).startswith("1.")
    write_config(settings, find_library(), secrets.token_bytes)
    with pytest.raises(DriverUnfit, match="restart it"):
        await examine(settings)

    await ben.hears(ada)
    assert engine.events == []


async def test_a_layer_can_be_chosen(engine: Engine, person: People) -> None:
    ada, ben = await two(engine, person)
    await engine.engines.select_layer(ROOM, "ben", ada.feed, 0)
    await ben.hears(ada, PICTURE)


async def test_an_engine_that_falls_again_and_again_is_unfit(engine: Engine) -> None:
    await engine.driver.create_room(RoomSpec(ROOM, 4, screen=False))
    seen: list[SfuEvent] = engine.events

    for falls in (1, 2):
        engine.kill()
        await fact(
            lambda: sum(isinstance(e, EngineBack) for e in seen) > falls  # noqa: B023
        )

    await engine.happens(lambda e: isinstance(e, EngineUnfit))
    assert driver_of(engine).name in engine.engines.unfit


async def test_what_is_kept_is_for_the_owner_and_holds_no_description(
    engine: Engine, person: People
) -> None:
    ada, _ = await two(engine, person)
    folder = driver_of(engine)._settings.folder

    def is_kept() -> bool:
        room = read_state(folder).rooms.get(ROOM)
        seat = room.seats.get("ben") if room is not None else None
        held = seat.subscription if seat is not None else None
        return held is not None and held.client is not None

    await fact(is_kept)
    assert b"m=audio" not in (folder / "rooms.json").read_bytes()
    assert ada.feed in read_state(folder).rooms[ROOM].seats["ada"].publishers
    assert (folder / "rooms.json").stat().st_mode & 0o077 == 0


async def _offer(person: Person) -> str:
    sending = person.sending[person.feed] = Sending(SOUND, PICTURE)
    return await sending.offer()
