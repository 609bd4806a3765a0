"""A call wakes at once, and only whom it may; nothing of it is read on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from mentalverse_server.push.notifier import PushCounters
from mentalverse_server.push.ringing import AGAIN_SECONDS, Ringing
from mentalverse_server.push.sender import Sender
from mentalverse_server.push.vapid import new_push_key
from mentalverse_server.services.push import PushSubscriptions
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.push_api import PUSH_PAYLOAD_BYTES, PushMuted, QuietHours
from support.hub import Device, Hub, Talk, eventually
from support.push import PushService, Subscription

KEY = new_push_key()


@pytest.fixture
def counters() -> PushCounters:
    return PushCounters()


@pytest.fixture
async def ringing(hub: Hub, counters: PushCounters) -> AsyncIterator[Ringing]:
    sender = Sender((KEY,), "", hub.clock, hub.rng, allow_private=True)
    running = Ringing(hub.database, sender, hub.clock, counters)
    await running.start()
    yield running
    await running.close()


def _pushes(hub: Hub) -> PushSubscriptions:
    return PushSubscriptions(hub.database, hub.writer, (KEY,), allow_private=True)


async def _subscribed(hub: Hub, service: PushService, device: Device) -> Subscription:
    browser = Subscription(f"{service.url}/{device.handle}")
    asked = browser.asked(KEY.public)
    await _pushes(hub).subscribe(device.connection.principal, asked)
    return browser


async def _talk(hub: Hub, *handles: str) -> tuple[Talk, list[Device]]:
    devices = [await hub.add_device(handle) for handle in handles]
    kind = ConversationKind.DIRECT if len(devices) == 2 else ConversationKind.CIRCLE
    talk = await hub.open(devices[0], kind)
    await hub.add(devices[0], talk, *devices[1:])
    return talk, devices


async def test_a_ring_names_the_conversation_to_the_browser_alone(
    hub: Hub, ringing: Ringing, counters: PushCounters, service: PushService
) -> None:
    talk, (ana, ben) = await _talk(hub, "ana", "ben")
    await _subscribed(hub, service, ana)
    browser = await _subscribed(hub, service, ben)
    ringing.ring(talk.id, ana.account)
    await eventually(lambda: counters.sent)
    (post,) = service.posts
    assert post.path == "/ben", "who calls is not called"
    text = browser.opened(post.body)
    assert len(text) == PUSH_PAYLOAD_BYTES
    assert text.decode().rstrip() == f"4.{browser.name_of(talk.id)}"
    visible = f"{post.headers}".encode() + post.body
    for hidden in (b"ana", b"call", talk.id.encode(), ben.account.encode()):
        assert hidden not in visible
    assert post.headers["TTL"] == "45"


async def test_a_ring_leaves_alone_who_wants_to_be(
    hub: Hub, ringing: Ringing, counters: PushCounters, service: PushService
) -> None:
    talk, (ana, ben, cem, dan) = await _talk(hub, "ana", "ben", "cem", "dan")
    for one in (ben, cem, dan):
        await _subscribed(hub, service, one)
    # The clock of the tests begins at midnight UTC.
    quiet = QuietHours("UTC", 23 * 60, 6 * 60)
    await _pushes(hub).set_quiet(ben.connection.principal, quiet)
    await _pushes(hub).mute(cem.connection.principal, PushMuted((talk.id,)))
    ringing.ring(talk.id, ana.account)
    await eventually(lambda: counters.sent)
    assert [post.path for post in service.posts] == ["/dan"]


async def test_who_has_blocked_the_caller_is_not_rung(
    hub: Hub, ringing: Ringing, counters: PushCounters, service: PushService
) -> None:
    talk, (ana, ben) = await _talk(hub, "ana", "ben")
    other, (eve, cem) = await _talk(hub, "eve", "cem")
    await _subscribed(hub, service, ben)
    await _subscribed(hub, service, cem)
    await hub.call(ben, "block.set", account=ana.account, on=True)
    ringing.ring(talk.id, ana.account)
    ringing.ring(other.id, eve.account)
    await eventually(lambda: counters.sent)
    assert [post.path for post in service.posts] == ["/cem"]


async def test_a_conversation_rings_once_in_a_while(
    hub: Hub, ringing: Ringing, counters: PushCounters, service: PushService
) -> None:
    talk, (ana, ben) = await _talk(hub, "ana", "ben")
    await _subscribed(hub, service, ben)
    for _ in range(3):
        ringing.ring(talk.id, ana.account)
    await eventually(lambda: counters.sent)
    hub.clock.advance(AGAIN_SECONDS)
    ringing.ring(talk.id, ana.account)
    await eventually(lambda: counters.sent == 2)
    assert len(service.posts) == 2
