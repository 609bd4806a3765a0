"""Every scenario is played with either kind in the lead, in every suite."""

from __future__ import annotations

import pytest
from load_tests.js_peer import JsPeer

from mentalverse_crypto.ciphersuite import CipherSuite
from support.cast import SUITES, Cast
from support.mixed_group import LANGUAGES


@pytest.fixture(
    params=[(suite, leading) for suite in SUITES for leading in LANGUAGES],
    ids=lambda param: f"{param[1]}-leads-{param[0]}",
)
def cast(request: pytest.FixtureRequest, peer: JsPeer) -> Cast:
    suite, leading = request.param
    following = next(each for each in LANGUAGES if each != leading)
    return Cast(leading, following, CipherSuite(SUITES[suite]), peer)
