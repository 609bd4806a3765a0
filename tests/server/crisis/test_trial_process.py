"""A trial of a policy is one child at a time, and never more than that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mentalverse_crisis.policy import DEFAULT
from mentalverse_server.crisis import trial_process
from mentalverse_server.crisis.policy_trial import Ask, Tried
from mentalverse_server.crisis.trial_process import FAILED, UNFINISHED, Trials
from mentalverse_server.store import cases
from mentalverse_server.store.engine import open_database
from mentalverse_signaling.errors import NotNow

NOW_MS = 1_800_000_000_000
WAIT_SECONDS = 60


def asked(days: int = 7, now_ms: int = NOW_MS) -> Ask:
    return Ask(DEFAULT, days, None, now_ms)


async def done(trials: Trials, ask: Ask) -> Tried:
    """Asked for again while it runs."""
    async with asyncio.timeout(WAIT_SECONDS):
        while UNFINISHED in (found := await trials.of(ask)).assumptions:
            pass
    return found


@pytest.fixture
async def trials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Trials]:
    # The child is nicer than everybody else on a machine with much to do.
    monkeypatch.setattr(trial_process, "TRIAL_SECONDS", WAIT_SECONDS)
    url = f"sqlite:///{tmp_path / 'server.db'}"
    database = open_database(url)
    database.migrate()
    database.write(cases.set_up, DEFAULT)
    one = Trials(url)
    yield one
    await one.close()
    database.close()


async def test_who_asks_for_the_same_waits_for_the_same_and_others_come_later(
    trials: Trials,
) -> None:
    """The moment at which it is asked makes no other trial of it."""
    first = asyncio.create_task(done(trials, asked()))
    again = asyncio.create_task(done(trials, asked(now_ms=NOW_MS + 1_000)))
    await asyncio.sleep(0)
    with pytest.raises(NotNow):
        await trials.of(asked(days=8))
    assert await first == await again == Tried(())
    assert await done(trials, asked(days=8)) == Tried(())


async def test_one_that_fails_says_so_and_stands_in_nobodys_way(
    trials: Trials, tmp_path: Path
) -> None:
    """A child that cannot open the database; the next trial is another one."""
    broken = Trials(f"sqlite:///{tmp_path / 'nowhere' / 'server.db'}")
    found = await done(broken, asked())
    assert found == Tried((), (FAILED,))
    await broken.close()
    assert await done(trials, asked()) == Tried(())


async def test_what_runs_ends_with_its_server(trials: Trials) -> None:
    """Closing waits for the child to be gone, and is no error afterwards."""
    begun = asyncio.create_task(trials.of(asked()))
    await asyncio.sleep(0)
    await trials.close()
    await begun
    await trials.close()
