"""Which addresses the server lets itself be sent to.

A subscription's address comes from a client, so whoever has an account could have the
server call anything it can reach. It calls `https` addresses of hosts with a name, on
addresses of the public internet, and follows no redirect. What a name resolves to is
judged where the connection is made, so there is no moment for it to change between.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import Any
from urllib.parse import urlsplit

from mentalverse_signaling.errors import BadRequest

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_IPv4 = ipaddress.IPv4Address
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def check_endpoint(url: str, *, allow_private: bool) -> None:
    """`BadRequest` unless the server may push to such an address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadRequest("the endpoint is no address") from None
    plain = url.isascii() and url.isprintable() and " " not in url
    if not plain or not parts.hostname or "@" in parts.netloc or "#" in url:
        raise BadRequest("the endpoint is no address")
    if allow_private and parts.scheme == "http":
        return
    if parts.scheme != "https":
        raise BadRequest("the endpoint is not an https address")
    if not allow_private and (port not in (None, 443) or _is_literal(parts.hostname)):
        raise BadRequest("the endpoint is not a public push service")


def public_socket(address: Any) -> socket.socket:
    """A socket for this address (a `getaddrinfo` result), if it is a public one.

    aiohttp asks for it immediately before it connects, for every address it tries.
    Raises `OSError` for any other.
    """
    family, kind, protocol, _, where = address
    if not is_public(where[0]):
        raise OSError("a push service has no such address")
    return socket.socket(family, kind, protocol)


def is_public(text: str) -> bool:
    """Whether it is an address of the public internet."""
    try:
        address: _Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    embedded = _embedded(address)
    if embedded is not None:
        return is_public(str(embedded))
    return address.is_global and not address.is_multicast and not address.is_reserved


def _embedded(address: _Address) -> _Address | None:
    """The IPv4 address that packets to this IPv6 address are meant for."""
    if isinstance(address, _IPv4):
        return None
    if address in _NAT64:
        return _IPv4(address.packed[-4:])
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo and teredo[1])


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # Some resolvers take numbers and short forms for addresses of IPv4.
        return host.rsplit(".", 1)[-1].isdigit() or "." not in host
    return True
