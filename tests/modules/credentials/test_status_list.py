"""A status list says what it says, is long, and cannot be made to burst."""

from __future__ import annotations

import gzip
import random
import tracemalloc
from base64 import urlsafe_b64encode
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openbadgeslib.ob3 import decode_encoded_list, set_indices

from mentalverse_modules.credentials import jose
from mentalverse_modules.credentials.errors import (
    CredentialError,
    Expired,
    ListFull,
    MalformedList,
    NotYetValid,
)
from mentalverse_modules.credentials.status_list import (
    MAX_BYTES,
    MIN_ENTRIES,
    Purpose,
    StatusList,
    decoded,
    encoded,
    free_index,
    list_of,
    sign_list,
    verify_list,
)
from support.credentials_kit import FROM_S, NOW_S, UNTIL_S, issuer_key, known, published

pytestmark = pytest.mark.capability("K16")

ISSUER = issuer_key()
LIST = published(ISSUER, Purpose.REVOCATION, [5])


def _text(octets: bytes) -> str:
    return "u" + urlsafe_b64encode(octets).rstrip(b"=").decode()


@given(st.sets(st.integers(0, MIN_ENTRIES - 1), max_size=20))
def test_every_bit_is_read_as_it_was_set_and_by_others_too(indices: set[int]) -> None:
    bits = bytearray(MIN_ENTRIES // 8)
    for index in indices:
        bits[index // 8] |= 0x80 >> index % 8
    status = StatusList(bytes(bits))
    assert decoded(encoded(status)) == status
    assert set_indices(decode_encoded_list(encoded(status))) == indices
    assert all(status[index] for index in indices)
    assert sum(status[index] for index in range(64)) == sum(i < 64 for i in indices)


def test_a_list_is_made_of_the_places_that_are_set() -> None:
    status = list_of({0, 9, MIN_ENTRIES - 1})
    assert [i for i in range(MIN_ENTRIES) if status[i]] == [0, 9, MIN_ENTRIES - 1]


@pytest.mark.parametrize("octets", [MIN_ENTRIES // 8 - 1, MAX_BYTES + 1])
def test_a_list_is_long_and_not_too_long(octets: int) -> None:
    with pytest.raises(MalformedList):
        StatusList(bytes(octets))


@pytest.mark.parametrize("index", [-1, MIN_ENTRIES])
def test_a_list_has_no_other_places(index: int) -> None:
    with pytest.raises(MalformedList):
        list_of(())[index]


def test_the_longest_list_is_read() -> None:
    assert len(decoded(encoded(StatusList(bytes(MAX_BYTES)))).bits) == MAX_BYTES


def test_a_bomb_is_refused_before_it_bursts() -> None:
    bomb = _text(gzip.compress(bytes(512 * 1024 * 1024), 1))
    tracemalloc.start()
    with pytest.raises(MalformedList, match="4 MiB"):
        decoded(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 32 * 1024 * 1024


@pytest.mark.parametrize(
    "text",
    [
        "",
        "H4sI",
        "u*",
        "ué",
        "uAAAA",
        encoded(LIST.status)[:-8],
        _text(gzip.compress(LIST.status.bits, mtime=0) * 2),
        _text(gzip.compress(b"short", mtime=0)),
    ],
)
def test_what_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(MalformedList):
        decoded(text)


@given(st.integers(0, 2**32), st.sets(st.integers(0, MIN_ENTRIES - 1), max_size=50))
def test_a_drawn_place_is_free(seed: int, taken: set[int]) -> None:
    drawn = free_index(random.Random(seed).randbytes, taken)
    assert drawn not in taken and 0 <= drawn < MIN_ENTRIES


def test_a_draw_beyond_the_last_whole_round_is_drawn_again() -> None:
    draws = iter([b"\xff\xff\xff\xff", b"\x00\x00\x00\x07"])
    assert free_index(lambda _: next(draws), (), MIN_ENTRIES + 8) == 7


def test_a_list_without_a_free_place_is_full() -> None:
    with pytest.raises(ListFull):
        free_index(random.Random(1).randbytes, range(MIN_ENTRIES))


def test_a_published_list_is_read_back() -> None:
    assert verify_list(sign_list(LIST, ISSUER), known(ISSUER), NOW_S) == LIST


def test_an_old_copy_of_a_list_gives_nothing_back() -> None:
    token = sign_list(LIST, ISSUER)
    with pytest.raises(Expired):
        verify_list(token, known(ISSUER), UNTIL_S)
    with pytest.raises(NotYetValid):
        verify_list(token, known(ISSUER), FROM_S - 1)


@pytest.mark.parametrize(
    "payload",
    [b"{}", b"\xff", b"[" * 50_000],
)
def test_what_is_no_list_is_refused_whoever_signed_it(payload: bytes) -> None:
    token = jose.sign(payload, ISSUER, "vc+jwt")
    with pytest.raises(MalformedList):
        verify_list(token, known(ISSUER), NOW_S)


def test_a_list_is_signed_in_the_name_of_its_issuer() -> None:
    foreign = replace(LIST, issuer="did:key:zOther")
    with pytest.raises(MalformedList):
        verify_list(sign_list(foreign, ISSUER), known(ISSUER), NOW_S)


def test_a_list_of_another_type_or_purpose_is_none() -> None:
    payload, _ = jose.verify(sign_list(LIST, ISSUER), known(ISSUER), "vc+jwt")
    for old, new in (
        (b"BitstringStatusListCredential", b"StatusList"),
        (b'"statusPurpose":"revocation"', b'"statusPurpose":"message"'),
        (b'"validFrom":"2', b'"validFrom":"x'),
    ):
        assert old in payload
        token = jose.sign(payload.replace(old, new), ISSUER, "vc+jwt")
        with pytest.raises(CredentialError):
            verify_list(token, known(ISSUER), NOW_S)


def test_lists_of_a_state_are_the_same_octets() -> None:
    assert msgspec.json.encode(encoded(LIST.status)) == msgspec.json.encode(
        encoded(list_of({5}))
    )
