"""A server without sockets; what must hold on both engines asks for `any_hub`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.hub import Hub, running_hub


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running_hub(f"sqlite:///{tmp_path / 'server.db'}") as running:
        yield running


@pytest.fixture
async def any_hub(database_url: str) -> AsyncIterator[Hub]:
    async with running_hub(database_url) as running:
        yield running
