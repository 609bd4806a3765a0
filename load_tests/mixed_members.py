"""Members of one MLS group that are written in Python or in JavaScript.

Both kinds have the verbs of `Member` and exchange octets, so that a test or a
measurement need not know which it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from mentalverse_crypto.ciphersuite import CipherSuite
from mentalverse_crypto.errors import MlsError
from mentalverse_crypto.extensions import Extensions
from mentalverse_crypto.key_package import KeyPackage
from mentalverse_crypto.proposals import Proposal, ReInit
from mentalverse_crypto.psk import PreSharedKeyID

from .js_peer import JsError

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PSKS = {b"shared": bytes(range(32))}
"""External PSKs that every member holds."""
REFUSALS = (MlsError, JsError)
"""How either kind says no."""


@dataclass(frozen=True, slots=True)
class Staged:
    """What a committer hands to the Delivery Service."""

    commit: bytes
    welcome: bytes | None
    group_info: bytes
    tree: bytes
    """The ratchet tree of the epoch begun."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What an external commit hands to the Delivery Service."""

    commit: bytes
    group_info: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """What a message said."""

    kind: str
    """application, proposal or commit."""
    plaintext: bytes | None = None
    sender: int | None = None
    authenticated_data: bytes = b""
    signature: bytes | None = None
    """And the rest that proves who wrote application data (§6.1)."""
    group_context: bytes | None = None
    leaf_node: bytes | None = None


class Member(Protocol):
    """One client, in at most one group."""

    @property
    def name(self) -> str:
        """The identity of its credential."""

    def key_package(self, suite: CipherSuite | None = None) -> KeyPackage:
        """A fresh one whose secrets stay here."""

    def create(self, group_id: bytes, extensions: Extensions = ()) -> None:
        """Begin a group alone."""

    def join(self, welcome: bytes, tree: bytes | None = None) -> None:
        """Enter by Welcome."""

    def continue_in(self, welcome: bytes, tree: bytes | None = None) -> None:
        """Enter the group that continues this one after a ReInit, or branches."""

    def begin_reinitialised(
        self, reinit: ReInit, key_packages: Sequence[KeyPackage]
    ) -> Staged:
        """Begin the group that a ReInit calls for, and go on in it."""

    def begin_branch(
        self, group_id: bytes, key_packages: Sequence[KeyPackage]
    ) -> Staged:
        """Begin a group of some members of this one, and go on in it."""

    def come_in(
        self,
        group_info: bytes,
        *,
        resync: bool = False,
        tree: bytes | None = None,
        psks: Sequence[PreSharedKeyID] = (),
    ) -> Entered:
        """Enter by external commit, in place of the old leaf or beside it."""

    def stage(
        self,
        proposals: Sequence[Proposal] = (),
        *,
        path: bool = True,
        inline_tree: bool = True,
        authenticated_data: bytes = b"",
    ) -> Staged:
        """Prepare a commit of these and of the proposals that wait.

        Where the RFC lets a commit go without a path, Python goes by `path` and
        JavaScript goes without.
        """

    def settle(self, *, accepted: bool) -> None:
        """Go on with the commit prepared, or without."""

    def propose(self, proposal: Proposal | None) -> bytes:
        """A proposal to all; without one, fresh keys for the own leaf."""

    def begin_read(self, message: bytes) -> None:
        """Hand over a message; apart from `end_read`, so that several can work."""

    def end_read(self) -> Seen:
        """What the message said, its effect kept."""

    def protect(self, text: bytes, authenticated_data: bytes = b"") -> bytes:
        """Application data to all."""

    def store_and_restore(self) -> None:
        """Go on with what came out of storage."""

    def group_info(self) -> bytes:
        """To enter from outside by, the tree inside."""

    def sender_base(self, leaf: int) -> bytes:
        """What the frame keys of the member at a leaf come from."""

    def attendance_mark(self, session: bytes, call: bytes) -> bytes:
        """What every member can make of this epoch, and nobody else."""

    def export(self, label: str, context: bytes, length: int) -> bytes:
        """A key for use outside MLS."""

    def epoch(self) -> int:
        """The number of the epoch."""

    def authenticator(self) -> bytes:
        """The epoch authenticator."""

    def leaves(self) -> dict[str, int]:
        """Leaf index by name."""


def read(member: Member, message: bytes) -> Seen:
    """What one member makes of a message."""
    member.begin_read(message)
    return member.end_read()
