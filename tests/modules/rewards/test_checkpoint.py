"""A root over the whole ledger, and the way of each row to it."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mentalverse_modules.rewards.checkpoint import (
    Checkpoint,
    is_in,
    is_signed,
    proof,
    root,
    signed,
)
from mentalverse_modules.rewards.documents import shipped
from mentalverse_modules.rewards.documents import signed as signed_pack

SEED = bytes(range(32))
KEY = bytes.fromhex(signed_pack(shipped("peer"), SEED).key)
CHECKPOINT = Checkpoint(epoch="2027-W01", rows=3, head="aa", root="bb", at_ms=5)


def hashes(count: int) -> list[str]:
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]


@given(st.integers(1, 70), st.data())
def test_every_row_has_its_way_to_the_root(count: int, data: st.DataObject) -> None:
    """And no other row, place, size, way or root."""
    rows = hashes(count)
    place = data.draw(st.integers(0, count - 1))
    top, way = root(rows), proof(rows, place)
    assert is_in(rows[place], place, count, way, top)
    other = hashes(count + 1)[-1]
    assert not is_in(other, place, count, way, top)
    assert not is_in(rows[place], count, count, way, top)
    assert not is_in(rows[place], place, count, (*way, other), top)
    assert not is_in(rows[place], place, count, way, other)
    assert not is_in(rows[place], place, 0, way, top)
    if way:
        assert not is_in(rows[place], place, count, way[:-1], top)
        assert not is_in(rows[place], place, count, (other, *way[1:]), top)


@given(st.integers(0, 40), st.integers(0, 40))
def test_each_ledger_has_its_own_root(one: int, other: int) -> None:
    assert (root(hashes(one)) == root(hashes(other))) == (one == other)


def test_a_leaf_is_no_node() -> None:
    """A row whose hash is a node's is not taken for the rows below it."""
    left, right = (
        hashlib.sha256(b"\x00" + bytes.fromhex(one)).digest() for one in hashes(2)
    )
    assert root(hashes(2)) == hashlib.sha256(b"\x01" + left + right).hexdigest()
    assert root([hashes(1)[0]]) == left.hex()


def test_a_row_that_is_not_there_has_no_way() -> None:
    for place in (-1, 3):
        with pytest.raises(IndexError):
            proof(hashes(3), place)


def test_a_checkpoint_is_signed_as_it_is() -> None:
    """By this key alone, and no field of it may be another."""
    given_out = signed(CHECKPOINT, SEED)
    assert is_signed(given_out, KEY)
    assert not is_signed(given_out, bytes(32))
    for changed in (
        CHECKPOINT,
        replace(given_out, signature="no hex"),
        replace(given_out, rows=4),
        replace(given_out, root="cc"),
        replace(given_out, head="cc"),
        replace(given_out, at_ms=6),
        replace(given_out, epoch="2027-W02"),
    ):
        assert not is_signed(changed, KEY)
