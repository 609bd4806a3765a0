"""Waking: once, after a while, not at night, and with nothing to be read on the way."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from mentalverse_server.push.notifier import WORKERS, Notifier
from mentalverse_server.push.schedule import MAX_ATTEMPTS, Rules
from mentalverse_server.push.sender import Sender, Verdict
from mentalverse_server.push.vapid import new_push_key
from mentalverse_server.services.push import PushSubscriptions
from mentalverse_server.store import push_subscriptions
from mentalverse_signaling.conversation import ConversationKind
from mentalverse_signaling.ids import ConversationId
from mentalverse_signaling.push_api import PushKind, QuietHours
from support.hub import Device, Hub, Talk, eventually
from support.push import PushService, Subscription, signed_claims

KEY = new_push_key()
DELAY, AGAIN = 10.0, 600.0
SECRET = b"nobody in between may read this"


def sender(hub: Hub, *, allow_private: bool = True) -> Sender:
    return Sender((KEY,), "", hub.clock, hub.rng, allow_private=allow_private)


@asynccontextmanager
async def notifying(hub: Hub) -> AsyncIterator[Notifier]:
    """A notifier that hears of what is committed from now on."""
    rules = Rules(timedelta(seconds=DELAY), timedelta(seconds=AGAIN))
    notifier = Notifier(hub.database, hub.writer, hub.clock, sender(hub), rules)
    hub.also.append(notifier.on_committed)
    await notifier.start()
    try:
        yield notifier
    finally:
        hub.also.remove(notifier.on_committed)
        await notifier.close()


@pytest.fixture
async def notifier(hub: Hub) -> AsyncIterator[Notifier]:
    async with notifying(hub) as running:
        yield running


async def subscribed(hub: Hub, service: PushService, device: Device) -> Subscription:
    """A browser of this device, which the server pushes to from now on."""
    browser = Subscription(f"{service.url}/{device.handle}")
    subscriptions = PushSubscriptions(
        hub.database, hub.writer, (KEY,), allow_private=True
    )
    await subscriptions.subscribe(
        device.connection.principal, browser.asked(KEY.public)
    )
    return browser


async def talking(hub: Hub, *handles: str) -> tuple[Talk, list[Device]]:
    """People in a conversation, all of whose devices know of it."""
    devices = [await hub.add_device(handle) for handle in handles]
    kind = ConversationKind.DIRECT if len(devices) == 2 else ConversationKind.CIRCLE
    talk = await hub.open(devices[0], kind)
    await hub.add(devices[0], talk, *devices[1:])
    for device in devices[1:]:
        for queued in device.inbox.of("group.welcomed"):
            await hub.call(device, "welcome.confirm", welcome=queued["welcome"])
    return talk, devices


async def passing(hub: Hub, seconds: float, holds: Callable[[], object]) -> None:
    """Let time pass, and wait for what it brings."""
    hub.clock.advance(seconds)
    await eventually(holds, seconds=20)


async def test_a_push_says_nothing_to_anybody_but_its_browser(
    hub: Hub, notifier: Notifier, service: PushService
) -> None:
    """A name for the conversation under encryption; no text, handle or id beside it."""
    talk, (ana, ben) = await talking(hub, "ana", "ben")
    browser = await subscribed(hub, service, ben)
    await hub.send(ana, hub.message(talk, SECRET))
    await passing(hub, DELAY, lambda: service.posts)
    (post,) = service.posts
    text = browser.opened(post.body).decode()
    assert text.rstrip() == f"1.{browser.name_of(talk.id)}"
    visible = f"{post.headers}".encode() + post.body
    for hidden in (SECRET, b"ana", talk.id.encode(), ben.account.encode()):
        assert hidden not in visible
    assert post.headers["Content-Encoding"] == "aes128gcm"
    assert post.headers["Topic"] == "update"
    claims = signed_claims(post.headers["Authorization"], KEY.public)
    assert claims["aud"] == service.url
    await eventually(lambda: notifier.counters.sent == 1)


async def test_one_push_stands_for_all_that_comes_within_ten_minutes(
    hub: Hub, notifier: Notifier, service: PushService
) -> None:
    """For a conversation and a device; what comes after them wakes again."""
    talk, (ana, ben) = await talking(hub, "ana", "ben")
    await subscribed(hub, service, ben)
    for _ in range(5):
        await hub.send(ana, hub.message(talk))
    await passing(hub, DELAY, lambda: notifier.counters.sent == 1)
    await hub.send(ana, hub.message(talk))
    hub.clock.advance(DELAY)
    other, (_, cem) = await talking(hub, "eve", "cem")
    await subscribed(hub, service, cem)
    await hub.send(_, hub.message(other))
    await passing(hub, DELAY, lambda: notifier.counters.sent == 2)
    assert len(service.at("/ben")) == 1
    await passing(hub, AGAIN, lambda: notifier.counters.sent == 3)
    assert len(service.at("/ben")) == 2


async def test_whoever_acknowledges_in_time_is_not_woken(
    hub: Hub, notifier: Notifier, service: PushService
) -> None:
    """Of two that got the same message the one is, the other is not."""
    talk, (ana, ben, cem) = await talking(hub, "ana", "ben", "cem")
    await subscribed(hub, service, ben)
    await subscribed(hub, service, cem)
    sent = await hub.send(ana, hub.message(talk))
    await hub.call(cem, "cursor.advance", conversation=talk.id, seq=sent.seq)
    await passing(hub, DELAY, lambda: notifier.counters.sent == 1)
    await eventually(lambda: notifier.waiting == 0)
    assert [post.path for post in service.posts] == ["/ben"]


async def test_quiet_hours_put_a_push_off_and_do_not_lose_it(
    hub: Hub, notifier: Notifier, service: PushService
) -> None:
    """It comes once when they end, whatever came in them; others are woken."""
    talk, (ana, ben, cem) = await talking(hub, "ana", "ben", "cem")
    await subscribed(hub, service, ben)
    await subscribed(hub, service, cem)
    subscriptions = PushSubscriptions(
        hub.database, hub.writer, (KEY,), allow_private=True
    )
    # The clock of the tests begins at midnight UTC.
    quiet = QuietHours("UTC", 23 * 60, 6 * 60)
    await subscriptions.set_quiet(ben.connection.principal, quiet)
    for _ in range(2):
        await hub.send(ana, hub.message(talk))
        await passing(hub, AGAIN, lambda: notifier.waiting > 0)
    await eventually(lambda: len(service.at("/cem")) >= 1)
    assert service.at("/ben") == []
    await passing(hub, 6 * 3600, lambda: service.at("/ben"))
    await eventually(lambda: notifier.waiting == 0)
    assert len(service.at("/ben")) == 1


@pytest.mark.parametrize("status", [404, 410])
async def test_an_address_that_is_gone_is_forgotten(
    hub: Hub, notifier: Notifier, service: PushService, status: int
) -> None:
    """RFC 8030 §7.3: it never comes back."""
    talk, (ana, ben) = await talking(hub, "ana", "ben")
    await subscribed(hub, service, ben)
    service.answers["/ben"] = (status, {})
    await hub.send(ana, hub.message(talk))
    await passing(hub, DELAY, lambda: notifier.counters.gone == 1)
    await eventually(lambda: notifier.waiting == 0)
    assert await hub.database.read(push_subscriptions.find, ben.id) is None


def _tried(notifier: Notifier, service: PushService, times: int) -> bool:
    return len(service.posts) == times and not notifier.is_sending


async def test_a_service_in_trouble_is_tried_again_and_not_for_ever(
    hub: Hub, notifier: Notifier, service: PushService
) -> None:
    """Seven times, with longer and longer pauses; what comes later is tried anew."""
    talk, (ana, ben) = await talking(hub, "ana", "ben")
    await subscribed(hub, service, ben)
    service.answers["/ben"] = (503, {})
    await hub.send(ana, hub.message(talk))
    pause = DELAY
    for attempt in range(1, MAX_ATTEMPTS + 1):
        hub.clock.advance(pause)
        tried = functools.partial(_tried, notifier, service, attempt)
        await eventually(tried, seconds=20)
        pause = 30 * 2 ** (attempt - 1)
    assert notifier.counters.given_up == 1
    assert notifier.counters.postponed == MAX_ATTEMPTS - 1
    service.answers.clear()
    await hub.send(ana, hub.message(talk))
    await passing(hub, AGAIN, lambda: notifier.counters.sent == 1)


async def test_a_service_says_how_long_it_wants_to_be_left_alone(
    hub: Hub, notifier: Notifier, service: PushService
) -> None:
    """RFC 8030 §8.4: for the whole address, whichever conversation it is about."""
    talk, (ana, ben) = await talking(hub, "ana", "ben")
    await subscribed(hub, service, ben)
    service.answers["/ben"] = (429, {"Retry-After": "900"})
    await hub.send(ana, hub.message(talk))
    await passing(hub, DELAY, lambda: notifier.counters.postponed == 1)
    service.answers.clear()
    marker, (eve, cem) = await talking(hub, "eve", "cem")
    await subscribed(hub, service, cem)
    await hub.send(eve, hub.message(marker))
    await passing(hub, 800, lambda: service.at("/cem"))
    assert len(service.at("/ben")) == 1
    await passing(hub, 100, lambda: len(service.at("/ben")) == 2)


async def test_services_that_never_answer_hold_up_nobody(
    hub: Hub, notifier: Notifier, service: PushService
) -> None:
    """Neither other browsers nor messages, with every worker but one waiting."""
    hanging = [f"h{n}" for n in range(8)]
    for start in range(0, WORKERS - 8, 8):
        names = [f"{name}{start}" for name in hanging]
        talk, devices = await talking(hub, f"ana{start}", *names[:7])
        for device in devices[1:]:
            await subscribed(hub, service, device)
            service.silent.add(f"/{device.handle}")
        await hub.send(devices[0], hub.message(talk))
    talk, (ana, ben) = await talking(hub, "ana", "ben")
    await subscribed(hub, service, ben)
    await hub.send(ana, hub.message(talk))
    await passing(hub, DELAY, lambda: service.at("/ben"))
    async with asyncio.timeout(5):
        await hub.send(ana, hub.message(talk))


async def test_no_private_address_is_called_and_no_redirect_followed(
    hub: Hub, notifier: Notifier, service: PushService
) -> None:
    """By name or number, and whatever was stored before."""
    talk, (_, ben) = await talking(hub, "ana", "ben")
    await subscribed(hub, service, ben)
    found = await hub.database.read(push_subscriptions.find, ben.id)
    assert found is not None
    guarded = sender(hub, allow_private=False)
    answer = await guarded.send(found, PushKind.CONVERSATION, talk.id)
    await guarded.close()
    assert answer.verdict is Verdict.LATER
    assert service.posts == []

    service.answers["/ben"] = (307, {"Location": f"{service.url}/elsewhere"})
    open_to_all = sender(hub)
    answer = await open_to_all.send(
        found, PushKind.CONVERSATION, ConversationId("0" * 32)
    )
    await open_to_all.close()
    assert answer.verdict is Verdict.REFUSED
    assert [post.path for post in service.posts] == ["/ben"]


async def test_what_was_not_pushed_before_the_process_ended_is_pushed_by_the_next(
    hub: Hub, service: PushService
) -> None:
    """Without a queue that could be lost: it follows from the log."""
    talk, (ana, ben) = await talking(hub, "ana", "ben")
    await subscribed(hub, service, ben)
    await hub.send(ana, hub.message(talk))
    async with notifying(hub):
        await passing(hub, DELAY, lambda: service.posts)
