"""Declared data: what the server routes by has exactly one encoding."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_crypto.declared import Declared, DeclaredChange, decode, encode
from mentalverse_crypto.errors import DecodeError, InvalidRequest
from support.mutations import bit_flips, truncations

CLIENT = bytes(range(16))
ONE = DeclaredChange(b"a" * 16, b"1" * 16)
TWO = DeclaredChange(b"b" * 16, b"2" * 16)

repeatable = settings(database=None, deadline=None, derandomize=True)
sixteen = st.binary(min_size=16, max_size=16)
changes = st.lists(
    st.builds(DeclaredChange, sixteen, sixteen), max_size=64, unique=True
).map(tuple)
declared = st.builds(Declared, sixteen, changes, changes)


@repeatable
@given(declared)
def test_what_is_declared_is_what_is_read(value: Declared) -> None:
    assert decode(encode(value.client_id, value.adds, value.removes)) == value


def test_the_wire_form_is_fixed() -> None:
    assert encode(CLIENT) == b"mv1" + CLIENT
    assert encode(CLIENT, adds=[ONE]) == (
        b"mv1" + CLIENT + b"\x20" + b"a" * 16 + b"1" * 16 + b"\x00"
    )
    assert encode(CLIENT, removes=[ONE, TWO]) == (
        b"mv1" + CLIENT + b"\x00" + b"\x40\x40"
        b"aaaaaaaaaaaaaaaa1111111111111111bbbbbbbbbbbbbbbb2222222222222222"
    )


@pytest.mark.parametrize(
    "encoded",
    [encode(CLIENT), encode(CLIENT, [ONE, TWO], [TWO])],
    ids=["nothing", "changes"],
)
def test_every_damaged_copy_is_refused_or_is_another_encoding(encoded: bytes) -> None:
    for damaged in (*truncations(encoded), *bit_flips(encoded)):
        try:
            value = decode(damaged)
        except DecodeError:
            continue
        assert encode(value.client_id, value.adds, value.removes) == damaged


@repeatable
@given(st.binary(max_size=120).map(lambda tail: b"mv1" + tail))
def test_any_bytes_are_refused_or_are_an_encoding(data: bytes) -> None:
    try:
        value = decode(data)
    except DecodeError:
        return
    assert encode(value.client_id, value.adds, value.removes) == data


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"mv2" + CLIENT, "version"),
        (b"mv1" + CLIENT + b"\x00\x00", "empty lists"),
        (b"mv1" + CLIENT + b"\x20" + b"a" * 32, "ends"),
        (b"mv1" + CLIENT + b"\x10" + b"a" * 16 + b"\x00", "ends"),
        (b"mv1" + CLIENT + b"\x40\x40" + b"a" * 64 + b"\x00", "twice"),
        (b"mv1" + CLIENT + b"\x20" + b"a" * 32 + b"\x00\x00", "left"),
    ],
)
def test_a_loose_encoding_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        decode(data)


def test_more_devices_than_a_group_holds_are_refused() -> None:
    many = [DeclaredChange(CLIENT, bytes([n]) * 16) for n in range(65)]
    assert len(decode(encode(CLIENT, removes=many[:64])).removes) == 64
    with pytest.raises(InvalidRequest):
        encode(CLIENT, removes=many)


@pytest.mark.parametrize(
    ("client_id", "adds"),
    [
        (CLIENT[:15], []),
        (CLIENT + b"x", []),
        (CLIENT + b"\x20" + b"a" * 32 + b"\x00", []),
        (CLIENT, [DeclaredChange(b"a" * 15, b"1" * 17)]),
        (CLIENT, [DeclaredChange(b"a" * 16, b"1" * 15)]),
        (CLIENT, [ONE, ONE]),
    ],
)
def test_what_would_be_read_otherwise_is_not_written(
    client_id: bytes, adds: list[DeclaredChange]
) -> None:
    with pytest.raises(InvalidRequest):
        encode(client_id, adds)
