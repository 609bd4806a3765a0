"""Messages with flipped bits: the browser's engine judges every one as Python does.

Most are refused; where the bits mean nothing, or the damage was signed, both take them.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from functools import partial

import pytest
from load_tests.js_peer import JsError, JsPeer

from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.errors import MlsError
from support.broken.rule import Given, Scene, scene, take
from support.browser_twin import DECLARED, go_on, take_in_browser, twin_of, twinned
from support.damage import KINDS, attacks

SUITES = (
    CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519,
    CipherSuite.MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519,
)
CASES = len(SUITES) * len(KINDS)
FEW, MANY = 4_000, 24_000
"""Messages over all kinds and both suites: by day, and at night."""
BATCH = 50
"""Messages that the browser's engine has in its queue while Python reads them."""


@pytest.mark.parametrize("suite", SUITES, ids=hex)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "messages", [FEW, pytest.param(MANY, marks=pytest.mark.nightly)]
)
def test_flipped_bits_are_judged_alike_and_change_nothing(
    peer: JsPeer, messages: int, kind: str, suite: CipherSuite
) -> None:
    """The verdicts are equal, the errors declared, and honest messages still read."""
    judged = scene(suite=suite, judge=partial(twinned, peer=peer))
    before = twin_of(judged.judge).stored()
    endless = attacks(kind, judged, random.Random(f"{kind} {suite} {messages}"))
    left = -(-messages // CASES)
    while left > 0:
        batch = list(itertools.islice(endless, min(BATCH, left)))
        _judged_alike(judged, batch, peer)
        left -= len(batch)
    assert twin_of(judged.judge).stored() == before
    go_on(judged)


def _judged_alike(judged: Scene, batch: Sequence[Given], peer: JsPeer) -> None:
    for given in batch:
        take_in_browser(judged, given, wait=False)
    for given in batch:
        try:
            take(judged, given)
            refusal = None
        except MlsError as error:
            refusal = error
        try:
            peer.answer()
        except JsError as error:
            assert error.code in DECLARED, (error, given)
            assert refusal is not None, (error, given)
        else:
            assert refusal is None, (refusal, given)
