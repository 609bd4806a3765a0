"""Child processes of a measurement: started on a free port, ended by their own pid."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil

START_TIMEOUT_SECONDS = 30
STOP_TIMEOUT_SECONDS = 15
REPOSITORY = Path(__file__).parents[1]


def free_port() -> int:
    """A loopback TCP port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def child(
    arguments: list[str], log: Path, environment: dict[str, str] | None = None
) -> Iterator[psutil.Process]:
    """Run `python ARGUMENTS` until the block ends; its output goes to `log`."""
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 our own interpreter and modules
            [sys.executable, *arguments],
            cwd=REPOSITORY,
            env=os.environ | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_ready(url: str, process: psutil.Process, log: Path) -> None:
    """Return once `url` answers 200; raise `RuntimeError` with the log's tail."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and process.is_running():
        if _answers(url):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{url} did not become ready:\n{log.read_text()[-2000:]}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310 loopback
            return bool(answer.status == 200)
    except OSError:
        return False


def cpu_seconds(process: psutil.Process) -> float:
    """User and system seconds of a process and its living children."""
    times = [process.cpu_times()]
    times += [each.cpu_times() for each in process.children(recursive=True)]
    return sum(each.user + each.system for each in times)
