"""Every law of the transport holds on both of its paths, and on both event loops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
import uvloop


@pytest.fixture(params=[False, True], ids=["stock", "fast"])
def fastpath(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def pytest_asyncio_loop_factories() -> dict[
    str, Callable[[], asyncio.AbstractEventLoop]
]:
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
