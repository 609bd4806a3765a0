"""What a relay refuses: every special address, and nothing that is public."""

from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv6Address,
    IPv6Network,
    ip_address,
    summarize_address_range,
)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentalverse_signaling.calls.relay_ranges import (
    DENIED,
    DENIED_V4,
    DENIED_V6,
    UNSPECIFIED,
    Address,
    DeniedRange,
    is_denied,
    mapped,
)

ANY_V4 = st.integers(0, 2**32 - 1).map(IPv4Address)
ANY_V6 = st.integers(0, 2**128 - 1).map(IPv6Address)
GLOBAL_UNICAST = IPv6Network("2000::/3")
PARTLY_REACHABLE = tuple(
    denied for denied in DENIED if denied.name.startswith(("IETF", "6to4", "IPv4-"))
)
"""Blocks in which the registry has a few that are reachable."""
PUBLIC = (
    *("1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255"),
    *("100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255"),
    *("169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255"),
    *("192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255"),
    *("2000::1", "2001:200::1", "2001:4860:4860::8888", "2003::1", "2606:4700::1"),
    *("2a00::1", "3ffe:ffff::1", "3fff:1000::1"),
)


@st.composite
def _of(draw: st.DrawFn, ranges: tuple[DeniedRange, ...]) -> Address:
    network = draw(st.sampled_from(ranges)).network
    offset = draw(st.integers(0, network.num_addresses - 1))
    return network[offset]


@given(_of(DENIED))
def test_every_address_of_a_denied_block_is_denied(address: Address) -> None:
    assert is_denied(address)


@given(_of(DENIED_V4))
def test_so_is_its_mapped_form(address: IPv4Address) -> None:
    assert is_denied(mapped(address))
    assert mapped(address).ipv4_mapped == address


@given(ANY_V4)
def test_even_a_public_ipv4_address_is_not_reached_in_its_mapped_form(
    address: IPv4Address,
) -> None:
    assert is_denied(mapped(address))


@given(ANY_V4 | ANY_V6)
def test_what_the_standard_library_calls_special_is_denied(address: Address) -> None:
    if not address.is_global or address.is_multicast:
        assert is_denied(address) or (
            isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST
        )


@given(st.sampled_from(DENIED), st.integers(0, 3))
def test_each_block_begins_and_ends_where_the_library_says(
    denied: DeniedRange, corner: int
) -> None:
    """Of the two addresses beside each end, none is special and let through."""
    first, last = int(denied.network[0]), int(denied.network[-1])
    number = (first - 1, first, last, last + 1)[corner]
    if not 0 <= number < 2**denied.network.max_prefixlen:
        return
    address = type(denied.network[0])(number)
    if isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST:
        return
    if not address.is_global:
        assert is_denied(address)


@given(ANY_V4 | ANY_V6)
def test_what_is_public_is_relayed_to(address: Address) -> None:
    odd = any(address in denied.network for denied in PARTLY_REACHABLE)
    in_use = isinstance(address, IPv4Address) or address in GLOBAL_UNICAST
    if address.is_global and not address.is_multicast and in_use and not odd:
        assert not is_denied(address)


@pytest.mark.parametrize("text", PUBLIC)
def test_neighbours_of_the_blocks_and_well_known_addresses_are_relayed_to(
    text: str,
) -> None:
    assert not is_denied(ip_address(text))


@given(_of(DENIED))
def test_what_is_written_covers_the_block(address: Address) -> None:
    written = [_ends(text) for denied in DENIED for text in denied.first_last()]
    covered = any(
        type(first) is type(address) and int(first) <= int(address) <= int(last)
        for first, last in written
    )
    assert covered or address == UNSPECIFIED


@pytest.mark.parametrize("denied", DENIED, ids=lambda denied: str(denied.network))
def test_what_is_written_is_blocks_within_it(denied: DeniedRange) -> None:
    """Of a block each octet has its own bounds, and coturn compares octet by octet."""
    for text in denied.first_last():
        first, last = _ends(text)
        (block,) = summarize_address_range(first, last)
        assert block[0] in denied.network
        assert block[-1] in denied.network


def test_no_range_is_written_with_what_coturn_takes_for_any_address() -> None:
    written = [text for denied in DENIED_V6 for text in denied.first_last()]
    assert UNSPECIFIED not in [end for text in written for end in _ends(text)]


def test_mapped_addresses_are_written_with_dots() -> None:
    written = [text for denied in DENIED for text in denied.first_last()]
    assert "::ffff:0.0.0.0-::ffff:255.255.255.255" in written
    assert "10.0.0.0-10.255.255.255" in written


def _ends(text: str) -> tuple[Address, Address]:
    first, last = (ip_address(end) for end in text.split("-"))
    return first, last
