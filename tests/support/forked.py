"""`mentalverse …` in a process of its own, forked from one that has all its modules.

Nine tenths of what a server takes to be up is Python reading its modules, and a whole
run starts hundreds. The process is as real as a started one: it has its own memory,
environment, folder and files, is killed, and ends with the command's exit code. What
differs is what the system shows of how it began: `/proc/PID/cmdline` and `environ` are
those of the process that it was forked from.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

forking = multiprocessing.get_context("forkserver")
"""For everything that a test forks: there is one list of what is imported before."""
# Not this module: that server looks for modules where they are installed alone.
forking.set_forkserver_preload(
    [
        "mentalverse_cli.__main__",
        "mentalverse_server.app",
        "mentalverse_server.desk_timers",
        "mentalverse_server.operator",
        "engineio.async_drivers.aiohttp",
        "pydantic.type_adapter",
        "socketio.msgpack_packet",
        "sqlalchemy.dialects.sqlite",
        "typer._adapters",
        "typer.rich_utils",
        "uvloop",
    ]
)


COMMAND_SECONDS = 60.0


def run_command(
    *arguments: str, folder: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """`mentalverse ARGUMENTS` to its end, in a folder, with no setting of its own.

    Args:
        environment: What it has beside this process's own, without its settings.
    """
    inherited = {k: v for k, v in os.environ.items() if "MENTALVERSE_" not in k}
    with tempfile.TemporaryDirectory() as beside:
        out, errors = Path(beside) / "out", Path(beside) / "errors"
        command = ForkedCommand(
            arguments, inherited | environment, folder or Path.cwd(), out, errors
        )
        try:
            code = command.wait(COMMAND_SECONDS)
        finally:
            command.kill()
        return subprocess.CompletedProcess(
            arguments, code, out.read_text(), errors.read_text()
        )


class ForkedCommand:
    """One command; as much of `subprocess.Popen` as those need who kill servers."""

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        out: Path,
        errors: Path,
    ) -> None:
        """Start it in the folder; what it prints is added to the two files."""
        for printed in (out, errors):
            printed.touch()
        self._process: ForkServerProcess = forking.Process(
            target=_run,
            args=(tuple(arguments), dict(environment), folder, out, errors),
            daemon=True,
        )
        self._process.start()
        pid = self._process.pid
        assert pid is not None
        self.pid = pid

    def poll(self) -> int | None:
        """Its exit code, or less than 0 for the signal that ended it; None before."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The same, once it has ended. Raises `subprocess.TimeoutExpired`."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """Send it, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def _run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    out: Path,
    errors: Path,
) -> None:
    """What the process does."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, path, flags in (
        (0, Path(os.devnull), os.O_RDONLY),
        (1, out, os.O_WRONLY | os.O_APPEND),
        (2, errors, os.O_WRONLY | os.O_APPEND),
    ):
        opened = os.open(path, flags)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = ["mentalverse", *arguments]
    # What hundreds of servers share is never collected, and a search would copy it.
    gc.freeze()
    from mentalverse_cli.__main__ import main

    main()
