"""A client that sends a file and is killed while it does.

    python killed_uploader.py PROFILE CONVERSATION PATH

"sealed" on standard output says that the file is in the outbox; then one line per
piece that the server has.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from mentalverse_client import Client

PASSPHRASE = "correct horse battery staple"


async def main(profile: Path, conversation: str, path: Path) -> None:
    async with Client.open(profile, passphrase=PASSPHRASE) as client:
        updates = client.updates()
        await client.connected()
        await client.conversation(conversation).send_file(path)
        print("sealed", flush=True)
        async for _ in updates:
            for transfer in client.transfers:
                print(transfer.across, flush=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])))
