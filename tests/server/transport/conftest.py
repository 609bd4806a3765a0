"""Every law of the transport holds on both of its paths."""

from __future__ import annotations

import pytest


@pytest.fixture(params=[False, True], ids=["stock", "fast"])
def fastpath(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)
