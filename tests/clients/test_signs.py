"""Receipts and signs of writing between people, and between one's own devices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_client.groups.typing_signs import AGAIN, TYPING_LASTS, TypingSigns
from support.clients import (
    eventually,
    next_message,
    only_conversation,
    opened,
    person,
    register,
)
from support.pairing import pair
from support.server import ServerProcess, start_server

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with start_server(tmp_path_factory.mktemp("server")) as running:
        yield running


async def test_whoever_wants_to_tells_what_was_read_and_that_they_write(
    server: ServerProcess, tmp_path: Path
) -> None:
    """Both are heard, neither is a message, and a sign ends with what was written."""
    async with (
        person(server, tmp_path, "ada") as ada,
        person(server, tmp_path, "ben") as ben,
    ):
        talk = await ada.direct("ben")
        await talk.send("are you there?")
        heard = await only_conversation(ben)
        message = await next_message(heard)
        assert talk.read_by() == {}
        await heard.tell_read(message)
        await heard.tell_writing()
        await eventually(lambda: talk.read_by() == {"ben": message.seq})
        await eventually(lambda: talk.writing() == ["ben"])
        await heard.send("yes")
        await next_message(talk)
        assert talk.writing() == []
        assert [m.text for m in heard.history() if m.kind == "text"] == [
            "are you there?",
            "yes",
        ]
        await heard.tell_read(message)
        assert heard.read_by() == {}


async def test_what_was_read_on_one_device_is_read_on_the_other(
    server: ServerProcess, tmp_path: Path
) -> None:
    phone = await register(server, tmp_path, "cleo")
    async with opened(phone) as cleo, person(server, tmp_path, "dan") as dan:
        await pair(server, cleo, tmp_path / "desk")
        async with opened(tmp_path / "desk") as other:
            talk = await dan.direct("cleo")
            await talk.send("hello")
            here = await only_conversation(cleo)
            there = await only_conversation(other)
            await eventually(lambda: len(there.unread(9)) > 0)
            await here.tell_read(await next_message(here))
            await eventually(lambda: there.unread(9) == [])


def test_a_sign_of_writing_ends_by_itself_and_with_what_was_written() -> None:
    signs = TypingSigns()
    signs.heard("ada", NOON, on=True)
    signs.heard("ben", NOON + 5 * SECOND, on=True)
    assert signs.writing(NOON + 5 * SECOND) == {"ada", "ben"}
    assert signs.writing(NOON + TYPING_LASTS) == {"ben"}
    signs.wrote("ben", NOON + 4 * SECOND)
    assert signs.writing(NOON + TYPING_LASTS) == {"ben"}
    signs.wrote("ben", NOON + 6 * SECOND)
    assert signs.writing(NOON + TYPING_LASTS) == set()


@given(st.lists(st.integers(0, 400), max_size=60))
def test_nobody_is_told_of_writing_more_often_than_every_five_seconds(
    pauses: list[int],
) -> None:
    """However fast somebody types, and never when nobody was there for five minutes."""
    signs, now, told = TypingSigns(), NOON, []
    signs.was_here(NOON)
    for pause in pauses:
        now += pause * SECOND
        if signs.is_due(now):
            told.append(now)
    assert all(later - earlier >= AGAIN for earlier, later in pairwise(told))
    assert all(at - NOON < timedelta(minutes=5) for at in told)
