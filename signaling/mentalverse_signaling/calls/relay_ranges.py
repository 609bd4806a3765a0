"""Addresses that a relay must not send anything to.

Whoever has a credential asks the relay to send to an address of their choice. It
stands in the operator's network, so everything that is special there has to be refused
by name: loopback, private networks, the cloud's metadata address, and each of them
again in the ways in which IPv6 writes an IPv4 address.

Source: IANA's registries "IPv4 Special-Purpose Address Space", "IPv6 Special-Purpose
Address Space" (RFC 6890 and its updates), "IPv4 Multicast Address Space" and "Internet
Protocol Version 6 Address Space". Blocks that hold a few globally reachable
assignments are denied whole: no participant of a call stands there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

UNSPECIFIED = IPv6Address("::")
MAPPED = IPv6Network("::ffff:0:0/96")
"""IPv4 addresses written as IPv6 (RFC 4291 §2.5.5.2): the kernel sends to the former.

coturn up to 4.8 compares them with IPv6 ranges only (CVE-2026-27624)."""


@dataclass(frozen=True, slots=True)
class DeniedRange:
    """A block of addresses, and what the registry calls it."""

    network: Network
    name: str

    def first_last(self) -> tuple[str, ...]:
        """The block as `first-last`, as coturn's `denied-peer-ip` takes it.

        One range, but for the block that holds `::`: coturn takes that for "any
        address", so that `::-::ffff:ffff` refuses all of IPv4, and it compares octet by
        octet, so that `::1-::ffff:ffff` lets `::10.0.0.0` through (both measured with
        4.6.1). It is written as the blocks that lie between; `::` itself is refused
        without being told.
        """
        blocks: Iterable[Network] = (self.network,)
        if isinstance(self.network, IPv6Network) and UNSPECIFIED in self.network:
            blocks = sorted(self.network.address_exclude(IPv6Network(UNSPECIFIED)))
        return tuple(f"{written(each[0])}-{written(each[-1])}" for each in blocks)


def _ranges(*rows: tuple[str, str]) -> tuple[DeniedRange, ...]:
    return tuple(DeniedRange(ip_network(block), name) for block, name in rows)


DENIED_V4 = _ranges(
    ("0.0.0.0/8", "this network"),
    ("10.0.0.0/8", "private use"),
    ("100.64.0.0/10", "shared address space"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link local, with the metadata of clouds"),
    ("172.16.0.0/12", "private use"),
    ("192.0.0.0/24", "IETF protocol assignments"),
    ("192.0.2.0/24", "documentation (TEST-NET-1)"),
    ("192.88.99.0/24", "6to4 relay anycast"),
    ("192.168.0.0/16", "private use"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation (TEST-NET-2)"),
    ("203.0.113.0/24", "documentation (TEST-NET-3)"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved, with limited broadcast"),
)
DENIED_V6 = _ranges(
    ("::1/128", "loopback"),
    (str(MAPPED), "IPv4-mapped"),
    ("::/96", "IPv4-compatible, with the unspecified address"),
    ("64:ff9b::/96", "IPv4-IPv6 translation"),
    ("64:ff9b:1::/48", "IPv4-IPv6 translation, local use"),
    ("100::/64", "discard only"),
    ("100:0:0:1::/64", "dummy prefix"),
    ("2001::/23", "IETF protocol assignments, with Teredo"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "6to4"),
    ("3fff::/20", "documentation"),
    ("5f00::/16", "segment routing SIDs"),
    ("fc00::/7", "unique local"),
    ("fe80::/10", "link local"),
    ("fec0::/10", "site local (deprecated)"),
    ("ff00::/8", "multicast"),
)
DENIED = DENIED_V4 + DENIED_V6


def is_denied(address: Address) -> bool:
    """Whether a relay with these ranges refuses `address`."""
    return any(address in denied.network for denied in DENIED)


def mapped(address: IPv4Address) -> IPv6Address:
    """`address` as an IPv4-mapped IPv6 address."""
    return IPv6Address(int(MAPPED.network_address) | int(address))


def written(address: Address) -> str:
    """`address` as text; a mapped one with dots, as people know it."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return f"::ffff:{address.ipv4_mapped}"
    return str(address)
