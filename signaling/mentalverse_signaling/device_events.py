"""Payloads about devices and the log that records them: `device.*`, `log.*`.

Device lists, log entries, heads and proofs are structures of the encryption
layer. Here they are bytes: the server stores and returns them, clients verify.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from .fields import Counter, Fact, Payload, Seq
from .ids import AccountIdField

MAX_LOG_ENTRIES = 200
"""Most entries of one `LogEntries`."""


class DeviceListRequest(Payload, frozen=True):
    """The signed device list of an account, with the proof that it is logged."""

    account: AccountIdField
    known_size: Seq = 0
    """Size of the last head the caller has verified."""
    counter: Counter | None = None
    """Which list; the newest one if left out."""


class DeviceListShown(Fact, frozen=True):
    """Answer to `device.list`."""

    device_list: bytes
    entry: bytes
    """The log entry that records the list; it names its place in the log."""
    inclusion: tuple[bytes, ...]
    """That `entry` is in the log of `head` (RFC 9162 §2.1.3)."""
    head: bytes
    """The newest signed head."""
    consistency: tuple[bytes, ...]
    """That the log of `head` continues that of `known_size` (RFC 9162 §2.1.4)."""


class DeviceCheckpoint(Payload, frozen=True):
    """How many writes this device's store has seen: told after each connect."""

    counter: Seq


class CheckpointReached(Fact, frozen=True):
    """The highest counter told before. A store that is behind it is an old copy."""

    reached: Seq


class DevicesChanged(Fact, frozen=True):
    """An account's device list has changed, or a device can be added to groups."""

    account: AccountIdField
    counter: Seq
    """Of the account's newest list."""


class LogHeadRequest(Payload, frozen=True):
    """The newest signed head of the log."""


class LogHead(Fact, frozen=True):
    """Answer to `log.head`."""

    head: bytes


class LogEntriesRequest(Payload, frozen=True):
    """The entries from place `since` on."""

    since: Seq
    limit: Annotated[int, Meta(ge=1, le=MAX_LOG_ENTRIES)] = MAX_LOG_ENTRIES


class LogEntries(Fact, frozen=True):
    """In order and without a gap; more follow until the size of `head`."""

    entries: tuple[bytes, ...]
    head: bytes


class LogConsistencyRequest(Payload, frozen=True):
    """The proof that the log only grew from one size to another."""

    from_size: Seq
    to_size: Seq


class LogConsistency(Fact, frozen=True):
    """Answer to `log.consistency`: hashes as RFC 9162 §2.1.4 orders them."""

    proof: tuple[bytes, ...]
