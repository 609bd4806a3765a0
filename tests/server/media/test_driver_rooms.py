"""Who is in a room, over every engine: joining, leaving, coming back, no place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from mentalverse_server.media.driver import (
    Direction,
    FeedGone,
    Jsep,
    NoSuchRoom,
    RoomFull,
    RoomSpec,
    SeatDown,
    SeatUp,
    WrongState,
)
from mentalverse_server.media.forwarder.probe import PICTURE, SOUND
from support.sfu_suite import ROOM, Engine, Person, fact

People = Callable[[str], Person]


async def test_people_hear_and_see_each_other(engine: Engine, person: People) -> None:
    await engine.room(2)
    ada, ben = person("ada"), person("ben")
    await ada.publish()
    await ben.publish()
    await ada.watch(ben.feed)
    await ben.watch(ada.feed)
    for kind in (SOUND, PICTURE):
        await ada.hears(ben, kind)
        await ben.hears(ada, kind)
    for seat in ("ada", "ben"):
        for direction in Direction:
            await engine.happens(lambda e: e == SeatUp(ROOM, seat, direction))  # noqa: B023


async def test_who_is_alone_hears_and_sees_themselves(
    engine: Engine, person: People
) -> None:
    """As in the test of a path before a call."""
    await engine.room(2, screen=False)
    ada = person("ada")
    await ada.publish()
    await ada.watch(ada.feed)
    for kind in (SOUND, PICTURE):
        await ada.hears(ada, kind)


async def test_who_comes_later_is_received_on_the_same_connection(
    engine: Engine, person: People
) -> None:
    await engine.room()
    ada, ben, eve = person("ada"), person("ben"), person("eve")
    await ada.publish()
    await ben.watch(ada.feed)
    await ben.hears(ada)
    await eve.publish()
    await ben.watch(eve.feed)
    for kind in (SOUND, PICTURE):
        await ben.hears(eve, kind)
        await ben.hears(ada, kind)


async def test_who_leaves_is_gone_and_the_line_is_used_again(
    engine: Engine, person: People
) -> None:
    await engine.room()
    ada, ben, eve, dan = (person(name) for name in ("ada", "ben", "eve", "dan"))
    for each in (ada, ben):
        await each.publish()
    await eve.watch(ada.feed, ben.feed)
    await eve.hears(ada, PICTURE)
    lines = len(eve.receiving.pc.getTransceivers())
    await ada.close()
    await engine.happens(lambda e: e == FeedGone(ROOM, ada.feed))
    await engine.happens(lambda e: e == SeatDown(ROOM, "ada", Direction.PUBLISH))
    await eve.subscribe(drop=(ada.feed,))
    await dan.publish()
    await eve.watch(dan.feed)
    for kind in (SOUND, PICTURE):
        await eve.hears(dan, kind)
        await eve.hears(ben, kind)
    assert len(eve.receiving.pc.getTransceivers()) == lines


async def test_a_page_loaded_again_comes_back_under_a_new_name(
    engine: Engine, person: People
) -> None:
    await engine.room(2)
    ada, ben = person("ada"), person("ben")
    await ada.publish()
    await ben.publish()
    await ben.watch(ada.feed)
    await ada.watch(ben.feed)
    await ben.hears(ada)
    before = ada.feed
    await ada.reload()
    await ada.publish()
    await ben.subscribe(ada.feed, drop=(before,))
    await ben.resume(ada.feed)
    await ada.watch(ben.feed)
    for kind in (SOUND, PICTURE):
        await ben.hears(ada, kind)
        await ada.hears(ben, kind)


async def test_who_is_kicked_sends_and_receives_nothing(
    engine: Engine, person: People
) -> None:
    await engine.room()
    ada, ben, eve = person("ada"), person("ben"), person("eve")
    for each in (ada, ben):
        await each.publish()
    await eve.watch(ada.feed, ben.feed)
    await ada.watch(ben.feed)
    await ada.hears(ben)
    await eve.hears(ada)
    await engine.engines.kick(ROOM, "ada")
    stats = await engine.engines.stats(ROOM)
    assert (stats.publishers, stats.subscribers) == (1, 1)
    heard = len(ada.receiving.received)
    await eve.hears(ben)
    assert len(ada.receiving.received) == heard
    with pytest.raises(NoSuchRoom):
        await ada.resume(ben.feed)


async def test_all_ten_seats_are_taken_and_the_eleventh_is_refused(
    engine: Engine, person: People
) -> None:
    await engine.room(10)
    people = [person(f"p{number}") for number in range(10)]
    for each in people:
        await each.publish()
    for each in people:
        await each.watch(*(other.feed for other in people if other is not each))
    for number, each in enumerate(people):
        await each.hears(people[number - 1], SOUND)
        await each.hears(people[number - 1], PICTURE)
    late = person("late")
    with pytest.raises(RoomFull):
        await late.publish()
    with pytest.raises(RoomFull):
        await late.subscribe(people[0].feed)
    await engine.engines.kick(ROOM, "p3")
    await late.publish()


async def test_a_screen_is_a_feed_of_its_own(engine: Engine, person: People) -> None:
    await engine.room()
    ada, ben = person("ada"), person("ben")
    await ada.publish()
    await ada.publish(ada.screen, (PICTURE,))
    await ben.watch(ada.feed, ada.screen)
    await ben.hears(ada, PICTURE, ada.screen)
    await ben.hears(ada, PICTURE)
    with pytest.raises(RoomFull):
        await ben.publish(ben.screen, (PICTURE,))
    await engine.engines.unpublish(ROOM, ada.screen)
    await engine.happens(lambda e: e == FeedGone(ROOM, ada.screen))
    await ben.hears(ada, PICTURE)
    await ben.publish(ben.screen, (PICTURE,))


async def test_orders_that_come_at_the_wrong_time_are_refused(
    engine: Engine, person: People
) -> None:
    ada, ben = person("ada"), person("ben")
    with pytest.raises(NoSuchRoom):
        await ada.publish()
    await engine.room()
    with pytest.raises(NoSuchRoom):
        await ben.resume(ada.feed)
    await ada.publish()
    await ben.watch(ada.feed)
    with pytest.raises(WrongState):
        answer = ben.receiving.pc.localDescription.sdp
        await engine.engines.answer(ROOM, "ben", Jsep("answer", answer, e2ee=True))
    await ben.hears(ada)


async def test_asking_for_what_is_there_changes_nothing(
    engine: Engine, person: People
) -> None:
    await engine.room()
    await engine.room()
    ada, ben = person("ada"), person("ben")
    await ada.publish()
    await ben.watch(ada.feed)
    assert not await ben.subscribe(ada.feed)
    assert not await ben.subscribe(drop=(ben.feed,))
    await ben.hears(ada)


async def test_people_who_come_at_once_all_get_in(
    engine: Engine, person: People
) -> None:
    await engine.room(4)
    people = [person(f"p{number}") for number in range(4)]
    await asyncio.gather(*(each.publish() for each in people))
    feeds = [each.feed for each in people]
    await asyncio.gather(*(each.watch(*feeds) for each in people))
    for each in people:
        for other in people:
            await each.hears(other)


async def test_a_room_that_is_destroyed_lets_everybody_go(
    engine: Engine, person: People
) -> None:
    await engine.room()
    ada, ben = person("ada"), person("ben")
    await ada.publish()
    await ben.watch(ada.feed)
    await ben.hears(ada)
    await engine.engines.destroy_room(ROOM)
    await engine.engines.destroy_room(ROOM)
    await fact(lambda: ada.sending[ada.feed].pc.connectionState == "closed")
    await fact(lambda: ben.receiving.pc.connectionState == "closed")
    await engine.engines.create_room(RoomSpec(ROOM, 10, screen=False))
    assert (await engine.engines.stats(ROOM)).publishers == 0
