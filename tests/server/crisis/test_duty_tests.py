"""A duty begins with a test page to whoever is on it, and they say whether it came."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from mentalverse_server.keyring import make_push_key, open_keyring
from mentalverse_server.operator import prepare_data_folder
from mentalverse_signaling.desk_events import PageTestView
from mentalverse_signaling.errors import NotNow, RateLimited
from mentalverse_signaling.roles import Role
from support.crisis_wire import Line, Wire, crisis_wire
from support.deterministic import seeded_rng
from support.hub import eventually
from support.push import PushService, Subscription, push_service


@dataclass
class Bench:
    """A server that may push, and a push service."""

    wire: Wire
    service: PushService
    key: bytes
    """The server's own, for whoever subscribes."""

    async def subscribes(self, line: Line, path: str) -> Subscription:
        """A browser of theirs takes pages."""
        browser = Subscription(f"{self.service.url}{path}")
        async with self.wire.api.http.put(
            f"{self.wire.api.server.url}/api/v1/push",
            data=msgspec.json.encode(browser.asked(self.key)),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {line.caller.token}",
            },
        ) as answer:
            assert answer.status == 200
        return browser


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    data, rng = tmp_path / "data", seeded_rng(4)
    prepare_data_folder(data)
    open_keyring(data, rng)
    key = make_push_key(data, rng).public
    settings = {"push.allow_private_addresses": True}
    async with push_service() as service, crisis_wire(tmp_path, settings=settings) as w:
        yield Bench(w, service, key)


async def _test(line: Line) -> PageTestView:
    test = (await line.desk()).page_test
    assert test is not None
    return test


async def _taken(line: Line) -> PageTestView:
    """Once the push services have answered, which the desk gives a hint of."""
    while not (test := await _test(line)).browsers:
        await line.hears("desk.changed", "duty")
    return test


@pytest.mark.capability("X11")
async def test_who_begins_a_duty_gets_a_test_page_and_says_that_it_came(
    bench: Bench,
) -> None:
    """To each of their browsers; another account's get none."""
    ann = await bench.wire.member("ann", Role.RESPONDER)
    ben = await bench.wire.member("ben", Role.RESPONDER)
    browser = await bench.subscribes(ann, "/ann")
    await bench.subscribes(ben, "/ben")
    await ann.call("duty.start")
    test = await _taken(ann)
    (post,) = bench.service.posts
    assert browser.opened(post.body).rstrip() == b"3."
    assert (test.browsers, test.seen_at) == (1, None)
    await ann.call("duty.test_seen")
    seen = await _test(ann)
    assert (seen.sent_at, seen.seen_at) == (test.sent_at, test.sent_at)


async def test_a_test_that_was_seen_is_seen_from_then_on(bench: Bench) -> None:
    """Who presses twice has seen it the first time."""
    ann = await bench.wire.member("ann", Role.RESPONDER)
    await bench.subscribes(ann, "/ann")
    await ann.call("duty.start")
    await _taken(ann)
    await ann.call("duty.test_seen")
    first = (await _test(ann)).seen_at
    bench.wire.clock.advance(60)
    await ann.call("duty.test_seen")
    assert (await _test(ann)).seen_at == first


async def test_without_a_browser_that_takes_pages_none_is_said_to_be_sent(
    bench: Bench,
) -> None:
    """And there is nothing that could have been seen."""
    ann = await bench.wire.member("ann", Role.RESPONDER)
    await ann.call("duty.start")
    assert await _test(ann) == PageTestView(sent_at=None, browsers=0, seen_at=None)
    await ann.call("duty.test_seen")
    assert (await _test(ann)).seen_at is None


async def test_a_push_service_that_takes_nothing_is_not_counted(bench: Bench) -> None:
    """It was sent, and nobody took it."""
    ann = await bench.wire.member("ann", Role.RESPONDER)
    await bench.subscribes(ann, "/ann")
    bench.service.answers["/ann"] = (500, {})
    await ann.call("duty.start")
    await eventually(lambda: bench.service.posts)
    test = await _test(ann)
    assert test.sent_at is not None
    assert test.browsers == 0


async def test_it_is_of_one_duty(bench: Bench) -> None:
    """A break begins no other; off duty nothing is shown, and the next has its own."""
    ann = await bench.wire.member("ann", Role.RESPONDER)
    await bench.subscribes(ann, "/ann")
    await ann.call("duty.start")
    await _taken(ann)
    await ann.call("duty.test_seen")
    await ann.call("duty.pause")
    await ann.call("duty.start")
    assert (await _test(ann)).seen_at is not None
    await ann.call("duty.end")
    assert (await ann.desk()).page_test is None
    assert len(bench.service.posts) == 1
    bench.wire.clock.advance(86_400)
    await ann.call("duty.start")
    assert (await _test(ann)).seen_at is None
    await eventually(lambda: len(bench.service.posts) == 2)


async def test_another_one_may_be_asked_for_twice_a_minute(bench: Bench) -> None:
    """Each begins anew, unseen; a third within the minute is refused."""
    ann = await bench.wire.member("ann", Role.RESPONDER)
    await bench.subscribes(ann, "/ann")
    with pytest.raises(NotNow):
        await ann.call("duty.test")
    await ann.call("duty.start")
    await _taken(ann)
    await ann.call("duty.test_seen")
    bench.wire.clock.advance(1)
    await ann.call("duty.test")
    assert (await _taken(ann)).seen_at is None
    bench.wire.clock.advance(1)
    await ann.call("duty.test")
    with pytest.raises(RateLimited):
        await ann.call("duty.test")
    await eventually(lambda: len(bench.service.posts) == 3)
