"""Credentials under published roots: which tree they are in, and how they leave it.

The leaves of each published tree are kept as a file of the data folder. They are hashes
that lead to nobody; without them nothing of the tree could be taken back, or shown.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec

from .chain_node import Node
from .settings import one_line_errors

if TYPE_CHECKING:
    from mentalverse_server.chain_books import Issued
    from mentalverse_server.config import Config

_FOLDER = "chain"


class Shown(msgspec.Struct, frozen=True):
    """What the holder of a credential is given, to show it to whom they like."""

    root: str
    commitment: str
    salt: str
    place: int
    way: tuple[str, ...]


def published(config: Config) -> list[str]:
    """The leaves over all credentials that are held; kept before a root is sent."""
    from mentalverse_modules.rewards.checkpoint import root

    leaves = sorted(_held(_issued(config)))
    if leaves:
        folder = config.server.data_dir / _FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / f"{root(leaves)}.json").write_bytes(msgspec.json.encode(leaves))
    return leaves


def take_back(node: Node, at: str, config: Config, held: list[str]) -> None:
    """Set the bits of what is in a published tree and held no more."""
    from mentalverse_modules.chain.abi import revoking

    now = set(held)
    for top, leaves in _trees(config):
        gone = {place for place, leaf in enumerate(leaves) if leaf not in now}
        words = {place // 256 for place in gone}
        root = bytes.fromhex(top)
        bits = {
            word: cast(int, node.ask("registry", at, "revoked", root, word))
            for word in words
        }
        new = frozenset(p for p in gone if not bits[p // 256] >> p % 256 & 1)
        for call in revoking(top, new):
            node.send(call, at, f"taken back of {top}")


def shown(config: Config, credential_id: str) -> Shown | None:
    """What shows a credential under the newest tree that it is in."""
    from mentalverse_modules.chain.credentials import commitment, salt_of
    from mentalverse_modules.rewards.checkpoint import proof

    issued = _issued(config)
    if credential_id not in issued.tokens:
        return None
    salt = salt_of(issued.secret, credential_id)
    leaf = commitment(salt, issued.tokens[credential_id])
    for top, leaves in _trees(config):
        if leaf in leaves:
            place = leaves.index(leaf)
            return Shown(top, leaf, salt.hex(), place, proof(leaves, place))
    return None


def _issued(config: Config) -> Issued:
    from mentalverse_server import chain_books

    with one_line_errors():
        return chain_books.issued(config)


def _held(issued: Issued) -> list[str]:
    from mentalverse_modules.chain.credentials import commitment, salt_of

    return [
        commitment(salt_of(issued.secret, id_), token)
        for id_, token in issued.tokens.items()
    ]


def _trees(config: Config) -> list[tuple[str, list[str]]]:
    """Roots and leaves, the newest first."""

    def age(file: Path) -> int:
        return -file.stat().st_mtime_ns

    files = sorted((config.server.data_dir / _FOLDER).glob("*.json"), key=age)
    return [
        (file.stem, msgspec.json.decode(file.read_bytes(), type=list[str]))
        for file in files
    ]
