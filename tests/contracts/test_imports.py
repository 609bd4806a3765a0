"""The floors hold, and every import contract catches a planted violation."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
ROOTS = ("server", "signaling", "crypto", "crisis", "clients/python")

PLANTED = {
    "Edges stand on the pure floor": (
        "signaling/mentalverse_signaling/quota.py",
        "import mentalverse_client",
    ),
    "The client's folders stand on each other in one order": (
        "clients/python/mentalverse_client/groups/room.py",
        "import mentalverse_client.log.alarms",
    ),
    "The pure floor does no I/O and reads no clock": (
        "crypto/mentalverse_crypto/codec.py",
        "import socket",
    ),
    "The server sees only the public face of crypto": (
        "server/mentalverse_server/clock.py",
        "import mentalverse_crypto.codec",
    ),
    "No path leads from the server to group secrets": (
        "crypto/mentalverse_crypto/public.py",
        "import mentalverse_crypto.secret_tree",
    ),
    "Socket.IO lives in the server's transport and the client's connection": (
        "server/mentalverse_server/clock.py",
        "import socketio",
    ),
    "SQL lives in the server's store": (
        "server/mentalverse_server/clock.py",
        "import sqlalchemy",
    ),
    "Media engines know nothing of the encryption": (
        "server/mentalverse_server/media/driver.py",
        "import mentalverse_crypto.public",
    ),
    "WebRTC lives in the server's forwarder and in the client": (
        "server/mentalverse_server/media/driver.py",
        "import aiortc",
    ),
}


def _lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(str(tree / root) for root in ROOTS)
    }
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    for root in ROOTS:
        shutil.copytree(
            REPOSITORY / root,
            tmp_path / root,
            ignore=shutil.ignore_patterns("__pycache__", "node_modules", "web"),
        )
    return tmp_path


def test_every_contract_holds() -> None:
    result = _lint_imports(REPOSITORY)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_violation_breaks_its_contract(contract: str, tree: Path) -> None:
    place, line = PLANTED[contract]
    module = tree / place
    module.write_text(module.read_text(encoding="utf-8") + f"\n{line}\n", "utf-8")
    result = _lint_imports(tree)
    assert result.returncode == 1
    assert f"{contract} BROKEN" in result.stdout
