"""The safety team's key in the transparency log.

Whoever could put another key there could read reports. In the log, everybody sees
every key that reports were ever sealed to.
"""

from __future__ import annotations

from functools import partial

from mentalverse_crypto.public import LogEntry, report_key_entry

from ..keyring import Keyring
from ..safety import SafetyKey
from ..store import log
from ..store.writer import Transaction, Writer, WriterLane
from .transparency import append


async def log_safety_key(writer: Writer, keyring: Keyring, key: SafetyKey) -> None:
    """Record the key, unless it is the one that was recorded last."""
    script = partial(_record, keyring.log_key.private, key)
    await writer.run(script, lane=WriterLane.OTHER)


def _record(log_private: bytes, key: SafetyKey, transaction: Transaction) -> None:
    def numbered(seq: int, counter: int) -> LogEntry:
        return report_key_entry(seq, key.suite, key.public, counter, transaction.now)

    wanted = numbered(0, 1)
    known = log.entries_of_tag(transaction.connection, wanted.tag)
    newest = LogEntry.decode(known[-1]).content_hash if known else b""
    if newest != wanted.content_hash:
        append(transaction, log_private, lambda seq: numbered(seq, len(known) + 1))
