"""The load test keeps its contract, and notices what it is there to notice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from load_tests.driver import Receiver, Seat, Sender, compare

REPOSITORY = Path(__file__).parents[2]
FIGURES = {
    "cpu_us_per_message_1",
    "cpu_us_per_message_7",
    "cpu_vs_stock_1",
    "cpu_vs_stock_7",
    "durable_messages_per_fsync",
    "idle_kib_per_connection",
    "lost",
    "duplicated",
    "reordered",
}


def _seen(acked: list[int], received: list[int]) -> dict[str, int]:
    sender = Sender(Seat("a", "c", sends=True), "00" * 16)
    receiver = Receiver(Seat("b", "c", sends=False))
    sender.acked, receiver.seqs = acked, received
    result = compare([sender, receiver], [sender])
    return {name: result[name] for name in ("lost", "duplicated", "reordered")}


@pytest.mark.parametrize(
    ("acked", "received", "lost", "duplicated", "reordered"),
    [
        ([1, 2, 3], [1, 2, 3], 0, 0, 0),
        ([1, 2, 3], [1, 3], 1, 0, 0),
        ([1, 2, 3], [1, 2, 2, 3], 0, 1, 0),
        ([1, 2, 3], [1, 3, 2], 0, 0, 1),
        ([1, 2, 2], [1, 2], 0, 1, 0),
    ],
)
def test_a_loss_a_double_and_a_swap_are_each_counted(
    acked: list[int], received: list[int], lost: int, duplicated: int, reordered: int
) -> None:
    wanted = {"lost": lost, "duplicated": duplicated, "reordered": reordered}
    assert _seen(acked, received) == wanted


@pytest.mark.timeout(300)
def test_a_quick_run_prints_one_object_with_every_figure() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "load_tests", "messaging", "--quick", "--json"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert run.returncode == 0, run.stderr
    report = json.loads(run.stdout)
    assert set(report) == {"scenario", "figures", "versions", "machine"}
    assert set(report["figures"]) >= FIGURES
    for name in ("lost", "duplicated", "reordered"):
        assert report["figures"][name] == 0
