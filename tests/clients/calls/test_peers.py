"""Real connections on the loopback: sealed media from one device to another."""

from __future__ import annotations

import pytest

from mentalverse_client.calls.sources import Nothing, Tone
from mentalverse_crypto.media_slots import Slot
from support.clients import eventually
from support.media_pairs import mesh

BOTH = (Slot.MICROPHONE, Slot.CAMERA)


@pytest.mark.capability("C04")
async def test_two_devices_see_and_hear_each_other() -> None:
    async with mesh() as net:
        a, b = net.attendee(), net.attendee()
        net.commit(a, b)
        net.connect(a, b)
        await eventually(lambda: all(a.hears(b, it) and b.hears(a, it) for it in BOTH))
        # By account, as in browsers: devices are numbered the other way round here.
        assert b.peers[a.leaf].is_polite and not a.peers[b.leaf].is_polite
        assert not a.ring.drops() and not b.ring.drops()


async def test_without_the_same_keys_nothing_is_decoded() -> None:
    """Frames arrive, none opens, and none reaches the decoder as it came."""
    async with mesh() as net:
        a, b = net.attendee(), net.attendee()
        net.commit(a, b)
        net.commit(a)
        net.connect(a, b)
        peer = b.peers[a.leaf]
        await eventually(lambda: peer.arrived > 50)
        assert not b.sink.decoded
        assert b.ring.drops().total() > 50


async def test_a_listener_hears_and_sends_nothing() -> None:
    async with mesh() as net:
        a, b = net.attendee(), net.attendee(Nothing())
        net.commit(a, b)
        net.connect(a, b)
        await eventually(lambda: all(b.hears(a, it) for it in BOTH))
        assert a.peers[b.leaf].arrived == 0


async def test_three_devices_share_counters_over_a_mesh() -> None:
    async with mesh() as net:
        three = [net.attendee(Tone(video=False)) for _ in range(3)]
        net.commit(*three)
        for n, each in enumerate(three):
            for other in three[:n]:
                net.connect(other, each)
        heard = [(one, other) for one in three for other in three if one is not other]
        await eventually(lambda: all(one.hears(o, Slot.MICROPHONE) for one, o in heard))
        assert not any(each.ring.drops() for each in three)


async def test_a_path_that_is_given_up_is_made_anew() -> None:
    async with mesh() as net:
        a, b = net.attendee(Tone(video=False)), net.attendee(Tone(video=False))
        net.commit(a, b)
        net.connect(a, b)
        await eventually(lambda: a.hears(b, Slot.MICROPHONE))
        a.peers[b.leaf].replace()
        b.peers[a.leaf].replace()
        await eventually(lambda: a.peers[b.leaf].generation >= 2)
        before = a.sink.decoded.total(), b.sink.decoded.total()
        await eventually(
            lambda: (
                a.peers[b.leaf].connected.is_set()
                and a.sink.decoded.total() > before[0] + 20
                and b.sink.decoded.total() > before[1] + 20
            )
        )
        assert a.peers[b.leaf].generation == b.peers[a.leaf].generation


async def test_keys_change_while_media_flows_and_the_removed_opens_none() -> None:
    async with mesh() as net:
        a, b, c = (net.attendee() for _ in range(3))
        net.commit(a, b, c)
        for one, other in ((a, b), (a, c), (b, c)):
            net.connect(one, other)
        everyone = ((b, a), (c, a), (a, b))
        await eventually(
            lambda: all(o.hears(s, it) for o, s in everyone for it in BOTH)
        )
        net.commit(a, b)
        until_now = c.sink.decoded[a.leaf, Slot.CAMERA]
        arrived = c.peers[a.leaf].arrived
        b_before = b.sink.decoded[a.leaf, Slot.CAMERA]
        await eventually(lambda: c.peers[a.leaf].arrived > arrived + 60)
        await eventually(lambda: b.hears(a, Slot.CAMERA, b_before + 15))
        # What was on its way, sealed before, may still have come.
        assert c.sink.decoded[a.leaf, Slot.CAMERA] <= until_now + 10
        assert c.ring.drops().total() > 40
