"""Pages to whatever the Apprise library reaches, from a file of its addresses.

Apprise is an extra of this package (`pip install mentalverse[apprise]`). It works in
threads, a few of which are its own here: what hangs in it holds up no other channel.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ...config import ConfigError, read_secret
from .page import NotTaken, Page

THREADS = 4

# It may write addresses, which are as good as keys, into the log.
logging.getLogger("apprise").setLevel(logging.CRITICAL)


class AppriseSender:
    """Sends to every address of a file, which is read anew each time."""

    def __init__(self) -> None:
        """Raises `ConfigError` where the library is not installed."""
        try:
            import apprise
        except ImportError:
            raise ConfigError(
                "crisis.on_call names an apprise: target; that needs "
                "`pip install mentalverse[apprise]`"
            ) from None
        self._apprise: Any = apprise
        self._threads = ThreadPoolExecutor(THREADS, "mentalverse-apprise")

    async def send(self, page: Page, address: str) -> str:
        """Notify all of the file. Raises `NotTaken` unless each of them took it."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._notify, page, address)

    async def close(self) -> None:
        """Wait for nothing: the library's own timeouts end its threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _notify(self, page: Page, address: str) -> str:
        try:
            text = read_secret(Path(address))
        except ConfigError as error:
            raise NotTaken(str(error)) from None
        library = self._apprise
        config = library.AppriseConfig()
        sender = library.Apprise(asset=library.AppriseAsset(app_id="MentalVerse"))
        if not config.add_config(text) or not sender.add(config) or not len(sender):
            raise NotTaken("there is no address of Apprise in the file")
        if not sender.notify(title=page.title, body=page.text):
            raise NotTaken("not all of the file's addresses took it")
        return f"{len(sender)} addresses"
