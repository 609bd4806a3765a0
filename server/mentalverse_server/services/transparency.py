"""The transparency log: a Merkle tree (RFC 9162 §2.1) of every key ever shown.

Entries are appended by the transaction of what they record, and each append signs
a head: there is no moment at which a device list is in force and not in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from mentalverse_crypto.public import (
    Coordinate,
    DeviceList,
    Frontier,
    LogEntry,
    NodeAt,
    SignedHead,
    account_entry,
    as_key_entry,
    consistency_nodes,
    consistency_proof,
    frontier_at,
    frontier_nodes,
    inclusion_nodes,
    inclusion_proof,
    log_id_of,
    sign_log_head,
)
from mentalverse_signaling.device_events import (
    LogConsistency,
    LogConsistencyRequest,
    LogEntries,
    LogEntriesRequest,
    LogHead,
)
from mentalverse_signaling.errors import BadRequest, NotFound
from mentalverse_signaling.ids import AccountId, id_text

from ..keyring import Keyring
from ..store import device_lists, log
from ..store.device_lists import DeviceListRow
from ..store.engine import Connection, Database
from ..store.transaction import Transaction
from ..store.writer import Writer, WriterLane

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Proven:
    """An entry, and what shows that it is in a log that only grew."""

    entry: bytes
    inclusion: tuple[bytes, ...]
    head: bytes
    consistency: tuple[bytes, ...]


class TransparencyLog:
    """Answers what is in the log, with proofs."""

    def __init__(self, database: Database, writer: Writer, keyring: Keyring) -> None:
        self._database = database
        self._writer = writer
        self._keyring = keyring

    async def begin(self) -> None:
        """Record the keys of the Authentication Service that are not yet logged.

        A log whose head another key signed is signed anew: clients, who pinned
        that key, refuse what follows until they are told why.
        """
        await self._writer.run(partial(_begin, self._keyring), lane=WriterLane.OTHER)

    async def head(self) -> LogHead:
        """The newest signed head."""
        return LogHead((await self._database.read(log.head)).head)

    async def entries(self, request: LogEntriesRequest) -> LogEntries:
        """The entries from `since` on, as many as were asked for or are there."""
        return await self._database.read(_entries, request)

    async def consistency(self, request: LogConsistencyRequest) -> LogConsistency:
        """The proof that the log only grew.

        `BadRequest` if the sizes are in the wrong order, `NotFound` if the log
        is not that long: whoever has verified a head of that size has been
        shown another log.
        """
        if request.from_size > request.to_size:
            raise BadRequest("a log does not shrink")
        proof = await self._database.read(
            _consistency, request.from_size, request.to_size
        )
        return LogConsistency(proof)


def append(
    transaction: Transaction, log_private: bytes, make: Callable[[int], LogEntry]
) -> int:
    """Append what `make` makes for its place, sign the head; the place."""
    connection = transaction.connection
    size = log.head(connection, for_append=True).size
    entry = make(size)
    grown, nodes = _frontier(connection, size).append(entry.leaf_hash())
    log.add_entry(connection, size, entry.tag, entry.encode(), nodes)
    _save_head(transaction, log_private, grown)
    return size


def record_device_list(
    transaction: Transaction, log_private: bytes, device_list: DeviceList
) -> None:
    """Store and log a list that was checked; `Conflict` if there is another."""

    def make(seq: int) -> LogEntry:
        return account_entry(seq, device_list, transaction.now)

    row = DeviceListRow(
        account=AccountId(id_text(device_list.account_id)),
        counter=device_list.counter,
        device_list=device_list.encode(),
        entry=append(transaction, log_private, make),
    )
    device_lists.add_device_list(transaction.connection, row)


def prove(connection: Connection, seq: int, known_size: int) -> Proven:
    """The entry at `seq`, which is in the log, with the proofs.

    To a caller who knows a longer log nothing can be proven: the head says so.
    """
    head = log.head(connection)
    consistency = (
        _consistency(connection, known_size, head.size)
        if known_size <= head.size
        else ()
    )
    return Proven(
        entry=log.entries(connection, seq, seq + 1, 1)[0],
        inclusion=inclusion_proof(
            seq, head.size, _stored(connection, inclusion_nodes(seq, head.size))
        ),
        head=head.head,
        consistency=consistency,
    )


def _begin(keyring: Keyring, transaction: Transaction) -> None:
    connection, now = transaction.connection, transaction.now
    for signing_key in reversed(keyring.signing_keys):
        _record_as_key(transaction, keyring.log_key.private, signing_key.public, now)
    stored = log.head(connection, for_append=True)
    own = log_id_of(keyring.log_key.public)
    if SignedHead.decode(stored.head).log_id != own:
        _log.warning("log.key_changed", size=stored.size)
        frontier = _frontier(connection, stored.size)
        _save_head(transaction, keyring.log_key.private, frontier)


def _record_as_key(
    transaction: Transaction, log_private: bytes, public: bytes, now: datetime
) -> None:
    tag = as_key_entry(0, public, 1, now).tag
    stored = log.entries_of_tag(transaction.connection, tag)
    known = [LogEntry.decode(entry).public_key for entry in stored]
    if public not in known:
        counter = len(known) + 1
        append(
            transaction,
            log_private,
            lambda seq: as_key_entry(seq, public, counter, now),
        )


def _entries(connection: Connection, request: LogEntriesRequest) -> LogEntries:
    head = log.head(connection)
    found = log.entries(connection, request.since, head.size, request.limit)
    return LogEntries(found, head.head)


def _consistency(
    connection: Connection, from_size: int, to_size: int
) -> tuple[bytes, ...]:
    if to_size > log.head(connection).size:
        raise NotFound("the log is not that long")
    nodes = consistency_nodes(from_size, to_size)
    return consistency_proof(from_size, to_size, _stored(connection, nodes))


def _frontier(connection: Connection, size: int) -> Frontier:
    return frontier_at(size, _stored(connection, frontier_nodes(size)))


def _save_head(transaction: Transaction, log_private: bytes, grown: Frontier) -> None:
    head = sign_log_head(log_private, grown.size, grown.root(), transaction.now)
    log.save_head(transaction.connection, grown.size, head.encode())


def _stored(connection: Connection, coordinates: Sequence[Coordinate]) -> NodeAt:
    found = log.nodes(connection, coordinates)
    return lambda level, position: found[level, position]
