"""A real server in this process, and a plain HTTP session to talk to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from mentalverse_server.app import running_server
from mentalverse_server.config import Config, load_config
from support.account_api import Api
from support.blobs import BlobCaller, blob_caller
from support.clock import ManualClock


@pytest.fixture
def config(tmp_path: Path) -> Config:
    flags = {"server.port": 0, "metrics.port": 0, "server.data_dir": tmp_path / "data"}
    return load_config(None, {}, flags).config


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def api(config: Config, clock: ManualClock) -> AsyncIterator[Api]:
    async with running_server(config, clock) as server, aiohttp.ClientSession() as http:
        yield Api(server, clock, http)


@pytest.fixture
async def ada(api: Api) -> BlobCaller:
    return await blob_caller(api, "ada")


@pytest.fixture
async def ben(api: Api) -> BlobCaller:
    return await blob_caller(api, "ben")
