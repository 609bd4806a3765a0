"""A process that appends messages and prints the ids that were acknowledged.

Run as `python writing_process.py DATABASE_URL CONVERSATION DEVICE SEED`. It
opens the database, prints `ready`, then sends without end, several at a time,
and prints `client_id seq` once the writer says a message is stored. Killing it
at any moment must lose none that was printed.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from typing import Any, cast

from mentalverse_server.clock import SystemClock
from mentalverse_server.store.engine import open_database
from mentalverse_server.store.writer import MessageRow, Writer

SENDERS = 8


async def send_for_ever(
    writer: Writer, conversation: Any, device: Any, rng: Any
) -> None:
    while True:
        client_id = rng.randbytes(16).hex()
        row = MessageRow(conversation, device, client_id, bytes.fromhex(client_id))
        place = await writer.append(row)
        # One write per line and no buffer: what the parent reads was acknowledged.
        os.write(1, f"{client_id} {place.seq}\n".encode())


async def main() -> None:
    url, conversation, device, seed = sys.argv[1:]
    database = open_database(url)
    writer = Writer(database, SystemClock(), lambda facts: None)
    await writer.start()
    await writer.ping()
    os.write(1, b"ready\n")
    rng = random.Random(int(seed))
    senders = [
        send_for_ever(writer, conversation, device, cast(Any, rng))
        for _ in range(SENDERS)
    ]
    await asyncio.gather(*senders)


if __name__ == "__main__":
    asyncio.run(main())
