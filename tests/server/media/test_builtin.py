"""What only the built-in engine promises: its process, its socket, its limits."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
import pytest

from mentalverse_server.media.builtin import BuiltinDriver, BuiltinSettings
from mentalverse_server.media.driver import (
    Direction,
    EngineFull,
    EngineGone,
    Jsep,
    NoSuchRoom,
    Replace,
    RoomSpec,
)
from mentalverse_server.media.forwarder import hooks, protocol
from mentalverse_server.media.forwarder.probe import SOUND, Receiving, Sending
from mentalverse_server.media.forwarder_line import ForwarderLine
from support.sfu_suite import (
    LOOPBACK,
    ROOM,
    SECONDS,
    Engine,
    Person,
    builtin,
    fact,
    kill_forwarder,
    running,
)


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="mv-"))
    hooks.use_addresses([LOOPBACK])
    yield made
    hooks.use_addresses([])
    shutil.rmtree(made)


@asynccontextmanager
async def forwarder(folder: Path, linger_seconds: float = 60) -> AsyncIterator[Engine]:
    """A server with its driver; the process stays when the server goes."""
    driver = BuiltinDriver(
        BuiltinSettings(folder, addresses=(LOOPBACK,), linger_seconds=linger_seconds)
    )
    async with running(driver, lambda: kill_forwarder(driver)) as engine:
        yield engine


def pid_of(engine: Engine) -> int:
    assert isinstance(engine.driver, BuiltinDriver)
    assert engine.driver.pid is not None
    return engine.driver.pid


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def test_media_goes_on_while_the_server_is_started_again(folder: Path) -> None:
    async with forwarder(folder) as first:
        pid = pid_of(first)
        await first.room()
        ada, ben = Person(first, "ada"), Person(first, "ben")
        await ada.publish()
        await ben.watch(ada.feed)
        await ben.hears(ada)
    await ben.hears(ada)
    async with forwarder(folder) as second:
        assert pid_of(second) == pid
        await ben.hears(ada)
        await second.room()
        eve = Person(second, "eve")
        await eve.watch(ada.feed)
        await eve.hears(ada)
        assert not second.events or EngineGone not in map(type, second.events)
        for each in (ada, ben, eve):
            await each.close()
        second.kill()


async def test_it_ends_when_no_server_comes_back(folder: Path) -> None:
    async with forwarder(folder, linger_seconds=0.2) as engine:
        pid = pid_of(engine)
        await engine.room()
    await fact(lambda: is_gone(pid))


async def test_in_a_demo_it_ends_with_the_server() -> None:
    async with builtin() as engine:
        pid = pid_of(engine)
    assert is_gone(pid)


async def test_one_that_hangs_is_replaced(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mentalverse_server.media.builtin.BEAT_SECONDS", 0.1)
    monkeypatch.setattr("mentalverse_server.media.builtin.BEAT_ANSWER_SECONDS", 0.5)
    async with forwarder(folder) as engine:
        pid = pid_of(engine)
        os.kill(pid, signal.SIGSTOP)
        await engine.happens(lambda e: isinstance(e, EngineGone))
        await fact(
            lambda: (
                isinstance(engine.driver, BuiltinDriver)
                and engine.driver.pid not in (None, pid)
            )
        )
        engine.kill()
    await fact(lambda: is_gone(pid))


async def test_its_socket_is_its_owners_alone(folder: Path) -> None:
    async with forwarder(folder / "media", linger_seconds=0) as engine:
        [path] = (folder / "media").iterdir()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        pid = pid_of(engine)
        process = psutil.Process(pid)
        assert process.environ().keys() <= {
            *("PATH", "LANG", "LC_ALL", "LC_CTYPE"),
            *("TZ", "PYTHONPATH", "LD_LIBRARY_PATH"),
        }
        assert process.rlimit(psutil.RLIMIT_DATA) == (512 << 20, 512 << 20)
        assert os.getsid(pid) == pid


async def test_what_is_no_request_ends_the_line_and_nothing_else(
    folder: Path,
) -> None:
    async with forwarder(folder, linger_seconds=1) as engine:
        pid = pid_of(engine)
        path = str(folder / "forwarder-0.sock")
        for nonsense in (
            b"\xff\xff\xff\xff",
            (5).to_bytes(4, "big") + b"\xc1\xc1\xc1\xc1\xc1",
            (1).to_bytes(4, "big") + b"\x80",
        ):
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(nonsense)
            with suppress(ConnectionResetError):
                async with asyncio.timeout(SECONDS):
                    assert await reader.read() == b""
            writer.close()
        await fact(
            lambda: (
                isinstance(engine.driver, BuiltinDriver) and engine.driver.pid == pid
            )
        )


async def test_more_than_it_plans_for_is_refused() -> None:
    async with builtin() as engine:
        for number in range(2):
            await engine.driver.create_room(RoomSpec(f"ten {number}", 10, True))
        await engine.driver.create_room(RoomSpec("ten 0", 10, True))
        with pytest.raises(EngineFull):
            await engine.driver.create_room(RoomSpec("one more", 8, False))
        await engine.driver.destroy_room("ten 1")
        await engine.driver.create_room(RoomSpec("one more", 8, False))


async def test_a_connection_cannot_be_restarted_but_begins_anew() -> None:
    async with builtin() as engine:
        await engine.room()
        ada, ben = Person(engine, "ada"), Person(engine, "ben")
        await ada.publish()
        await ben.watch(ada.feed)
        await ben.hears(ada)
        for direction in Direction:
            answer = await engine.engines.restart(ROOM, "ben", direction, None)
            assert answer is Replace.REPLACE
        with pytest.raises(NoSuchRoom):
            await ben.resume(ada.feed)
        await ben.receiving.close()
        ben.receiving = Receiving()
        await ben.watch(ada.feed)
        await ben.hears(ada)
        for each in (ada, ben):
            await each.close()


async def test_a_folder_may_lie_deep(folder: Path) -> None:
    async with forwarder(folder / ("deep" * 40), linger_seconds=0.2) as engine:
        await engine.room()
        assert (await engine.engines.stats(ROOM)).publishers == 0


async def test_behind_nat_clients_are_told_the_public_address(folder: Path) -> None:
    settings = BuiltinSettings(
        folder, (LOOPBACK,), announced="192.0.2.7", ends_with_server=True
    )
    driver = BuiltinDriver(settings)
    async with running(driver, lambda: kill_forwarder(driver)) as engine:
        await engine.room()
        sending = Sending(SOUND)
        offer = Jsep("offer", await sending.offer(), e2ee=True)
        answer = await engine.engines.publish(ROOM, Person(engine, "ada").feed, offer)
        await sending.close()
    lines = answer.sdp.splitlines()
    candidates = [line.split()[4] for line in lines if line.startswith("a=candidate:")]
    assert candidates == ["192.0.2.7"]
    assert LOOPBACK not in answer.sdp


async def test_a_forwarder_of_another_version_is_not_taken_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with forwarder(folder) as first:
        pid = pid_of(first)
    monkeypatch.setattr(protocol, "VERSION", protocol.VERSION + 1)
    line = await ForwarderLine.open(folder / "forwarder-0.sock", lambda _: None)
    await line.close()
    driver = BuiltinDriver(BuiltinSettings(folder, addresses=(LOOPBACK,)))
    assert await driver._take_over() is None
    await fact(lambda: is_gone(pid))
