"""A server without sockets, and somebody with a phone that is away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.hub import Hub, running_hub
from support.push import PushService, push_service


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(f"sqlite:///{tmp_path / 'server.db'}") as running:
        yield running


@pytest.fixture
async def any_hub(database_url: str) -> AsyncIterator[Hub]:
    async with running_hub(database_url) as running:
        yield running


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with push_service() as running:
        yield running
