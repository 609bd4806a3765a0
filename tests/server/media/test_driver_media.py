"""What passes through a room, over every engine: untouched, under the right names."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest

from mentalverse_server.media.driver import BadSdp, E2eeRequired, Jsep
from mentalverse_server.media.forwarder.packets import (
    Estimate,
    Feedback,
    KeyFrameWanted,
    Lost,
    SenderReport,
)
from mentalverse_server.media.forwarder.probe import (
    KEY_FRAME,
    PICTURE,
    SOUND,
    Sending,
    until,
)
from support.sfu_suite import ROOM, SECONDS, Engine, Person, fact

People = Callable[[str], Person]

BUILTIN = pytest.mark.parametrize("engine", ["builtin"], indirect=True)
"""Janus 1.1.2 passes on every request for a key frame, tells a clock of its own, and
keeps packets only for who has reported a round trip to it, which a probe does not."""
FRAMES = [bytes([n]) * (40 + n) for n in range(200)]
"""Sound as nobody can decode it: sealed frames are no better."""


async def _two(engine: Engine, person: People) -> tuple[Person, Person]:
    """Ada is seen and heard by Ben."""
    await engine.room()
    ada, ben = person("ada"), person("ben")
    await ada.publish()
    await ben.watch(ada.feed)
    await ben.hears(ada, SOUND)
    await ben.hears(ada, PICTURE)
    return ada, ben


async def test_payloads_come_out_as_they_went_in(
    engine: Engine, person: People
) -> None:
    ada, ben = await _two(engine, person)
    before = len(ben.receiving.received)
    frames = [KEY_FRAME + FRAMES[0], *(b"\x10\x01" + each for each in FRAMES)]

    def came() -> set[bytes]:
        return {each.payload for each in ben.receiving.received[before:]}

    sent = {*FRAMES, *frames[: len(FRAMES)]}
    for _ in range(10):
        # Once more what a busy machine has dropped on the way: it is UDP.
        for sound, picture in zip(FRAMES, frames, strict=False):
            if not {sound, picture} <= came():
                await ada.sending[ada.feed].send(SOUND, sound)
                await ada.sending[ada.feed].send(PICTURE, picture)
        with suppress(TimeoutError):
            await until(lambda: sent <= came(), 2.0)
            break
    assert came() == sent


async def test_packets_carry_the_names_that_the_receiver_negotiated(
    engine: Engine, person: People
) -> None:
    ada, ben = await _two(engine, person)
    eve = person("eve")
    await eve.publish()
    await ben.watch(eve.feed)
    await ben.hears(eve, SOUND)
    await ben.hears(eve, PICTURE)
    mids = await engine.engines.feeds_by_mid(ROOM, "ben")
    by_mid: dict[str, int] = {}
    for each in ben.receiving.received:
        assert each.mid == each.line_mid
        assert by_mid.setdefault(each.mid, each.ssrc) == each.ssrc
        assert mids[each.mid].encode() in each.payload
        if each.kind == SOUND:
            assert each.level == (True, 5)
    assert len(set(by_mid.values())) == len(by_mid) == 4


async def test_nothing_flows_before_the_server_says_so(
    engine: Engine, person: People
) -> None:
    await engine.room()
    ada, ben, eve = person("ada"), person("ben"), person("eve")
    await ada.publish()
    await ben.subscribe(ada.feed)
    await eve.watch(ada.feed)
    await fact(lambda: ben.receiving.is_up)
    await eve.hears(ada, SOUND)
    await eve.hears(ada, PICTURE)
    assert not ben.receiving.received
    ada.sending[ada.feed].feedback[PICTURE].clear()
    await ben.resume(ada.feed)
    await fact(lambda: _key_frames_wanted(ada) > 0)
    await ben.hears(ada, PICTURE)


async def test_a_feed_that_is_paused_stops_for_everybody_and_goes_on(
    engine: Engine, person: People
) -> None:
    ada, ben = await _two(engine, person)
    await engine.engines.pause(ROOM, ada.feed, True)
    hidden = [await ada.say(kind) for kind in (SOUND, PICTURE) for _ in range(20)]
    eve = person("eve")
    await eve.publish()
    await ben.watch(eve.feed)
    await ben.hears(eve, SOUND)
    await engine.engines.pause(ROOM, ada.feed, False)
    await ben.hears(ada, SOUND)
    await ben.hears(ada, PICTURE)
    assert not {each.payload for each in ben.receiving.received} & set(hidden)
    mid = await ben.mid(ada.feed, PICTURE)
    numbers = [each.number for each in ben.receiving.received if each.mid == mid]
    assert numbers == [(numbers[0] + n) & 0xFFFF for n in range(len(numbers))]


async def test_a_key_frame_asked_for_is_asked_from_the_publisher(
    engine: Engine, person: People
) -> None:
    ada, ben = await _two(engine, person)
    mid = await ben.mid(ada.feed, PICTURE)
    before = _key_frames_wanted(ada)
    await ben.receiving.ask_key_frame(mid)
    await fact(lambda: _key_frames_wanted(ada) > before)


@BUILTIN
async def test_many_who_ask_for_a_key_frame_are_one(
    engine: Engine, person: People
) -> None:
    ada, ben = await _two(engine, person)
    mid = await ben.mid(ada.feed, PICTURE)
    await fact(lambda: _key_frames_wanted(ada) > 0)
    before = _key_frames_wanted(ada)
    for _ in range(50):
        await ben.receiving.ask_key_frame(mid)
    await fact(lambda: _key_frames_wanted(ada) > before)
    assert _key_frames_wanted(ada) - before < 10


@BUILTIN
async def test_a_lost_packet_comes_back(engine: Engine, person: People) -> None:
    ada, ben = await _two(engine, person)
    mid = await ben.mid(ada.feed, PICTURE)
    last = [each for each in ben.receiving.received if each.mid == mid][-1]
    await ben.receiving.ask_again(mid, [last.number])
    await fact(
        lambda: any(
            each.is_repeated
            and (each.number, each.payload) == (last.number, last.payload)
            for each in ben.receiving.received
        )
    )


async def test_what_a_publisher_lost_is_asked_for_and_passed_on(
    engine: Engine, person: People
) -> None:
    ada, ben = await _two(engine, person)
    sending = ada.sending[ada.feed]
    sending.skip(PICTURE)
    lost, payload = sending.numbers[PICTURE], KEY_FRAME + b"lost on the way"

    def asked() -> bool:
        wanted = (e for e in sending.feedback[PICTURE] if isinstance(e, Lost))
        return any(lost in each.numbers for each in wanted)

    async with asyncio.timeout(SECONDS):
        while not asked():
            await ben.hears(ada, PICTURE)
    await sending.send_again(PICTURE, payload, lost)
    await fact(lambda: any(e.payload == payload for e in ben.receiving.received))


@BUILTIN
async def test_sound_and_picture_are_told_from_the_publishers_clock(
    engine: Engine, person: People
) -> None:
    ada, ben = await _two(engine, person)
    pairs = {
        SOUND: SenderReport(0xE0000000 << 32, 48_000),
        PICTURE: SenderReport(0xE0000000 << 32, 90_000),
    }
    mids = {await ben.mid(ada.feed, kind): kind for kind in pairs}

    def came() -> bool:
        told = [(mids[mid], report) for mid, report in ben.receiving.reports]
        return all((kind, report) in told for kind, report in pairs.items())

    for kind, report in pairs.items():
        await ada.sending[ada.feed].report(kind, report)
    await fact(came)
    # The clock starts with zeros in an engine that reports for itself.
    assert all(report in pairs.values() for _, report in ben.receiving.reports)


async def test_a_publisher_is_told_how_much_it_may_send(
    engine: Engine, person: People
) -> None:
    ada, _ = await _two(engine, person)
    estimates = ada.sending[ada.feed].feedback[PICTURE]

    def told() -> list[Estimate]:
        return [each for each in estimates if isinstance(each, Estimate)]

    await fact(lambda: bool(told()))
    assert all(each.bits_per_second <= 800_000 for each in told())


@BUILTIN
async def test_a_camera_gets_less_than_a_screen(engine: Engine, person: People) -> None:
    await engine.room()
    ada = person("ada")
    await ada.publish()
    await ada.publish(ada.screen, (PICTURE,))
    for feed, bits in ((ada.feed, 250_000), (ada.screen, 500_000)):
        await ada.say(PICTURE, feed)
        told = ada.sending[feed].feedback[PICTURE]
        await fact(partial(any_estimate, told))
        # The rate is written with 18 significant bits (REMB, 2.2).
        rates = [e.bits_per_second for e in told if isinstance(e, Estimate)]
        assert {round(each, -3) for each in rates} == {bits}


def any_estimate(told: list[Feedback]) -> bool:
    return any(isinstance(each, Estimate) for each in told)


async def test_frames_that_are_not_sealed_are_not_taken(engine: Engine) -> None:
    await engine.room()
    sending = Sending(SOUND, PICTURE)
    try:
        sdp = await sending.offer()
        with pytest.raises(E2eeRequired):
            await engine.engines.publish(
                ROOM, Person(engine, "ada").feed, Jsep("offer", sdp, e2ee=False)
            )
        with pytest.raises(BadSdp):
            await engine.engines.publish(
                ROOM,
                Person(engine, "ada").feed,
                Jsep("offer", sdp.replace("VP8", "VP9"), e2ee=True),
            )
    finally:
        await sending.close()
    assert (await engine.engines.stats(ROOM)).publishers == 0


def _key_frames_wanted(publisher: Person) -> int:
    feedback = publisher.sending[publisher.feed].feedback[PICTURE]
    return sum(isinstance(each, KeyFrameWanted) for each in feedback)
