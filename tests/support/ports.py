"""Ports for servers that end and start again: nobody is given them meanwhile."""

from __future__ import annotations

import secrets
import socket

FIRST, LAST = 11_000, 32_000
"""Below what Linux gives by itself (`ip_local_port_range`), to a client among others,
and above the ports that browsers refuse."""


def lasting_port() -> int:
    """A free loopback port that stays so while its server is down."""
    while True:
        port = FIRST + secrets.randbelow(LAST - FIRST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
