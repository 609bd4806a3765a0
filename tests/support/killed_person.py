"""Somebody who asks for help in a process of their own, to be killed while they wait.

    python killed_person.py PROFILE TEXT

"asked" on standard output says that the server has the request, and that TEXT is
written down for whoever comes.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from mentalverse_client import Client

PASSPHRASE = "correct horse battery staple"


async def main(profile: Path, text: str) -> None:
    async with Client.open(profile, passphrase=PASSPHRASE) as client:
        await client.help.ask(band=1)
        talk = client.help.conversation
        assert talk is not None
        await talk.send(text)
        print("asked", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
