"""A client in a process of its own that changes its account's key, to be killed.

    python rotating_client.py PROFILE STEP

STEP names where the process kills itself: `made` (the new key is stored), `published`
(the server has the list), `forgotten` (the backup is gone), `adopted` (before the
credential is renewed), or `end` (never).
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from mentalverse_client import Client
from mentalverse_client.account import profile, rotation

PASSPHRASE = "correct horse battery staple"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(step: str) -> None:
    """Let the process end right after a step."""
    made, published = rotation.Rotation._make, rotation.Rotation._publish
    adopted = profile.Profile.change_account_key

    async def after_made(self: rotation.Rotation, *args: object) -> object:
        done = await made(self, *args)  # type: ignore[arg-type]
        die()
        return done

    async def after_published(self: rotation.Rotation) -> object:
        done = await published(self)
        if step == "forgotten":
            await self._forget_backup()
        die()
        return done

    def after_adopted(self: profile.Profile, *args: object) -> None:
        adopted(self, *args)  # type: ignore[arg-type]
        die()

    if step == "made":
        rotation.Rotation._make = after_made  # type: ignore[assignment,method-assign]
    elif step in ("published", "forgotten"):
        rotation.Rotation._publish = after_published  # type: ignore[assignment,method-assign]
    elif step == "adopted":
        profile.Profile.change_account_key = after_adopted  # type: ignore[assignment,method-assign]


async def main(folder: Path, step: str) -> None:
    arm(step)
    async with Client.open(folder, passphrase=PASSPHRASE) as client:
        await client.connected()
        await client.devices.rotate_account_key()
        await client.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
