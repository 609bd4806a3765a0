"""Feeds through the forwarder that ships: sealed before it, opened behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import aioice.ice
import pytest

from mentalverse_client.calls.call import LOOK_SECONDS
from mentalverse_client.calls.legs import Legs
from mentalverse_client.calls.sources import Nothing, Source
from mentalverse_client.errors import NotConnected
from mentalverse_crypto.media_slots import Slot
from mentalverse_server.media.driver import (
    Direction,
    EngineBack,
    EngineLost,
    FeedId,
    Jsep,
    SfuError,
    feed_id,
)
from mentalverse_signaling import feed_events as wire
from mentalverse_signaling.call_events import CallRole, Presence, RosterMember
from mentalverse_signaling.errors import SfuUnavailable, StalePcGen
from mentalverse_signaling.fields import Empty
from mentalverse_signaling.ids import CallId
from support.clients import eventually
from support.media_pairs import CALL, Attendee, Mesh, mesh, now_ms
from support.netns import ADDRESS
from support.sfu_suite import ENGINES, ROOM, Engine, builtin

BOTH = (Slot.MICROPHONE, Slot.CAMERA)


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    async with builtin() as running:
        await running.room()
        yield running


@pytest.fixture(params=sorted(ENGINES))
async def either(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Engine]:
    """One engine after the other; Janus in a network of its own."""
    own = {"builtin": "127.0.0.1", "janus": ADDRESS}[request.param]
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: [own])
    async with ENGINES[request.param]() as running:
        await running.room()
        yield running


class SeatLine:
    """`Line` of one seat, as the server carries it to an engine."""

    def __init__(self, engine: Engine, seat: str) -> None:
        self._engines, self.seat = engine.engines, seat
        self.epoch, self._offers = 1, 0
        self.is_away = False
        self.loses = set[str]()
        """Commands of which the next answer is lost."""

    async def call(self, name: str, payload: Any, answer: Any) -> Any:
        if self.is_away:
            raise NotConnected("the server is away")
        try:
            said = await self._answer(name, payload)
        except EngineLost:
            raise SfuUnavailable("the engine does not answer now", 100) from None
        except SfuError as error:
            raise StalePcGen(error.code) from None
        if name in self.loses:
            self.loses.remove(name)
            raise NotConnected("the answer is lost")
        return said

    async def _answer(self, name: str, payload: Any) -> Any:
        match name:
            case "feed.publish":
                feed = feed_id(self.seat, self.epoch)
                offer = Jsep("offer", payload.jsep.sdp, payload.jsep.e2ee)
                said = await self._engines.publish(ROOM, feed, offer)
                return wire.FeedAnswered(feed, _jsep(said))
            case "feed.subscribe":
                return await self._offer(frozenset(map(FeedId, payload.feeds)), None)
            case "feed.unsubscribe":
                return await self._offer(None, frozenset(map(FeedId, payload.feeds)))
            case "feed.answer":
                said = Jsep("answer", payload.jsep.sdp, payload.jsep.e2ee)
                await self._engines.answer(ROOM, self.seat, said)
                mapped = await self._engines.feeds_by_mid(ROOM, self.seat)
                feeds = frozenset(mapped.values())
                await self._engines.resume(ROOM, self.seat, feeds)
                return Empty()
            case _:
                direction = Direction(payload.direction)
                self.epoch += direction is Direction.PUBLISH
                await self._engines.restart(
                    ROOM, self.seat, direction, None, replaces=payload.replaces
                )
                return wire.FeedPath(replace=True, conn_epoch=self.epoch)

    async def _offer(self, add: Any, drop: Any) -> wire.FeedOffer:
        none = frozenset[FeedId]()
        said = await self._engines.subscribe(ROOM, self.seat, add or none, drop or none)
        self._offers += said is not None
        mapped = await self._engines.feeds_by_mid(ROOM, self.seat)
        mids = tuple(wire.FeedMid(mid, feed) for mid, feed in mapped.items())
        jsep = None if said is None else _jsep(said)
        return wire.FeedOffer(self._offers if said else 0, jsep, mids)


def _jsep(said: Jsep) -> wire.EngineJsep:
    return wire.EngineJsep(wire.JsepType(said.type), said.sdp)


class Seated:
    """One device with its legs."""

    def __init__(self, engine: Engine, net: Mesh, source: Source | None = None) -> None:
        self.at: Attendee = net.attendee(source)
        self.line = SeatLine(engine, self.at.leaf[0])
        call = CallId(CALL.hex())
        self.legs = Legs(self.at.common, self.line, call, lambda: 0.0, 1)
        net.own(self.legs.run())

    @property
    def view(self) -> wire.FeedView:
        account, device = self.at.leaf
        feed = feed_id(self.line.seat, self.line.epoch)
        return wire.FeedView(feed, account, device, wire.FeedLabel.MAIN)

    @property
    def had(self) -> frozenset[str]:
        """The feeds that come."""
        return self.legs.subscribing.had

    @property
    def lines(self) -> int:
        """How many there are, in use or not."""
        connection = self.legs.subscribing._connection
        return 0 if connection is None else len(connection.getTransceivers())

    def goes_deaf(self) -> None:
        """Nothing reaches this device any more over the paths that it has."""
        for leg in self.legs.both:
            connection: Any = leg._connection
            transport = connection.getTransceivers()[0].sender.transport.transport
            for protocol in transport._connection._protocols:
                protocol.datagram_received = lambda *_: None

    def reads_of(self, other: Seated) -> None:
        """The roster says that somebody is there, and sends."""
        account, device = other.at.leaf
        role, is_there = CallRole.PARTICIPANT, Presence.ON
        member = RosterMember(account, device, "", 1, role, 1, is_there, joined_at=0)
        inside: Any = self.legs
        inside._roster = SimpleNamespace(members=(member,))

    async def looks(self) -> None:
        """As a call does."""
        while True:
            await self.legs.look(now_ms())
            await asyncio.sleep(LOOK_SECONDS)

    def receives(self, *others: Seated) -> None:
        self.legs.subscribing.want(each.view for each in others)

    async def publishes(self) -> None:
        await eventually(self.legs.publishing.connected.is_set)

    def hears(self, *others: Seated) -> bool:
        return all(self.at.hears(each.at, slot) for each in others for slot in BOTH)


async def test_feeds_are_sealed_through_the_forwarder(engine: Engine) -> None:
    async with mesh() as net:
        a, b = Seated(engine, net), Seated(engine, net)
        net.commit(a.at, b.at)
        await a.publishes()
        await b.publishes()
        a.receives(b)
        b.receives(a)
        await eventually(lambda: a.hears(b) and b.hears(a))
        assert not a.at.ring.drops() and not b.at.ring.drops()


async def test_a_feed_that_comes_later_comes_over_the_same_connection(
    engine: Engine,
) -> None:
    async with mesh() as net:
        a, b = Seated(engine, net), Seated(engine, net)
        listener = Seated(engine, net, Nothing())
        net.commit(a.at, b.at, listener.at)
        await a.publishes()
        listener.receives(a)
        await eventually(lambda: listener.hears(a))
        await b.publishes()
        listener.receives(a, b)
        await eventually(lambda: listener.hears(a, b))
        listener.receives(b)
        await eventually(lambda: not listener.at.ring.drops())
        assert listener.legs.subscribing.built == 1


async def test_with_other_keys_nothing_is_decoded(engine: Engine) -> None:
    async with mesh() as net:
        a, b = Seated(engine, net), Seated(engine, net, Nothing())
        net.commit(a.at, b.at)
        net.commit(a.at)
        await a.publishes()
        b.receives(a)
        await eventually(lambda: b.at.ring.drops().total() > 50)
        assert not b.at.sink.decoded


async def test_feeds_that_are_swapped_do_not_open_under_another_name(
    engine: Engine,
) -> None:
    """A server that says of one feed that it is another's gains nothing."""
    async with mesh() as net:
        a, b = Seated(engine, net), Seated(engine, net)
        net.commit(a.at, b.at)
        c = Seated(engine, net, Nothing())
        net.commit(a.at, b.at, c.at)
        await a.publishes()
        account, device = b.at.leaf
        feed = a.view.feed
        lie = wire.FeedView(feed, account, device, wire.FeedLabel.MAIN)
        c.legs.subscribing.want([lie])
        await eventually(lambda: c.at.ring.drops().total() > 50)
        assert not c.at.sink.decoded


async def test_media_goes_on_without_the_server_and_the_engine_may_change(
    engine: Engine,
) -> None:
    async with mesh() as net:
        a, b = Seated(engine, net), Seated(engine, net)
        net.commit(a.at, b.at)
        await a.publishes()
        b.receives(a)
        await eventually(lambda: b.hears(a))
        a.line.is_away = b.line.is_away = True
        before = b.at.sink.decoded.total()
        await eventually(lambda: b.at.sink.decoded.total() > before + 60)
        for each in (a, b):
            await each.legs.look(now_ms())
            assert each.legs.publishing.built == 1
        a.line.is_away = b.line.is_away = False
        a.line.epoch = b.line.epoch = 2
        a.legs.restarted(2)
        await eventually(lambda: a.legs.publishing.built == 2)
        await a.publishes()
        b.receives(a)
        before = b.at.sink.decoded.total()
        await eventually(lambda: b.at.sink.decoded.total() > before + 30)


async def everybody(*people: Seated, frames: int = 10) -> None:
    """Each receives each other one, and decodes so many more of their frames."""
    pairs = [
        (a, b, slot) for a in people for b in people if a is not b for slot in BOTH
    ]
    counted = {
        (a.line.seat, b.line.seat, slot): a.at.sink.decoded[b.at.leaf, slot]
        for a, b, slot in pairs
    }
    for each in people:
        each.receives(*(other for other in people if other is not each))
    await eventually(
        lambda: all(
            a.at.hears(b.at, slot, counted[a.line.seat, b.line.seat, slot] + frames)
            for a, b, slot in pairs
        )
    )


async def test_a_line_is_used_again_for_whoever_comes_next(either: Engine) -> None:
    async with mesh() as net:
        people = [Seated(either, net) for _ in range(4)]
        net.commit(*(each.at for each in people))
        for each in people:
            await each.publishes()
        await everybody(*people)
        *stay, leaves = people
        lines = [each.lines for each in stay]
        await either.engines.kick(ROOM, leaves.line.seat)
        for each in stay:
            each.receives(*(other for other in stay if other is not each))
        await eventually(lambda: all(len(each.had) == 2 for each in stay))
        comes = Seated(either, net)
        net.commit(*(each.at for each in (*stay, comes)))
        await comes.publishes()
        await everybody(*stay, comes)
        assert [each.lines for each in stay] == lines
        assert all(each.legs.subscribing.built == 1 for each in stay)


async def test_an_answer_that_was_lost_is_given_once_more(either: Engine) -> None:
    async with mesh() as net:
        a, b = Seated(either, net), Seated(either, net)
        net.commit(a.at, b.at)
        a.line.loses = {"feed.publish"}
        b.line.loses = {"feed.answer", "feed.subscribe"}
        await a.publishes()
        await b.publishes()
        await everybody(a, b)
        assert a.legs.publishing.built == b.legs.subscribing.built == 1


async def test_a_path_that_is_given_up_is_another_connection(either: Engine) -> None:
    async with mesh() as net:
        a, b = Seated(either, net), Seated(either, net)
        net.commit(a.at, b.at)
        await a.publishes()
        await b.publishes()
        await everybody(a, b)
        for leg in a.legs.both:
            leg.give_up_path()
        await eventually(lambda: a.line.epoch == 2)
        await eventually(lambda: a.legs.publishing.built == 2)
        await a.publishes()
        await everybody(a, b)
        assert a.legs.subscribing.built == 2 and b.legs.subscribing.built == 1


async def test_all_decode_again_after_the_engine_was_killed(either: Engine) -> None:
    async with mesh() as net:
        a, b = Seated(either, net), Seated(either, net)
        net.commit(a.at, b.at)
        await a.publishes()
        await b.publishes()
        await everybody(a, b)
        either.kill()
        await either.happens(lambda it: isinstance(it, EngineBack) and it.empty)
        for each in (a, b):
            each.line.epoch = 2
            each.legs.restarted(2)
        await everybody(a, b)


async def test_paths_that_fall_silent_are_made_anew(either: Engine) -> None:
    """Both legs, though aioice takes half a minute to say that a path is lost."""
    async with mesh() as net:
        a, b = Seated(either, net), Seated(either, net)
        net.commit(a.at, b.at)
        await a.publishes()
        await b.publishes()
        await everybody(a, b)
        a.reads_of(b)
        net.own(a.looks())
        a.goes_deaf()
        await eventually(lambda: a.line.epoch == 2)
        await eventually(lambda: a.legs.publishing.built == 2)
        await a.publishes()
        await everybody(a, b)
        assert a.legs.subscribing.built == 2
        assert b.legs.publishing.built == b.legs.subscribing.built == 1
