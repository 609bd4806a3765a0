"""Errors and acknowledgements: closed sets, and a round trip over the wire."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mentalverse_signaling import envelope, errors
from mentalverse_signaling.errors import ERRORS_BY_CODE, Fault, Internal, SignalingError

FIXED = settings(database=None, deadline=None, derandomize=True)


def every_leaf(root: type[SignalingError] = SignalingError) -> Iterator[type[Any]]:
    for child in root.__subclasses__():
        yield child
        yield from every_leaf(child)


def test_every_error_code_has_one_class_and_every_class_one_code() -> None:
    leaves = list(every_leaf())
    assert len({leaf.code for leaf in leaves}) == len(leaves)
    assert {leaf.code: leaf for leaf in leaves} == ERRORS_BY_CODE


def test_every_error_says_whose_fault_it_is() -> None:
    assert {leaf.fault for leaf in every_leaf()} == set(Fault)


def test_the_tree_in_the_module_names_every_class_and_code() -> None:
    tree = errors.__doc__ or ""
    for leaf in every_leaf():
        assert f" {leaf.__name__} " in tree
        assert f" {leaf.code} " in tree


@pytest.mark.parametrize("code", ERRORS_BY_CODE)
def test_an_error_crosses_the_wire_unchanged(code: str) -> None:
    sent = ERRORS_BY_CODE[code]("a sentence", retry_after_ms=250)
    with pytest.raises(SignalingError) as raised:
        envelope.unwrap(envelope.failure(sent))
    assert type(raised.value) is type(sent)
    assert (raised.value.detail, raised.value.retry_after_ms) == ("a sentence", 250)


def test_a_success_crosses_the_wire_unchanged() -> None:
    assert envelope.unwrap(envelope.success({"seq": 1})) == {"seq": 1}


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary(),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(
            st.sampled_from(["ok", "error", "code", "detail", "retry_after_ms", "x"]),
            below,
        )
    ),
    max_leaves=8,
)


@FIXED
@given(_VALUES)
def test_whatever_a_peer_acknowledges_gives_data_or_a_declared_error(
    ack: object,
) -> None:
    try:
        envelope.unwrap(ack)
    except SignalingError as error:
        assert error.code in ERRORS_BY_CODE


@pytest.mark.parametrize(
    "ack", [None, [], {}, {"ok": 1}, {"ok": False}, {"error": {"code": "new_one"}}]
)
def test_a_malformed_acknowledgement_is_an_internal_error(ack: object) -> None:
    with pytest.raises(Internal):
        envelope.unwrap(ack)
