"""A network of its own for a test: loopback, one address, and nothing outside.

    with private_network() as network:
        ...  # sockets and processes begun by this thread are in there

Janus gathers no address of a loopback interface, so its tests need another one; and
nothing that is said in there can leave the machine. Linux gives a network namespace to
a thread, not to a process: the calling thread enters and comes back, and what it starts
in between, threads as well as processes, is inside for as long as it lives. Sockets
that were open before stay where they were.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

ADDRESS = "10.99.0.1"
_DEVICE = "m0"
_NOBODY, _NOBODY_MAC = "10.94.0.2", "02:00:00:00:00:01"
_LOST = "100"
_LOST_ROUTE = ("default", "via", _NOBODY, "dev", _DEVICE, "onlink", "table", _LOST)
_LOST_RULE = ("rule", "add", "pref", "1", "ipproto", "udp")
_CLONE_NEWNET = 0x40000000
_OWN_NETWORK = "/proc/thread-self/ns/net"
_COMMAND_SECONDS = 10


@dataclass(slots=True)
class Network:
    """The network that this thread is in; `address` is its only one but loopback."""

    address: str = ADDRESS
    _can_lose: bool = False

    def move(self, address: str) -> None:
        """Lose the address and get another, as a telephone that leaves the house."""
        _ip("addr", "add", f"{address}/24", "dev", _DEVICE)
        _ip("addr", "del", f"{self.address}/24", "dev", _DEVICE)
        self.address = address

    def lose(self, *ports: int) -> None:
        """Swallow every datagram to and from these UDP ports from now on.

        Nobody is told: whoever sends finds that it was sent. What is new gets other
        ports, and a way.
        """
        if not self._can_lose:
            # Between own addresses it is routed as well; this way leads to nobody, by
            # the device that Janus binds its sockets to.
            _ip("neigh", "add", _NOBODY, "lladdr", _NOBODY_MAC, "dev", _DEVICE)
            _ip("route", "add", *_LOST_ROUTE)
            _ip("rule", "add", "pref", "10", "lookup", "local")
            _ip("rule", "del", "pref", "0")
            self._can_lose = True
        for port in map(str, ports):
            for end in ("sport", "dport"):
                _ip(*_LOST_RULE, end, port, "lookup", _LOST)


@contextmanager
def private_network() -> Iterator[Network]:
    """Be in a fresh network until the block ends. Skips where that is not allowed."""
    if shutil.which("ip") is None:
        pytest.skip("needs the ip command: apt-get install iproute2")
    if os.geteuid() != 0:
        pytest.skip("needs root, for a network of its own")
    outside = os.open(_OWN_NETWORK, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _call("unshare", _CLONE_NEWNET)
        try:
            _ip("link", "set", "lo", "up")
            _ip("link", "add", _DEVICE, "type", "veth", "peer", "name", "m1")
            _ip("addr", "add", f"{ADDRESS}/24", "dev", _DEVICE)
            _ip("link", "set", _DEVICE, "up")
            _ip("link", "set", "m1", "up")
            yield Network()
        finally:
            _call("setns", outside, _CLONE_NEWNET)
    finally:
        os.close(outside)


def _ip(*arguments: str) -> None:
    subprocess.run(
        ["ip", *arguments], check=True, capture_output=True, timeout=_COMMAND_SECONDS
    )


def _call(name: str, *arguments: int) -> None:
    """Python has both calls from 3.12 on."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments):
        raise OSError(ctypes.get_errno(), name)
