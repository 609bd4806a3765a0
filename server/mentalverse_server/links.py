"""Addresses that people open: into the browser's client, by this server's own name.

What a link carries stands behind `#`: browsers do not send that part to anybody, so
no log of this server or of a proxy holds an invitation.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from .config import Config


class OwnAddress:
    """The origin under which people reach this server; complete once it listens."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._port = config.server.port

    def listens_on(self, port: int) -> None:
        """The port that was taken, which matters when any free one was asked for."""
        self._port = port

    def origin(self) -> str:
        """As browsers write it (RFC 6454 §6.2)."""
        return self._config.public_url(self._port)


def own_hosts(config: Config) -> frozenset[str]:
    """Names and addresses under which others reach what the settings speak of."""
    media = config.media
    relays = (url.partition(":")[2] for url in config.turn.urls)
    origins = (config.server.public_url, *(f"//{each}" for each in relays))
    hosts = {urlsplit(each).hostname or "" for each in origins}
    return frozenset({*hosts, *media.addresses, media.public_address} - {""})


def invite_link(origin: str, code: str) -> str:
    """Where the invitation `code` is redeemed in a browser."""
    return f"{origin}/#/invite/{code}"


def relying_party_id(origin: str) -> str:
    """The host of a public origin, if passkeys can be bound to it, else "".

    A relying party id is a domain name (WebAuthn Level 3 §5.1.2): browsers refuse an
    IP address. They also refuse names without TLS, but for `localhost`.
    """
    parts = urlsplit(origin)
    host = parts.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        secure = parts.scheme == "https" or _is_localhost(host)
        return host if secure else ""
    return ""


def _is_localhost(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost")
