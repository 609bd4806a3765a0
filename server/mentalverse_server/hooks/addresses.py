"""What the address of an endpoint may look like.

`https`, port 443, a host with a name in the public DNS. It is read by one strict
grammar and not by what libraries make of it: whatever one reader could take for another
host than the next one is no address. So no user, no fragment, no backslash, no percent
sign in the host; no number in any writing (decimal, octal, hexadecimal, short, with a
dot behind it), since some resolvers take those for IPv4; no letters but ASCII and no
`xn--`, since those can look like a name that somebody trusts.

A host of the operator's own network is reached only where the settings name it, exactly
(`hooks.allow_private`); over plain `http` only on this machine itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

MAX_URL_CHARS = 2048
HTTPS_PORT = 443
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_MAX_NAME_CHARS = 253
_SPECIAL_NAMES = frozenset(
    {
        *("alt", "arpa", "example", "internal", "invalid", "local", "localhost"),
        *("onion", "test"),
        *("corp", "home", "intranet", "lan", "localdomain", "mail", "private"),
    }
)
"""Last labels that the public DNS never resolves (RFC 6761 and its registry), and those
that private networks use."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)+[a-z]{{2,63}}")
_PRIVATE_HOST = re.compile(
    rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]{{2,45}}\]):([1-9][0-9]{{0,4}})"
)
_URL = re.compile(
    r"(https?)://"
    r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?"
    r"((?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?)"
)


class UrlRefused(ValueError):
    """The server does not call such an address; the text says why."""


@dataclass(frozen=True, slots=True)
class HostPort:
    """Where a request goes: a name in lower case or an address without brackets."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Target:
    """An address that was found sound."""

    url: str
    """Exactly as it is called; the host in lower case."""
    where: HostPort
    is_private: bool
    """The operator named it as one of their own network."""


def read_private(text: str) -> HostPort:
    """One entry of `hooks.allow_private`: "10.0.0.7:8443". Raises `ValueError`."""
    found = _PRIVATE_HOST.fullmatch(text)
    if found is None or int(found[1]) > 65535:
        raise ValueError("an address is host:port, in lower case")
    return HostPort(_bare(text.rpartition(":")[0]), int(found[1]))


def read_url(url: str, private: Collection[HostPort] = ()) -> Target:
    """What the server may call under this address. Raises `UrlRefused`.

    `private` is what the settings allow; an address that comes over the network is
    judged without it.
    """
    found = _URL.fullmatch(url) if len(url) <= MAX_URL_CHARS else None
    if found is None:
        raise UrlRefused("it is no address of the form https://name/path")
    scheme, host, port_text, rest = found.groups()
    host = host.lower()
    default = HTTPS_PORT if scheme == "https" else 80
    where = HostPort(_bare(host), int(port_text or default))
    shown = host if port_text is None else f"{host}:{where.port}"
    path = rest if rest.startswith("/") else f"/{rest}"
    target = Target(f"{scheme}://{shown}{path}", where, where in private)
    if target.is_private:
        if scheme != "https" and where.host not in LOOPBACK_HOSTS:
            raise UrlRefused("plain http stays on this machine")
    else:
        _check_public(scheme, where)
    return target


def _check_public(scheme: str, where: HostPort) -> None:
    if scheme != "https":
        raise UrlRefused("it does not begin with https://")
    if where.port != HTTPS_PORT:
        raise UrlRefused(f"its port is not {HTTPS_PORT}")
    labels = where.host.split(".")
    if len(where.host) > _MAX_NAME_CHARS or not _NAME.fullmatch(where.host):
        raise UrlRefused("its host is no name of the public DNS")
    if labels[-1] in _SPECIAL_NAMES:
        raise UrlRefused(f"names in .{labels[-1]} are not of the public DNS")
    if any(label.startswith("xn--") for label in labels):
        raise UrlRefused("its host has letters that can look like others")


def _bare(host: str) -> str:
    return host.removeprefix("[").removesuffix("]")
