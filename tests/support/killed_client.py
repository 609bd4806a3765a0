"""A client in a process of its own, to be killed at any moment.

    python killed_client.py PROFILE CONVERSATION send|change|archive|finish [ACCOUNT]

`send` writes 0, 1, 2, … for ever, going on from the last number that is in its
history or outbox. `change` adds and removes ACCOUNT for ever. `archive` sends as well
and writes the backup after every message. `finish` only carries out what is left and
ends. "begun" on standard output says that work has begun, "done" after each change
or backup that it was carried out.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from mentalverse_client import Client, Conversation

PASSPHRASE = "correct horse battery staple"


async def send(conversation: Conversation) -> None:
    mine = [m for m in conversation.history(100_000) if m.mine and m.kind == "text"]
    number = len(mine)
    while True:
        await conversation.send(str(number))
        number += 1
        # Not faster than the server takes it, or no kill would hit an answer.
        await asyncio.sleep(0.004)


async def change(client: Client, conversation: Conversation, account: str) -> None:
    await client.connected()
    while True:
        there = any(member.account == account for member in conversation.members())
        if there:
            await conversation.remove(account)
        else:
            await conversation.add([account])
        print("done", flush=True)


async def archive(client: Client, conversation: Conversation) -> None:
    await client.connected()
    number = len([m for m in conversation.history(100_000) if m.kind == "text"])
    while True:
        await conversation.send(str(number))
        number += 1
        await client.flush()
        await client.backup.now()
        print("done", flush=True)


async def main(profile: Path, conversation_id: str, mode: str, account: str) -> None:
    async with Client.open(profile, passphrase=PASSPHRASE) as client:
        conversation = client.conversation(conversation_id)
        if mode == "finish":
            await client.connected()
            await client.flush()
            return
        print("begun", flush=True)
        if mode == "send":
            await send(conversation)
        elif mode == "archive":
            await archive(client, conversation)
        else:
            await change(client, conversation, account)


if __name__ == "__main__":
    asyncio.run(
        main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], "".join(sys.argv[4:]))
    )
