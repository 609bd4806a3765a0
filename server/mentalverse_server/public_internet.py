"""Which addresses are of the public internet, in every way of writing them.

A server that calls addresses which others chose stands in the operator's network, and
may reach there what the others cannot. It calls nothing that is special in IANA's
registries (`mentalverse_signaling.calls.relay_ranges` lists them), nothing of IPv6 that
is not assigned as global unicast, and looks for the IPv4 address inside an IPv6 one.
`ipaddress.is_global` is not enough: in Python 3.11 it holds for `::7f00:1`,
`64:ff9b:1::1`, `5f00::1`, `fec0::1` and `192.88.99.1`.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from mentalverse_signaling.calls.relay_ranges import Address, is_denied

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_SERVICES = tuple(
    ip_network(each)
    for each in (
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.175.48.0/24",  # AS112
        "2620:4f:8000::/48",  # AS112
    )
)
"""Reachable by all and special all the same: whoever asks there meets the nearest."""


def is_public(text: str) -> bool:
    """Whether it is an address of the public internet."""
    try:
        address = meant(ip_address(text.partition("%")[0]))
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return not is_denied(address) and not any(address in each for each in _SERVICES)


def meant(address: Address) -> Address:
    """Where packets to it go: the IPv4 address in a mapped or a NAT64 one.

    A network with IPv6 alone names every IPv4 host by the latter (RFC 6147). Of 6to4
    and Teredo nobody is left, and they are special as a whole.
    """
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address
