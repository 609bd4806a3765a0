"""Every engine in turn, and people to sit in its rooms."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from support.sfu_suite import ENGINES, Engine, Person


@pytest.fixture(params=ENGINES)
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Engine]:
    async with ENGINES[request.param]() as running:
        yield running


@pytest.fixture
async def person(engine: Engine) -> AsyncIterator[Callable[[str], Person]]:
    """People of one room, who let go of their sockets at the end."""
    people: list[Person] = []

    def make(seat: str) -> Person:
        people.append(Person(engine, seat))
        return people[-1]

    yield make
    for each in people:
        await each.close()
