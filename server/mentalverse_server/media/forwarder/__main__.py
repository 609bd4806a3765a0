"""The forwarder's process: limits, the test at the start, the socket.

    python -m mentalverse_server.media.forwarder SOCKET [--address A] [--announce A]
        [--linger SECONDS] [--memory-mib N] [--tested]

The server starts it; nobody else needs to.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import resource
import signal
import threading
from pathlib import Path

from ..driver import DriverUnfit
from . import contract, hooks
from .serving import Serving

_THREAD_STACK_BYTES = 256 * 1024
"""aiortc starts a thread for each line received, which ends at the first packet."""


def main() -> None:
    """Run until told to end, or until no server was there for long."""
    parser = argparse.ArgumentParser(prog="media-forwarder")
    parser.add_argument("socket", type=Path)
    parser.add_argument("--address", action="append", default=[])
    parser.add_argument("--announce", default="")
    parser.add_argument("--linger", type=float, default=60.0)
    parser.add_argument("--memory-mib", type=int, default=512)
    parser.add_argument("--tested", action="store_true")
    options = parser.parse_args()
    _limit(options.memory_mib * 1024 * 1024)
    asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> None:
    serving = Serving(options.socket, options.linger, options.announce)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, serving.end)
    try:
        if not options.tested:
            await contract.check()
        else:
            serving.unfit = "; ".join(hooks.missing())
    except DriverUnfit as error:
        serving.unfit = str(error)
    hooks.use_addresses(options.address)
    hooks.wait_for_consent()
    # What is there now stays: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    await serving.run()


def _limit(memory_bytes: int) -> None:
    """Its memory, and no image of it on the disk."""
    threading.stack_size(_THREAD_STACK_BYTES)
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
