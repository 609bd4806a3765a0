"""Debian's Janus, started as its unit starts it; call it in a private network."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from mentalverse_server.media.janus.config_files import (
    find_library,
    write_config,
)
from mentalverse_server.media.janus.settings import JanusSettings

_STOP_SECONDS = 10
_RESTART_SECONDS = 0.5


class Janus:
    """A process, its folder and its log. `start` writes fresh settings each time."""

    def __init__(self, folder: Path):
        if shutil.which("janus") is None:
            pytest.skip("needs the Janus gateway: apt-get install janus")
        self.settings = JanusSettings(folder / "janus")
        self.log = folder / "janus.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._again: threading.Timer | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "it does not run"
        return self._process.pid

    def start(self) -> None:
        assert self._process is None, "it runs already"
        folder = self.settings.folder
        write_config(self.settings, find_library(), secrets.token_bytes)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                ["janus", "--disable-colors", f"--configs-folder={folder}"],
                stdout=log,
                stderr=log,
                cwd=self.log.parent,
            )

    def kill(self) -> None:
        """As a crash: nothing is said to anybody."""
        self._end(signal.SIGKILL)

    def crash(self) -> None:
        """And its unit starts it again, a little later."""
        self.kill()
        # A thread is in the network of the one that begins it.
        self._again = threading.Timer(_RESTART_SECONDS, self.start)
        self._again.start()

    def stop(self) -> None:
        if self._again is not None:
            self._again.join()
        if self._process is not None:
            self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        assert self._process is not None, "it does not run"
        process, self._process = self._process, None
        os.kill(process.pid, how)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
