"""What the spool does with what it has, whatever the desk says to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mentalverse_server.crisis.door import Knock
from mentalverse_server.crisis.spool import Spool, Take
from mentalverse_signaling.crisis_events import CaseOpen, CrisisOpen
from mentalverse_signaling.errors import Conflict, Internal, Unavailable
from mentalverse_signaling.ids import ClientId
from support.devices import new_device
from support.hub import eventually
from support.paging import keyring


def entry(number: int) -> Knock:
    case = CaseOpen(ClientId(f"{number:032x}"))
    return Knock(CrisisOpen(case), "", False, 1_000 + number)


def number_of(knock: Knock) -> int:
    return int(knock.body.case.request, 16)


class Desk:
    """Takes what it is given, unless it is told to say something else."""

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.says: dict[int, Exception] = {}
        self.is_away = False

    async def take(self, knock: Knock) -> None:
        if self.is_away:
            raise Unavailable("away")
        number = number_of(knock)
        if number in self.says:
            raise self.says[number]
        self.taken.append(number)


@asynccontextmanager
async def spooling(folder: Path, take: Take, told: Callable[..., Any] = print) -> Any:
    spool = Spool(folder, keyring())
    await spool.start(take, lambda key, knock: told(number_of(knock)), lambda key: None)
    try:
        yield spool
    finally:
        await spool.close()


async def test_the_same_request_is_kept_once(tmp_path: Path) -> None:
    """Also when it comes twenty times at once; whoever is told is told once."""
    desk, told = Desk(), list[int]()
    desk.is_away = True
    async with spooling(tmp_path, desk.take, told.append) as spool:
        await asyncio.gather(*(spool.keep(entry(number % 2)) for number in range(40)))
        assert spool.pending == 2
        assert sorted(told) == [0, 1]
        desk.is_away = False
        await eventually(lambda: spool.pending == 0)
        await eventually(lambda: (tmp_path / "crisis-spool").stat().st_size == 0)
    assert sorted(desk.taken) == [0, 1]


async def test_what_is_kept_is_carried_out_in_its_order(tmp_path: Path) -> None:
    """By the next process, too, which knows how many there are before it begins."""
    desk = Desk()
    desk.is_away = True
    async with spooling(tmp_path, desk.take) as spool:
        for number in range(5):
            await spool.keep(entry(number))
    async with spooling(tmp_path, desk.take) as spool:
        assert spool.pending == 5
        desk.is_away = False
        await eventually(lambda: spool.pending == 0)
    assert desk.taken == [0, 1, 2, 3, 4]


async def test_one_that_cannot_be_carried_out_holds_up_no_other(
    tmp_path: Path,
) -> None:
    """It stays, and is not forgotten over a restart; those beside it are done once."""
    desk = Desk()
    desk.says[1] = Internal("a defect")
    async with spooling(tmp_path, desk.take) as spool:
        for number in range(3):
            await spool.keep(entry(number))
        await eventually(lambda: spool.pending == 1)
        await spool.keep(entry(3))
        await eventually(lambda: spool.pending == 1)
    assert desk.taken == [0, 2, 3]
    del desk.says[1]
    async with spooling(tmp_path, desk.take) as spool:
        await eventually(lambda: spool.pending == 0)
        await eventually(lambda: (tmp_path / "crisis-spool").stat().st_size == 0)
    assert 1 in desk.taken


async def test_whoever_comes_again_has_waited_since_the_first_time(
    tmp_path: Path,
) -> None:
    """Who asks once more, also of the next process, gains and loses no place."""
    desk = Desk()
    desk.is_away = True
    later = msgspec.structs.replace(entry(1), at_ms=90_000)
    async with spooling(tmp_path, desk.take) as spool:
        assert spool.since_ms(later) is None
        await spool.keep(entry(1))
        await spool.keep(later)
        assert spool.since_ms(later) == 1_001
    async with spooling(tmp_path, desk.take) as spool:
        assert spool.since_ms(later) == 1_001
        desk.is_away = False
        await eventually(lambda: spool.pending == 0)
        assert spool.since_ms(later) is None


async def test_a_guest_that_cannot_be_made_is_still_somebody_who_asked(
    tmp_path: Path,
) -> None:
    """What nobody could know while the database was away keeps nobody waiting."""
    made = new_device().begin_guest("t" * 43, datetime(2026, 1, 1, tzinfo=UTC))
    asked = CrisisOpen(CaseOpen(ClientId("1" * 32)), made)
    taken: list[Knock] = []

    async def take(knock: Knock) -> None:
        if knock.body.guest is not None:
            raise Conflict("the id is taken")
        taken.append(knock)

    async with spooling(tmp_path, take) as spool:
        await spool.keep(Knock(asked, "t" * 43, False, 1_000))
        await eventually(lambda: spool.pending == 0)
    (knock,) = taken
    assert (knock.body.case, knock.token, knock.at_ms) == (asked.case, "", 1_000)


async def test_what_hangs_when_the_database_comes_back_holds_nobody_up(
    tmp_path: Path,
) -> None:
    """Everything is carried out before five seconds are over, as the same event loop
    counts them: whatever slows this machine slows both."""
    is_back, hung = asyncio.Event(), asyncio.Event()
    taken: list[int] = []

    async def take(knock: Knock) -> None:
        if not is_back.is_set():
            hung.set()
            await asyncio.Event().wait()
        taken.append(number_of(knock))

    async with spooling(tmp_path, take) as spool:
        for number in range(20):
            await spool.keep(entry(number))
        await hung.wait()
        is_back.set()
        five_seconds = asyncio.create_task(asyncio.sleep(5))
        while spool.pending and not five_seconds.done():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert not five_seconds.done()
        five_seconds.cancel()
    assert taken == list(range(20))


async def test_nobody_can_be_told_and_it_is_kept_all_the_same(
    tmp_path: Path,
) -> None:
    """What goes wrong after the disk has it is no reason to say no."""

    def broken(number: int) -> None:
        raise RuntimeError("planted")

    desk = Desk()
    async with spooling(tmp_path, desk.take, broken) as spool:
        await spool.keep(entry(1))
        await eventually(lambda: desk.taken == [1])


async def test_a_folder_that_takes_no_file_stops_the_start(tmp_path: Path) -> None:
    """An operator hears of it then, and not when the database is away."""
    (tmp_path / "crisis-spool").mkdir()
    spool = Spool(tmp_path, keyring())
    with pytest.raises(Exception, match="crisis-spool"):
        await spool.start(Desk().take, lambda key, knock: None, lambda key: None)
