"""A server is killed while it pages, and the page still comes: under the same name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest

from mentalverse_signaling.crisis_events import CaseOpen, CrisisOpen
from mentalverse_signaling.ids import ClientId
from support.hub import eventually
from support.paging import WebhookReceiver, paging_config, webhook_receiver
from support.server import ServerProcess, start_server

CYCLES = 3
A4 = 4  # so that no page is repeated within half an hour


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with webhook_receiver() as running:
        yield running


async def test_a_page_outlives_its_process(
    tmp_path: Path, receiver: WebhookReceiver
) -> None:
    """Killed after the decision was stored and before anybody took the page. Of two on
    call, the one who answers has it at once; the other from the next process."""
    (tmp_path / "secret").mkdir()
    targets = [f"tier_1 {receiver.url}/ada", f"tier_1 {receiver.url}/ben"]
    made = paging_config(tmp_path / "secret", targets)
    settings = {
        "CRISIS__MODE": "demo",
        "CRISIS__ON_CALL": msgspec.json.encode(targets).decode(),
        "PAGING__WEBHOOK_SECRET_FILE": str(made.paging.webhook_secret_file),
    }
    with start_server(tmp_path, settings) as server:
        for cycle in range(1, CYCLES + 1):
            receiver.hangs.add("/ada")
            before = len(receiver.at("/ada"))
            await _ask(server, cycle)
            await eventually(lambda cycle=cycle: len(receiver.at("/ben")) >= cycle)  # type: ignore[misc]
            await eventually(
                lambda before=before: len(receiver.at("/ada")) > before  # type: ignore[misc]
            )
            begun = receiver.at("/ada")[-1].id
            server.kill9()
            receiver.hangs.clear()
            await asyncio.to_thread(server.start)
            await eventually(lambda begun=begun: _times(receiver, begun) >= 2)  # type: ignore[misc]
        await eventually(lambda: server.log.read_text().count("page.taken") >= CYCLES)
    # The page of each request, and no other under the name of one.
    assert len({hook.id for hook in receiver.at("/ada")}) == CYCLES


def _times(receiver: WebhookReceiver, page: str) -> int:
    return sum(hook.id == page for hook in receiver.at("/ada"))


async def _ask(server: ServerProcess, number: int) -> None:
    """Nobody is on duty, so on call is paged at once."""
    asked = CrisisOpen(CaseOpen(ClientId(f"{number:032x}"), band=A4))
    async with (
        aiohttp.ClientSession() as http,
        http.post(
            f"{server.url}/api/v1/crisis/cases",
            data=msgspec.json.encode(asked),
            headers={"Content-Type": "application/json"},
        ) as answer,
    ):
        assert answer.status == 200
