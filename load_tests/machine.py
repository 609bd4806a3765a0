"""What the figures were taken on: cores, memory, load, and how fast the disk syncs."""

from __future__ import annotations

import os
import platform
import tempfile
import time
from pathlib import Path

FSYNC_SECONDS = 0.6
APPEND_BYTES = 512


def fsync_latencies(folder: Path, seconds: float = FSYNC_SECONDS) -> list[float]:
    """Seconds of each append of 512 B with its fsync in `folder`, sorted."""
    block = os.urandom(APPEND_BYTES)
    latencies = []
    with tempfile.NamedTemporaryFile(dir=folder, buffering=0) as file:
        deadline = time.perf_counter() + seconds
        while (began := time.perf_counter()) < deadline:
            file.write(block)
            os.fsync(file.fileno())
            latencies.append(time.perf_counter() - began)
    return sorted(latencies)


def fsyncs_per_second(latencies: list[float]) -> float:
    """How many such fsyncs one writer makes per second."""
    return len(latencies) / sum(latencies)


def percentile(sorted_values: list[float], share: float) -> float:
    """The value below which `share` (0–1) of the sorted values lie."""
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]


def describe(latencies: list[float], load_before: float) -> dict[str, object]:
    """The `machine` object of a report."""
    return {
        "cores": os.cpu_count(),
        "model": _cpu_model(),
        "memory_mib": _memory_mib(),
        "kernel": platform.release(),
        "load_average_before": round(load_before, 2),
        "load_average_after": round(os.getloadavg()[0], 2),
        "fsync_p50_ms": round(percentile(latencies, 0.5) * 1000, 3),
        "fsync_p99_ms": round(percentile(latencies, 0.99) * 1000, 3),
    }


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.processor()


def _memory_mib() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
