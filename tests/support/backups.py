"""Accounts that come back from their backup, and what the server holds of them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from mentalverse_client import Client, Message
from mentalverse_client.backup import restore
from mentalverse_client.store import evidence
from mentalverse_client.store.records import messages
from mentalverse_client.store.vault import Vault
from mentalverse_crypto.history_piece import HistoryMessage
from support.clients import PASSPHRASE, eventually
from support.server import ServerProcess


async def restored(server: ServerProcess, words: str, folder: Path) -> Path:
    """A fresh device of the account that the words bring back."""
    found = await restore.open_by_words(server.url, words)
    now = datetime.now(UTC)
    await restore.restore(folder, PASSPHRASE, server.url, found, now, os.urandom)
    return folder


async def backed_up(client: Client) -> str:
    """Make a backup; its words."""
    words = " ".join(client.backup.new_words())
    await client.backup.create(words)
    return words


async def read_back(client: Client) -> None:
    """Wait until the archives are read."""
    await eventually(lambda: client.backup.restoring.is_over)


def vault_of(client: Client) -> Vault:
    return client._device.profile.vault


def history(client: Client, conversation: str) -> list[Message]:
    """What is stored of a conversation, also of one that is not entered yet."""
    return messages(vault_of(client), conversation)


def said(client: Client, conversation: str) -> list[str]:
    """The texts among it."""
    return [m.text for m in history(client, conversation) if m.kind == "text"]


def rows(client: Client, conversation: str) -> list[HistoryMessage]:
    """The rows behind the history, with their proofs."""
    return evidence.kept_after(vault_of(client), conversation, -1, 100_000)


def blobs_of(server: ServerProcess) -> set[Path]:
    """The files in which a server keeps blobs."""
    folder = server.data / "blobs"
    return {path for path in folder.rglob("*") if path.is_file()}
