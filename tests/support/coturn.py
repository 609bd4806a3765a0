"""A real relay for the tests: Debian's coturn on loopback, one process for a block.

Nothing of the distribution is used but the program: settings, database and log are in
the folder of the test, and the process is stopped by its own pid.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from mentalverse_server.media.stun import (
    MAX_MESSAGE_BYTES,
    TRANSACTION_ID_BYTES,
    Kind,
    Message,
    Method,
    encode,
)
from mentalverse_signaling.calls.ice import Relay, TurnUrl
from support.ports import lasting_port

SECRET = "5e" * 32
REALM = "calls.test"
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0

BARE = f"use-auth-secret\nstatic-auth-secret={SECRET}\nrealm={REALM}\nno-cli\n"
"""As short as settings can be: everything else is the program's default."""
MEETING_ON_LOOPBACK = BARE + "fingerprint\nno-tls\nno-dtls\nallow-loopback-peers\n"
"""For calls in a test, whose two ends are both on this machine."""


@dataclass(frozen=True, slots=True)
class Coturn:
    """A relay that answers."""

    port: int
    tls_port: int | None
    pid: int
    log: Path

    def url(self, transport: str = "udp") -> TurnUrl:
        return TurnUrl("turn", "127.0.0.1", self.port, transport)

    def relay(self, *secrets: str, life_seconds: int = 600) -> Relay:
        """What the server would hand out credentials for."""
        urls = (self.url("udp").text, self.url("tcp").text)
        return Relay(urls, secrets or (SECRET,), life_seconds)


@contextmanager
def running_coturn(
    folder: Path, settings: str, *, ipv6: bool = True, has_tls: bool = False
) -> Iterator[Coturn]:
    """Run the relay with `settings`; where it listens is up to the test."""
    program = shutil.which("turnserver")
    if program is None:
        pytest.skip("needs the relay: apt-get install coturn")
    folder.mkdir(parents=True, exist_ok=True)
    port, tls_port = lasting_port(), lasting_port() if has_tls else None
    file, log = folder / "turnserver.conf", folder / "log"
    kept = "".join(f"{line}\n" for line in settings.splitlines() if _is_kept(line))
    file.write_text(kept + _where(folder, port, tls_port, ipv6))
    with log.open("wb") as output:
        process = subprocess.Popen(
            [program, "-c", file], stdout=output, stderr=output, cwd=folder
        )
    try:
        _wait_until_ready(process, port, log)
        yield Coturn(port, tls_port, process.pid, log)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _is_kept(line: str) -> bool:
    return "listening-port=" not in line


def _where(folder: Path, port: int, tls_port: int | None, ipv6: bool) -> str:
    addresses = ("127.0.0.1", "::1") if ipv6 else ("127.0.0.1",)
    lines = [
        f"listening-port={port}",
        *([] if tls_port is None else [f"tls-listening-port={tls_port}"]),
        *(f"listening-ip={address}" for address in addresses),
        *(f"relay-ip={address}" for address in addresses),
        "relay-threads=1",
        "no-rfc5780",  # or it takes the port beside its own, too
        "log-file=stdout",
        "simple-log",
        f"pidfile={folder / 'pid'}",
        f"userdb={folder / 'database'}",
    ]
    return "".join(f"{line}\n" for line in lines)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until it answers by both ways: it begins to listen to one after the other."""
    deadline = time.monotonic() + _START_SECONDS
    while not (_takes_connections(port) and _answers_datagrams(port)):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(log.read_text(errors="replace"))
        time.sleep(0.05)


def _takes_connections(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def _answers_datagrams(port: int) -> bool:
    question = Message(Method.BINDING, Kind.REQUEST, os.urandom(TRANSACTION_ID_BYTES))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.2)
        asking.connect(("127.0.0.1", port))
        with suppress(OSError):
            asking.send(encode(question))
            return bool(asking.recv(MAX_MESSAGE_BYTES))
    return False
