"""Two servers under the same load in turn, in one run: A B A B … .

A figure from one moment of a shared machine says little; the ratio of two
contestants measured seconds apart says much. Server CPU per message is user plus
system time of the server process and its children between the driver's `begin`
and `end`, divided by the messages acknowledged in between.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import psutil

from .children import REPOSITORY, cpu_seconds
from .driver import Plan

DRIVER_TIMEOUT_SECONDS = 90


@dataclass(slots=True)
class Contestant:
    """A running server and what was measured of it."""

    name: str
    url: str
    process: psutil.Process
    plan: Plan
    cpu_us_per_message: list[float] = field(default_factory=list)
    messages_per_second: list[float] = field(default_factory=list)
    ack_p99_ms: list[float] = field(default_factory=list)
    driver_cores: list[float] = field(default_factory=list)
    lost: int = 0
    duplicated: int = 0
    reordered: int = 0
    acked_total: int = 0
    refused: int = 0


def run_once(contestant: Contestant, folder: Path) -> None:
    """Drive one contestant through its plan and add what was measured."""
    plan = folder / f"{contestant.name}.plan.json"
    plan.write_bytes(msgspec.json.encode(contestant.plan))
    driver = subprocess.Popen(  # noqa: S603 our own interpreter and module
        [sys.executable, "-m", "load_tests.driver", str(plan)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    guard = threading.Timer(DRIVER_TIMEOUT_SECONDS, driver.kill)
    guard.start()
    try:
        result, cpu = _watch(driver, contestant.process)
    finally:
        guard.cancel()
        driver.kill()
        driver.wait()
    _record(contestant, result, cpu)


def _watch(
    driver: subprocess.Popen[str], server: psutil.Process
) -> tuple[dict[str, Any], float]:
    before = after = 0.0
    for line in driver.stdout or ():
        word = line.strip()
        if word == "begin":
            before = cpu_seconds(server)
        elif word == "end":
            after = cpu_seconds(server)
        else:
            return json.loads(word), after - before
    raise RuntimeError("the load driver ended without a result")


def _record(contestant: Contestant, result: dict[str, Any], cpu: float) -> None:
    acked = result["acked"]
    if not acked:
        raise RuntimeError(f"{contestant.name} acknowledged nothing")
    contestant.cpu_us_per_message.append(cpu / acked * 1e6)
    contestant.messages_per_second.append(acked / result["seconds"])
    contestant.ack_p99_ms.append(result["ack_p99_ms"])
    contestant.driver_cores.append(result["driver_cores"])
    for name in ("lost", "duplicated", "reordered", "acked_total", "refused"):
        setattr(contestant, name, getattr(contestant, name) + result[name])
