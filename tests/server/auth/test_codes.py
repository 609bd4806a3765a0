"""Invitation codes and tokens: strong, forgiving to type, stored as hashes."""

from __future__ import annotations

import re
import secrets
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_server.auth.invites import invite_code_hash, new_invite_code
from mentalverse_server.auth.tokens import TOKEN_BYTES, new_token, token_hash
from mentalverse_signaling.errors import BadRequest


def test_a_code_is_four_groups_without_look_alikes() -> None:
    code = new_invite_code(secrets.token_bytes)

    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}", code)


def _same(byte: int, count: int) -> bytes:
    return bytes([byte]) * count


def test_every_letter_of_a_code_is_equally_likely() -> None:
    letters = [new_invite_code(partial(_same, byte))[0] for byte in range(256)]

    assert {letters.count(letter) for letter in letters} == {8}


@settings(database=None, deadline=None, derandomize=True)
@given(st.binary(min_size=20, max_size=20))
def test_a_code_survives_being_typed(seed: bytes) -> None:
    code = new_invite_code(lambda n: seed)
    typed = code.lower().replace("-", " ").replace("1", "l").replace("0", "o")

    assert invite_code_hash(typed) == invite_code_hash(code)


@settings(database=None, deadline=None, derandomize=True)
@given(st.text(max_size=40))
def test_any_text_is_a_code_or_refused(text: str) -> None:
    try:
        assert len(invite_code_hash(text)) == 32
    except BadRequest as refused:
        assert refused.detail == "an invitation code has twenty letters and digits"


def test_a_token_carries_256_bits_and_is_found_by_its_hash() -> None:
    token = new_token(secrets.token_bytes)

    assert TOKEN_BYTES == 32
    assert len(token) == 43
    assert token_hash(token) == token_hash(str(token))
    assert token_hash(token) != token_hash(new_token(secrets.token_bytes))


@pytest.mark.parametrize("token", ["", "\ud800", "x" * 10_000])
def test_a_token_that_cannot_be_one_still_has_a_hash(token: str) -> None:
    assert len(token_hash(token)) == 32
