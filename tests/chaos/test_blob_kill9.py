"""An upload survives `kill -9` of the server at any moment.

After every restart the server reports an offset, and the upload goes on from there.
It is never less than what was acknowledged and never more than what the server has,
and nobody sees the blob before it is whole.
"""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import aiohttp

from mentalverse_signaling.blob_api import BlobCreate, BlobStatus
from support.blobs import BlobCaller, announce, octets, signed_in
from support.server import start_server

CYCLES = 8
PIECE_BYTES = 96 * 1024
SETTINGS = {"QUOTA__READ_PER_SECOND": "100000", "QUOTA__READ_BURST": "100000"}


async def _send(
    caller: BlobCaller, request: BlobCreate, content: bytes, acknowledged: list[int]
) -> None:
    """Send from where the server is until the end, or until the line breaks."""
    status = await caller.create(request)
    while not status.complete:
        offset = status.offset
        status = await caller.append(
            request.blob, offset, content[offset : offset + PIECE_BYTES]
        )
        acknowledged.append(status.offset)


async def test_kill_9_during_an_upload_costs_only_what_was_not_acknowledged(
    tmp_path: Path,
) -> None:
    content = octets(10 * 1024 * 1024)
    moments = random.Random(31)
    acknowledged = [0]
    with start_server(tmp_path, SETTINGS) as server:
        async with (
            signed_in(server, tmp_path, "ada") as tokens,
            aiohttp.ClientSession() as http,
        ):
            caller = BlobCaller(server.url, http, await tokens(fresh=False))
            request = announce(content)
            stored = server.data / "blobs" / request.blob[:2] / request.blob
            kills = 0
            for _ in range(CYCLES):
                sending = asyncio.create_task(
                    _send(caller, request, content, acknowledged)
                )
                await asyncio.wait({sending}, timeout=moments.uniform(0.005, 0.06))
                was_whole = sending.done()
                await asyncio.to_thread(server.kill9)
                failure = (await asyncio.gather(sending, return_exceptions=True))[0]
                assert failure is None or isinstance(failure, aiohttp.ClientError)
                await asyncio.to_thread(server.start)
                status = await caller.create(request)
                assert acknowledged[-1] <= status.offset == stored.stat().st_size
                assert stored.read_bytes() == content[: status.offset]
                if was_whole:
                    break
                kills += 1
                await _nobody_sees(caller, status)
            await _send(caller, request, content, acknowledged)
            assert (await caller.fetch(request.blob)).body == content
    assert kills > 2, "the test killed too late"


async def _nobody_sees(caller: BlobCaller, status: BlobStatus) -> None:
    answer = await caller.fetch(status.blob)
    assert (answer.status == 200) == status.complete
