"""What a commit has for one socket leaves in one system call."""

from __future__ import annotations

import os
from asyncio import selector_events
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from load_tests.driver import fabricate_message
from load_tests.seeding import seed
from load_tests.wire import WireClient

from mentalverse_server.app import running_server
from mentalverse_server.config import load_config


async def test_a_row_and_its_acknowledgement_are_written_to_its_sender_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = seed(tmp_path / "mentalverse.db", groups=1, recipients=1)
    written: list[bytes] = []
    write = selector_events._SelectorSocketTransport.write  # type: ignore[attr-defined]

    def record(transport: Any, data: bytes) -> None:
        written.append(bytes(data))
        write(transport, data)

    monkeypatch.setattr(selector_events._SelectorSocketTransport, "write", record)  # type: ignore[attr-defined]
    flags = {"server.port": 0, "metrics.port": 0, "server.data_dir": tmp_path}
    async with (
        running_server(load_config(None, {}, flags).config) as server,
        aiohttp.ClientSession() as session,
    ):
        sender = WireClient(lambda name, data: None)
        seat = crowd.seats[0]
        await sender.connect(session, server.url, {"token": seat.token, "protocol": 1})
        for _ in range(2):  # the first one also loads the conversation
            written.clear()
            client_id = os.urandom(16)
            message = {
                "conversation": seat.conversation,
                "client_id": client_id.hex(),
                "payload": fabricate_message(
                    crowd.groups[seat.conversation], client_id
                ),
            }
            assert (await sender.emit("message.send", message))["ok"]
        await sender.close()
    rows = [data for data in written if b"message.sent" in data]
    assert len(rows) == 1
    assert b"\xa2ok\xc3" in rows[0], "the acknowledgement took a write of its own"
