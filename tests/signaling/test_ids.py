"""Ids: one canonical text, sixteen raw bytes, nothing else accepted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_signaling.errors import BadRequest
from mentalverse_signaling.ids import id_bytes, id_text, new_id, parse_id

FIXED = settings(database=None, deadline=None, derandomize=True)


@FIXED
@given(st.binary(min_size=16, max_size=16))
def test_the_text_of_an_id_and_its_bytes_are_the_same_id(raw: bytes) -> None:
    assert id_bytes(parse_id(id_text(raw))) == raw


@FIXED
@given(st.binary(max_size=40).filter(lambda raw: len(raw) != 16))
def test_only_sixteen_bytes_are_an_id(raw: bytes) -> None:
    with pytest.raises(BadRequest):
        id_text(raw)


@FIXED
@given(st.text(max_size=40))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        parse_id(text)


@pytest.mark.parametrize(
    "text",
    ["A" * 32, "a" * 31, "a" * 33, "a" * 32 + "\n", " " + "a" * 31, "٠" * 32],
)
def test_an_almost_canonical_text_is_refused(text: str) -> None:
    with pytest.raises(BadRequest):
        parse_id(text)


def test_a_fresh_id_draws_all_its_bits_from_the_given_source() -> None:
    asked: list[int] = []

    def rng(count: int) -> bytes:
        asked.append(count)
        return bytes(range(count))

    assert new_id(rng) == bytes(range(16)).hex()
    assert asked == [16]
