"""The connection keeps its promises when there is nobody at the other end."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from mentalverse_client import ConnectionState, NotConnected, SignedOut
from mentalverse_client.line.connection import (
    MAX_DELAY_SECONDS,
    Connection,
    backoff_seconds,
)
from mentalverse_client.updates import (
    MAX_WAITING_UPDATES,
    Update,
    UpdateKind,
    Updates,
)
from mentalverse_signaling.errors import Unauthorised
from mentalverse_signaling.key_events import KeysCount, KeysRemaining
from support.clients import eventually


class Refusing:
    """A token source whose device the server does not know."""

    def __init__(self) -> None:
        self.asked: list[bool] = []

    async def __call__(self, *, fresh: bool) -> str:
        self.asked.append(fresh)
        raise Unauthorised


async def test_a_call_without_a_connection_ends_at_once() -> None:
    connection = Connection("http://127.0.0.1:9", Refusing(), lambda _: None)
    with pytest.raises(NotConnected):
        await connection.call("keys.count", KeysCount(), KeysRemaining)


async def test_a_device_that_is_refused_twice_is_signed_out() -> None:
    states: list[ConnectionState] = []
    source = Refusing()
    connection = Connection("http://127.0.0.1:9", source, states.append)
    with pytest.raises(SignedOut):
        await connection.run()
    assert source.asked == [False, True]
    assert states[-1] is ConnectionState.SIGNED_OUT


class Unreachable:
    """A token source that cannot reach the server."""

    def __init__(self) -> None:
        self.attempts = 0

    async def __call__(self, *, fresh: bool) -> str:
        self.attempts += 1
        raise NotConnected("the server cannot be reached")


async def test_who_writes_does_not_wait_for_the_next_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = Unreachable()
    connection = Connection("http://127.0.0.1:9", source, lambda _: None)
    monkeypatch.setattr(connection, "_delay_seconds", lambda attempt: 3_600.0)
    monkeypatch.setattr(f"{Connection.__module__}._uniform", lambda low, high: low)
    running = asyncio.create_task(connection.run())
    await eventually(lambda: source.attempts == 1)
    connection.hurry()
    await eventually(lambda: source.attempts == 2)
    running.cancel()
    await asyncio.wait({running})


class Losing(Connection):
    """Loses a cancellation, as `asyncio.wait_for` of Python 3.11 can."""

    async def _open(self, *_arguments: object) -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()


async def test_who_is_told_to_end_ends_also_when_the_library_misses_it() -> None:
    async def token(*, fresh: bool) -> str:
        return "a token"

    running = asyncio.create_task(
        Losing("http://127.0.0.1:9", token, lambda _: None).run()
    )
    await asyncio.sleep(0.05)
    running.cancel()
    done, _ = await asyncio.wait([running], timeout=10)
    assert running in done
    assert running.cancelled()


def test_waiting_grows_to_a_bound_and_never_undercuts_the_server() -> None:
    for attempt in range(40):
        ceiling = min(MAX_DELAY_SECONDS, 2.0**attempt)
        assert 0 <= backoff_seconds(attempt) <= ceiling
        assert 5 <= backoff_seconds(attempt, 5_000) <= 5 + ceiling


async def test_a_slow_subscriber_loses_the_oldest_updates_and_blocks_nobody() -> None:
    updates = Updates()
    heard = updates.subscribe()
    for number in range(MAX_WAITING_UPDATES + 5):
        updates.publish(Update(UpdateKind.MESSAGE, str(number)))
    assert (await anext(heard)).conversation == "5"


async def test_the_end_reaches_whoever_waits() -> None:
    updates = Updates()
    heard = updates.subscribe()
    waiting = asyncio.ensure_future(anext(heard))
    await asyncio.sleep(0)
    updates.end(SignedOut("over"))
    with pytest.raises(SignedOut):
        await waiting
