"""A real server in a process of its own, for tests that kill and restart it.

with start_server(tmp_path) as server:
    code = server.invite()
    ... server.url ...
    server.kill9()
    server.restart()
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from mentalverse_server.config import Config, load_config
from mentalverse_server.operator import create_invite
from mentalverse_signaling.roles import Role
from support.forked import ForkedCommand, run_command
from support.ports import lasting_port

START_SECONDS = 60.0
STOP_SECONDS = 20.0
_POLL_SECONDS = 0.02


class Installed(Protocol):
    """A server that is ready for people, wherever it runs."""

    @property
    def url(self) -> str:
        """Where it is."""

    def invite(self, *roles: Role) -> str:
        """A fresh invitation code; for a thread."""

    def config(self) -> Config:
        """Its settings, for what is done beside it."""


class ServerProcess:
    """`python -m mentalverse_cli serve` on a free loopback port.

    The port stays the same over restarts. Settings are passed as environment
    variables: `{"QUOTA__HOT_PER_SECOND": "100000"}`. It is forked from a process that
    has imported everything, unless it is `executed`: for laws about what the system
    shows of it.
    """

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        executed: bool = False,
    ) -> None:
        self.data = folder / "data"
        """The data folder: database and server keys."""
        self.log = folder / "server.log"
        """Everything the server logs: one JSON object per line."""
        self.printed = folder / "server.out"
        """Its standard output, which is no part of the log."""
        self.url = ""
        self.metrics_url = ""
        self._settings = dict(settings or {})
        self._executed = executed
        self._port = lasting_port()
        self._process: ForkedCommand | subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self._running().pid

    def start(self) -> None:
        """Start and wait until `/readyz` says yes."""
        assert self._process is None, "the server runs already"
        begin = self.log.stat().st_size if self.log.exists() else 0
        self._process = self._spawn("serve", "--port", str(self._port))
        deadline = time.monotonic() + START_SECONDS
        started = self._wait_for_line("server.listening", begin, deadline)
        self.url, self.metrics_url = started["url"], started["metrics_url"] or ""
        while not self.is_ready():
            self._check(deadline)
        assert self.url

    def stop(self) -> int:
        """SIGTERM, wait for the drain, and return the exit code."""
        return self._end(signal.SIGTERM)

    def kill9(self) -> None:
        """End the process as a power cut would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop if it runs, then start on the same port and data."""
        if self._process is not None:
            self.stop()
        self.start()

    def change(self, settings: Mapping[str, str]) -> None:
        """Other settings, from its next start on."""
        self._settings |= settings

    def close(self) -> None:
        """End the process whatever state it is in."""
        if self._process is not None:
            self.kill9()

    def invite(self, *roles: Role) -> str:
        """A fresh invitation code, made beside the server as its command makes it.

        Without a process of its own: tests make hundreds.
        """
        return create_invite(self.config(), roles or (Role.MENTEE,))

    def config(self) -> Config:
        """Its settings, for what is done beside it as an operator's commands do."""
        flags = {"server.data_dir": self.data}
        return load_config(None, self._settings_of(), flags).config

    def mentalverse(self, *arguments: str) -> str:
        """What an operator's command prints, run beside the server as installed.

        It knows the port, which an operator has in the settings.
        """
        port = {"MENTALVERSE_SERVER__PORT": str(self._port)}
        done = run_command(
            *self._arguments(*arguments),
            folder=self.log.parent,
            **self._settings_of(),
            **port,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def is_ready(self) -> bool:
        """Whether `/readyz` answers 200."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def command_line(self) -> str:
        """The arguments that every user of the machine can see."""
        return Path(f"/proc/{self.pid}/cmdline").read_text().replace("\0", " ")

    def written(self) -> str:
        """Everything the server logged, over all its starts."""
        return self.log.read_text(encoding="utf-8")

    def events(self, name: str | None = None) -> list[dict[str, object]]:
        """The log's lines as objects, those of one event name if given."""
        lines = self.written().splitlines()
        parsed = [json.loads(line) for line in lines if line.startswith("{")]
        return [e for e in parsed if name is None or e.get("event") == name]

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "mentalverse_cli", *self._arguments(*arguments)]

    def _arguments(self, *arguments: str) -> list[str]:
        return [*arguments, "--data", str(self.data)]

    def _environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if "MENTALVERSE_" not in k}
        return inherited | self._settings_of()

    def _settings_of(self) -> dict[str, str]:
        settings = {"METRICS__PORT": "0", "LOG__FORMAT": "json"} | self._settings
        return {f"MENTALVERSE_{k}": v for k, v in settings.items()}

    def _spawn(self, *arguments: str) -> ForkedCommand | subprocess.Popen[bytes]:
        folder = self.log.parent
        folder.mkdir(parents=True, exist_ok=True)
        if not self._executed:
            return ForkedCommand(
                self._arguments(*arguments),
                self._environment(),
                folder,
                out=self.printed,
                errors=self.log,
            )
        with self.log.open("ab") as log, self.printed.open("ab") as out:
            return subprocess.Popen(
                self._command(*arguments),
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                cwd=folder,
            )

    def _end(self, number: signal.Signals) -> int:
        process = self._running()
        process.send_signal(number)
        try:
            code = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(
                f"no end in {STOP_SECONDS} s\n{self._tail()}"
            ) from None
        self._process = None
        return code

    def _wait_for_line(self, event: str, begin: int, deadline: float) -> dict[str, str]:
        while True:
            with self.log.open("rb") as log:
                log.seek(begin)
                for line in log.read().decode(errors="replace").splitlines():
                    if f'"{event}"' in line and line.endswith("}"):
                        return dict(json.loads(line))
            self._check(deadline)

    def _check(self, deadline: float) -> None:
        assert self._running().poll() is None, f"the server ended\n{self._tail()}"
        assert time.monotonic() < deadline, f"the server is not up\n{self._tail()}"
        time.sleep(_POLL_SECONDS)

    def _tail(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-4_000:]

    def _running(self) -> ForkedCommand | subprocess.Popen[bytes]:
        assert self._process is not None, "the server does not run"
        return self._process


@contextmanager
def start_server(
    folder: Path, settings: Mapping[str, str] | None = None, executed: bool = False
) -> Iterator[ServerProcess]:
    """A server that is ready; ended, if need be killed, with the block."""
    server = ServerProcess(folder, settings, executed)
    try:
        server.start()
        yield server
    finally:
        server.close()
