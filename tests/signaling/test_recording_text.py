"""The text that people agree to stays as it was: consents outlive versions."""

from __future__ import annotations

import pytest

from mentalverse_signaling.recording_events import OnWithdraw
from mentalverse_signaling.recording_text import (
    PURPOSES,
    recording_text,
    recording_text_hash,
)

KNOWN = {
    ("supervision", OnWithdraw.KEEP): (
        "a245230560b21a9f25941a0db49b068dd75db47dc04e67a96475783b06aeafe6"
    ),
    ("supervision", OnWithdraw.DISCARD): (
        "2b7db188745e744a4f1daf6cddd40dd322fa61a9d128cde15e155dc7a6b0e95d"
    ),
    ("own_use", OnWithdraw.KEEP): (
        "94ea612129c393d20727605abc139fb98215fe8b22b2a53b5fd44087a4e406ff"
    ),
    ("own_use", OnWithdraw.DISCARD): (
        "3dbc8116c0a2bb8ebddb4b991ab700cf9a74025da69900c24b4957fa9b3f1b22"
    ),
    ("training", OnWithdraw.KEEP): (
        "b5ec3de847f516d2caf77d2f5719519375e0528525b346b0f717773ee8854291"
    ),
    ("training", OnWithdraw.DISCARD): (
        "2ca6958f7c1c0b16b130175a69f5c32c244b8dcea2fb07ec165178d30279356a"
    ),
    ("research", OnWithdraw.KEEP): (
        "39f3d5d7d5117fb613ab5ac74ebd8d98eba01ebad60493ed3470180e060b8dc8"
    ),
    ("research", OnWithdraw.DISCARD): (
        "c2e5feda1ad7754e30202b74cc2b05f5459e25bda6eb2d92fc133c88eb34fd19"
    ),
}


@pytest.mark.parametrize(("purpose", "on_withdraw"), KNOWN)
def test_the_words_do_not_change(purpose: str, on_withdraw: OnWithdraw) -> None:
    """Browsers have the same values: `tests/interop` compares them."""
    assert recording_text_hash(purpose, on_withdraw) == KNOWN[purpose, on_withdraw]


def test_every_request_has_a_text_of_its_own() -> None:
    purposes = (*PURPOSES, "research", "own_us")
    texts = {recording_text(each, rule) for each in purposes for rule in OnWithdraw}
    assert len(texts) == 2 * len(purposes)
    assert all(text.isascii() for text in texts)


def test_a_purpose_without_words_stands_as_it_is() -> None:
    text = recording_text("research", OnWithdraw.KEEP)
    assert "What it is for: research." in text.splitlines()
