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
        "96cbb384aad6e391d9a4d0c4bd11a1295ed60d1704dfebe23e86bf3fd90ac7cf"
    ),
    ("supervision", OnWithdraw.DISCARD): (
        "d3368a05c7fbed398349a11c2ad783df98f841f2c1960875a94dd05dc9dfa3b7"
    ),
    ("own_use", OnWithdraw.KEEP): (
        "0c6cb84c8c989fd61798f66e4df3590389d2e0ded7ccc222968e9c37c31fe00c"
    ),
    ("own_use", OnWithdraw.DISCARD): (
        "fdfb0e3b260fba0fd71afb8fc60c99f825eaa030e8f678ac54335e3d2f8e01bd"
    ),
    ("training", OnWithdraw.KEEP): (
        "f88bf4d99e15bba170553a309ea9f7734f7efb9abe04d78b993126fc0607132b"
    ),
    ("training", OnWithdraw.DISCARD): (
        "abf4e95d9a7ad5fbf351d39f8a9ae58704a27909dc5f77dd4d405ceef1103c28"
    ),
    ("research", OnWithdraw.KEEP): (
        "54c08958efc692eaef9002072ffd9b2576fcfc88daea8468c1f99f6d3afd0c4a"
    ),
    ("research", OnWithdraw.DISCARD): (
        "f99998b70caabde97d4c2d5ba3358d71e20f9c41c804ce9530e02b824f659fb1"
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
