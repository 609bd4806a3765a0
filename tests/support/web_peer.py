"""The browser's encryption and formats in Node, one process for each file of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from load_tests.js_peer import JsPeer, NodeMissing, node


@pytest.fixture(scope="module")
def peer() -> Iterator[JsPeer]:
    """Groups in JavaScript: `clients/web/test/peer.ts`."""
    yield from _running("peer")


@pytest.fixture(scope="module")
def formats() -> Iterator[JsPeer]:
    """Our byte formats in JavaScript: `clients/web/test/formats.ts`."""
    yield from _running("formats")


def _running(harness: str) -> Iterator[JsPeer]:
    """Without Node a user's machine skips, naming it; `conftest` fails that in CI."""
    try:
        node()
    except NodeMissing as missing:
        pytest.skip(str(missing))
    with JsPeer(harness) as running:
        yield running
