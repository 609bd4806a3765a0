"""`pip install .` without Node gives a server with the browser's client."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("sh", "env", "uname")
"""What npm runs scripts with; nothing else is on the PATH."""
INSTALL_TIMEOUT_SECONDS = 900


@pytest.mark.timeout(INSTALL_TIMEOUT_SECONDS + 60)
def test_a_plain_install_serves_the_client_without_node(tmp_path: Path) -> None:
    """From the files that git holds, in an environment of its own."""
    sources = exported(tmp_path / "sources")
    environment = os.environ | {"PATH": str(tools(tmp_path / "bin"))}
    assert shutil.which("node", path=environment["PATH"]) is None
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", str(sources)]
    done = subprocess.run(
        install,
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=INSTALL_TIMEOUT_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (sources / ".git").exists()

    page, script = served(python, tmp_path)
    assert 'id="root"' in page
    assert "import" in script


def exported(folder: Path) -> Path:
    """The files of the checkout as they are, without what builds made."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    for name in filter(None, names):
        source = ROOT / name
        if source.is_file() and not source.is_symlink():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / name)
    return folder


def tools(folder: Path) -> Path:
    folder.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return folder


def served(python: Path, tmp_path: Path) -> tuple[str, str]:
    """The page at `/` of the installed server, and the script that it loads."""
    command = [str(python), "-m", "mentalverse_cli", "serve", "--port", "0"]
    environment = {
        "PATH": os.environ["PATH"],
        "MENTALVERSE_SERVER__DATA_DIR": str(tmp_path / "data"),
        "MENTALVERSE_METRICS__ENABLED": "false",
        "MENTALVERSE_LOG__FORMAT": "json",
    }
    server = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        url = listening(server)
        page = fetched(url + "/")
        (entry,) = re.findall(r'src="(/assets/[^"]+\.js)"', page)
        return page, fetched(url + entry)
    finally:
        server.terminate()
        server.wait(30)


def listening(server: subprocess.Popen[str]) -> str:
    """Where the server listens, as it says in its log."""
    assert server.stderr is not None
    for line in server.stderr:
        found = re.search(r'"url": ?"(http://[^"]+)"', line)
        if found:
            return found[1]
    raise AssertionError("the server ended before it listened")


def fetched(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        body: bytes = answer.read()
        return body.decode()
