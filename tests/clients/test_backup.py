"""Recovery words bring an account and its history back, from a real server."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mentalverse_client import restore
from mentalverse_client.records import messages
from support.clients import PASSPHRASE, eventually, next_message, opened, person, register
from support.server import ServerProcess


async def restored(
    server: ServerProcess, words: str, folder: Path
) -> Path:
    """A fresh device of the account that the words bring back."""
    found = await restore.open_by_words(server.url, words)
    now = datetime.now(UTC)
    await restore.restore(folder, PASSPHRASE, server.url, found, now, os.urandom)
    return folder


async def test_words_alone_bring_back_the_history(
    server: ServerProcess, tmp_path: Path
) -> None:
    ada_profile = await register(server, tmp_path, "ada-w")
    async with person(server, tmp_path, "ben-w") as ben:
        async with opened(ada_profile) as ada:
            talk = await ada.direct("ben-w")
            for number in range(5):
                await talk.send(f"from ada {number}")
            await ada.flush()
            theirs = ben.conversations()[0]
            answer = await theirs.send("from ben")
            await ben.flush()
            await next_message(talk)
            words = " ".join(ada.backup.new_words())
            await ada.backup.create(words)
            status = ada.backup.status()
            assert status is not None
            assert status.is_current
            assert status.conversations == 1
            shown = talk.history()
            conversation = talk.id
        folder = await restored(server, words, tmp_path / "new")
        async with opened(folder) as again:
            assert again.handle == "ada-w"
            await eventually(lambda: again.backup.restoring.is_over)
            assert again.backup.restoring.missing == 0
            vault = again._device.profile.vault
            back = messages(vault, conversation)
            assert [m.text for m in back][-6:] == [m.text for m in shown][-6:]
            assert [m.id for m in back] == [m.id for m in shown]
