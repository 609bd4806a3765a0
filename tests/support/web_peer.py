"""The browser's encryption in a Node process, one for each file of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from load_tests.js_peer import JsPeer, NodeMissing, node


@pytest.fixture(scope="module")
def peer() -> Iterator[JsPeer]:
    """Without Node a user's machine skips, naming it; `conftest` fails that in CI."""
    try:
        node()
    except NodeMissing as missing:
        pytest.skip(str(missing))
    with JsPeer() as running:
        yield running
