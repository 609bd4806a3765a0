"""Two implementations of MLS in turns, in one run: A B B A A B … .

A round is a few repetitions of one task, and its time that of the fastest: what else
the machine does only adds to the others. That is kind to ts-mls, whose many short
waits for threads suffer more on a busy machine, and whose garbage is not counted.
Each ratio is of two neighbouring rounds; the figure is the median of the ratios.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Protocol

from mentalverse_crypto.ciphersuite import CipherSuite

from .options import Say
from .report import Report

CLASSICAL = CipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519
HYBRID = CipherSuite.MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519


class Bench(Protocol):
    """One implementation against the clock."""

    def bench(
        self, what: str, suite: int, leaves: int, repetitions: int
    ) -> list[float]:
        """Seconds for each repetition of a task."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One task on a group of one size."""

    what: str
    """As `Bench` calls it."""
    name: str
    """As the figures call it."""
    leaves: int
    repetitions: int

    @property
    def is_rate(self) -> bool:
        """Messages are told as how many times our rate; the rest as a share of time."""
        return self.what in ("encrypt", "decrypt")


# All that is encrypted and not read would be caught up with by the next to decrypt,
# in its time: whole batches, and decryption first.
TRIALS = (
    Trial("decrypt", "decrypt", 8, 50),
    Trial("encrypt", "encrypt", 8, 50),
    Trial("create", "create_commit", 8, 20),
    Trial("process", "process_commit", 8, 20),
    Trial("join", "join", 8, 10),
    Trial("create", "create_commit", 24, 10),
    Trial("process", "process_commit", 24, 10),
    Trial("join", "join", 24, 6),
)
HYBRID_TRIALS = (
    Trial("create", "commit", 8, 20),
    Trial("process", "process_commit", 8, 20),
    Trial("join", "join", 8, 10),
)

Round = Callable[[], float]


def in_turns(one: Round, other: Round, pairs: int) -> list[tuple[float, float]]:
    """Rounds of both, side by side; who begins changes with every pair."""
    one(), other()  # Compilers and caches are not what is measured.
    times = []
    for number in range(pairs):
        if number % 2:
            second, first = other(), one()
        else:
            first, second = one(), other()
        times.append((first, second))
    return times


def against_tsmls(
    report: Report, ours: Bench, theirs: Bench, pairs: int, say: Say
) -> None:
    """Ours and ts-mls on the suite that both have had longest."""
    for trial in TRIALS:
        say(f"{trial.name} with {trial.leaves} members beside ts-mls")
        times = in_turns(
            _round(ours, CLASSICAL, trial), _round(theirs, CLASSICAL, trial), pairs
        )
        mine, others = [pair[0] for pair in times], [pair[1] for pair in times]
        if trial.is_rate:
            ratios = [their / our for our, their in times]
            report.add(f"{trial.name}_vs_tsmls", median(ratios), ratios)
        else:
            ratios = [our / their for our, their in times]
            ending = f"time_vs_tsmls_{trial.leaves}"
            report.add(f"{trial.name}_{ending}", median(ratios), ratios)
        milliseconds = [seconds * 1000 for seconds in mine]
        report.add(
            f"{trial.name}_ms_{trial.leaves}", median(milliseconds), milliseconds
        )
        report.notes.append(
            f"{trial.name}, {trial.leaves} members: ours "
            f"{median(mine) * 1000:.3f} ms, ts-mls {median(others) * 1000:.3f} ms"
        )


def hybrid_against_classical(report: Report, ours: Bench, pairs: int, say: Say) -> None:
    """What the post-quantum suite costs, both being ours."""
    for trial in HYBRID_TRIALS:
        say(f"hybrid {trial.name} with {trial.leaves} members")
        times = in_turns(
            _round(ours, HYBRID, trial), _round(ours, CLASSICAL, trial), pairs
        )
        ratios = [hybrid / classical for hybrid, classical in times]
        name = f"{trial.name}_time_hybrid_vs_classical_{trial.leaves}"
        report.add(name, median(ratios), ratios)


def _round(bench: Bench, suite: CipherSuite, trial: Trial) -> Round:
    return lambda: min(
        bench.bench(trial.what, int(suite), trial.leaves, trial.repetitions)
    )
