"""A server that is killed while lists are published: the log has what was answered."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import aiohttp
import msgspec

from mentalverse_crypto.ciphersuite import SignatureKeyPair
from mentalverse_crypto.device_list import DeviceList
from mentalverse_crypto.log_entry import LogEntry, check_account_entry
from mentalverse_crypto.merkle import Frontier
from mentalverse_crypto.transparency import (
    SignedHead,
    check_frontier,
    follow,
    verify_entry,
    verify_head,
)
from mentalverse_server.keyring import open_keyring
from mentalverse_server.services.transparency import prove
from mentalverse_server.store import device_lists, log
from mentalverse_server.store.engine import Connection, open_database
from mentalverse_signaling.account_api import InviteRedeemed
from mentalverse_signaling.device_api import DevicesPublish, DevicesPublished
from mentalverse_signaling.ids import AccountId
from support.devices import new_device, next_list
from support.hub import eventually
from support.server import ServerProcess, start_server

T = TypeVar("T")
KILLS = 3
SETTINGS = {"ACCOUNTS__ATTEMPTS_PER_MINUTE": "100000"}


async def test_every_list_that_was_answered_is_in_the_log_after_a_crash(
    tmp_path: Path,
) -> None:
    dice, keys, now = random.Random(11), new_device(), datetime.now(UTC)
    with start_server(tmp_path, SETTINGS) as server:
        async with aiohttp.ClientSession() as http:
            caller = _Caller(server, http)
            request = keys.redeem(server.invite(), "ada", now)
            await caller.post("/invites/redeem", request, InviteRedeemed)
            asked, answered = [keys.first_list(now)], 1
            for _ in range(KILLS):
                life = asyncio.create_task(
                    _publish_for_ever(caller, asked, keys.account, keys.account_key)
                )
                await _grow_beyond(asked, len(asked), life)
                await asyncio.sleep(dice.uniform(0, 0.3))
                server.kill9()
                answered = max(answered, await life)
                server.start()
        server.stop()
        _check(server.data, keys.account, asked, answered)


async def _grow_beyond(
    asked: list[DeviceList], length: int, life: asyncio.Task[int]
) -> None:
    await eventually(lambda: life.done() or len(asked) > length)


@dataclass(frozen=True)
class _Caller:
    """Calls the server wherever it listens; an answer must be a success."""

    server: ServerProcess
    http: aiohttp.ClientSession

    async def post(self, path: str, body: object, answer: type[T]) -> T:
        async with self.http.post(
            f"{self.server.url}/api/v1{path}",
            data=msgspec.json.encode(body),
            headers={"Content-Type": "application/json"},
        ) as response:
            data = await response.read()
            assert response.status == 200, data
            return msgspec.json.decode(data, type=answer)


async def _publish_for_ever(
    caller: _Caller,
    asked: list[DeviceList],
    account: AccountId,
    account_key: SignatureKeyPair,
) -> int:
    """Publish list after list until the server dies; the last counter answered.

    The list that has no answer is published first: it may be in force already.
    """
    answered = 0
    try:
        while True:
            request = DevicesPublish(account, asked[-1].encode())
            answer = await caller.post("/devices", request, DevicesPublished)
            answered = answer.counter
            asked.append(next_list(asked[-1], account_key))
    except aiohttp.ClientError:
        return answered


def _check(
    data: Path, account: AccountId, asked: list[DeviceList], answered: int
) -> None:
    """The log from the first entry to the signed head, and every list in it."""
    log_pub = open_keyring(data, random.Random(0).randbytes).log_key.public
    database = open_database(f"sqlite:///{data / 'mentalverse.db'}")
    try:
        database.write(_check_log, log_pub, account, asked, answered)
    finally:
        database.close()


def _check_log(
    connection: Connection,
    log_pub: bytes,
    account: AccountId,
    asked: list[DeviceList],
    answered: int,
) -> None:
    row = log.head(connection)
    head = SignedHead.decode(row.head)
    verify_head(head, log_pub)
    entries = log.entries(connection, 0, row.size, row.size + 1)
    decoded = [LogEntry.decode(entry) for entry in entries]
    check_frontier(follow(Frontier(), decoded), head)

    newest = device_lists.device_list(connection, account)
    assert newest is not None and newest.counter >= answered >= KILLS
    for device_list in asked[: newest.counter]:
        stored = device_lists.device_list(connection, account, device_list.counter)
        assert stored is not None and stored.device_list == device_list.encode()
        entry = decoded[stored.entry]
        check_account_entry(entry, device_list)
        verify_entry(entry, prove(connection, stored.entry, 0).inclusion, head)
