"""A service that keeps a transparency log in memory, honest until told otherwise."""

from __future__ import annotations

from datetime import datetime

from mentalverse_crypto.ciphersuite import generate_signature_key_pair
from mentalverse_crypto.device_list import DeviceList
from mentalverse_crypto.log_entry import LogEntry, account_entry
from mentalverse_crypto.merkle import Frontier, consistency_proof, inclusion_proof
from mentalverse_crypto.transparency import SignedHead, sign_head
from support.deterministic import seeded_rng


class LoggingService:
    """Entries, the hashes over them, and the key that signs heads."""

    def __init__(self, now: datetime, seed: int = 70) -> None:
        self._key = generate_signature_key_pair(seeded_rng(seed))
        self._now = now
        self._nodes: dict[tuple[int, int], bytes] = {}
        self.entries: list[LogEntry] = []
        self.frontier = Frontier()

    @property
    def public(self) -> bytes:
        """The key that heads are verified with."""
        return self._key.public

    def record(self, entry: LogEntry) -> None:
        """Append an entry as it is."""
        self.frontier, nodes = self.frontier.append(entry.leaf_hash())
        self._nodes |= {(level, place): made for level, place, made in nodes}
        self.entries.append(entry)

    def record_account(self, device_list: DeviceList) -> None:
        """Append the entry of a device list."""
        self.record(account_entry(len(self.entries), device_list, self._now))

    def head(self, now: datetime, size: int | None = None) -> SignedHead:
        """The signed head of the first `size` entries, or of all."""
        frontier = Frontier()
        for entry in self.entries[:size]:
            frontier, _ = frontier.append(entry.leaf_hash())
        return sign_head(self._key, frontier.size, frontier.root(), now)

    def node_at(self, level: int, position: int) -> bytes:
        """A stored hash."""
        return self._nodes[level, position]

    def prove(self, seq: int) -> tuple[LogEntry, tuple[bytes, ...]]:
        """An entry, and the proof that it is in the log."""
        proof = inclusion_proof(seq, len(self.entries), self.node_at)
        return self.entries[seq], proof

    def growth(self, first: int, second: int) -> tuple[bytes, ...]:
        """The proof that the log only grew between two sizes."""
        return consistency_proof(first, second, self.node_at)
