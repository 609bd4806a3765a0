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

from ..public_internet import is_public


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


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # Some resolvers take numbers and short forms for addresses of IPv4.
        return host.rsplit(".", 1)[-1].isdigit() or "." not in host
    return True
