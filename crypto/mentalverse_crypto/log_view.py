"""What one device knows of the transparency log, and when it has been lied to.

A device keeps the newest head whose growth from the one before was proven. Others
put the head they hold into a message now and then; each such head has to be shown to
be of the same log. There are two ways to be caught:

    two signed heads of one size with different roots    a contradiction, at once
    no consistency proof within 24 hours                 the service cannot show one

Either is a `SplitView`: both signed heads are kept, as they are evidence that anybody
can check. A first head is taken on trust; what it hides from the others, theirs show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, IntEnum

from .ciphersuite import KEY_BYTES
from .codec import Reader, optional, u8, u64, vector
from .codec import decode as decode_structure
from .errors import DecodeError, LogProofInvalid
from .log_entry import unix_milliseconds
from .transparency import (
    SignedHead,
    read_head,
    verify_growth,
    verify_head,
)

PROOF_DEADLINE = timedelta(hours=24)
"""How long the service has to prove that a head belongs to its log."""
GOSSIP_INTERVAL = timedelta(hours=1)
"""How long a device waits between two heads in one group."""
MAX_AWAITED = 16
"""Most heads that wait for a proof; further ones are not kept."""
VERSION = 1
"""Of the stored view."""

_DEADLINE_MS = PROOF_DEADLINE // timedelta(milliseconds=1)


class Observed(Enum):
    """What a head turned out to be."""

    ADVANCED = "advanced"
    """Newer and proven to continue the log, or the first: it is held from here."""
    KNOWN = "known"
    """Of the size and root that is held."""
    EARLIER = "earlier"
    """Proven to be an earlier state of the log that is held."""
    UNPROVEN = "unproven"
    """No proof came with it, or one that shows nothing: ask for it."""
    SPLIT = "split"
    """It contradicts the head that is held."""


class SplitKind(IntEnum):
    """How a split view showed."""

    CONTRADICTION = 1
    """Two signed heads of one size have different roots."""
    NO_PROOF = 2
    """Two signed heads were not proven to be of one log in time."""


@dataclass(frozen=True, slots=True)
class SplitView:
    """Two heads that the log signed and cannot both stand by."""

    kind: SplitKind
    held: SignedHead
    other: SignedHead


@dataclass(frozen=True, slots=True)
class Awaited:
    """A head that was not proven to be of the log so far."""

    head: SignedHead
    since_ms: int
    """Unix milliseconds."""


@dataclass(frozen=True, slots=True)
class LogView:
    """What a device holds of one log. Every operation gives a new view."""

    log_public: bytes
    """Ed25519 public key that signs the heads, 32 octets."""
    head: SignedHead | None = None
    """The newest that was proven."""
    awaited: tuple[Awaited, ...] = ()
    """Oldest first."""
    split: SplitView | None = None
    """Once found it stays: the person has to be told."""

    def encode(self) -> bytes:
        """The view as bytes, to be stored."""
        return b"".join(
            (
                u8(VERSION),
                self.log_public,
                optional(None if self.head is None else self.head.encode()),
                vector(
                    each.head.encode() + u64(each.since_ms) for each in self.awaited
                ),
                optional(None if self.split is None else _encode_split(self.split)),
            )
        )

    @staticmethod
    def decode(data: bytes) -> LogView:
        """The view that was stored.

        Raises:
            DecodeError: not a view of our version.
        """
        return decode_structure(_read, data)


def observe(
    view: LogView,
    head: SignedHead,
    now: datetime,
    proof: Sequence[bytes] | None = None,
) -> tuple[LogView, Observed]:
    """The view after a head was shown by the service or by somebody in a message.

    Args:
        view: What was held so far.
        head: The head shown.
        now: Aware UTC.
        proof: Consistency proof between `head` and `view.head`, whichever is larger.

    Raises:
        WrongLog: the head is of another log.
        SignatureError: the log did not sign it; it is nobody's evidence.
    """
    verify_head(head, view.log_public)
    held = view.head
    if held is None:
        return replace(view, head=head), Observed.ADVANCED
    if head.size == held.size:
        return _same_size(view, held, head)
    before, after = sorted((held, head), key=lambda each: each.size)
    # From an empty log everything follows: such a proof holds no hash.
    if proof is None and before.size > 0 or not _grew(before, after, proof or ()):
        return _await(view, head, now), Observed.UNPROVEN
    if head.size < held.size:
        return _settled(view, head), Observed.EARLIER
    return _advanced(view, head)


def proofs_wanted(view: LogView) -> tuple[tuple[int, int], ...]:
    """Sizes `(first, second)` whose consistency proofs would settle what waits."""
    if view.head is None:
        return ()
    held = view.head.size
    sizes = ((each.head.size, held) for each in view.awaited)
    return tuple((min(pair), max(pair)) for pair in sizes)


def check_deadline(view: LogView, now: datetime) -> LogView:
    """The view, split if a proof is overdue.

    To be called after the service was asked for the `proofs_wanted`, not while the
    device is offline: silence that nobody could break is no evidence.
    """
    if view.split is not None or view.head is None:
        return view
    limit = unix_milliseconds(now) - _DEADLINE_MS
    for each in view.awaited:
        if each.since_ms <= limit:
            return replace(
                view, split=SplitView(SplitKind.NO_PROOF, view.head, each.head)
            )
    return view


def gossip_due(
    head: SignedHead | None,
    told: SignedHead | None,
    told_at: datetime | None,
    now: datetime,
) -> bool:
    """Whether the next message to a group should carry the head that is held.

    Args:
        head: The one held.
        told: The last one sent to that group.
        told_at: When it was sent, aware UTC.
        now: Aware UTC.
    """
    if head is None or (told is not None and told.size == head.size):
        return False
    return told_at is None or now - told_at >= GOSSIP_INTERVAL


def _same_size(
    view: LogView, held: SignedHead, head: SignedHead
) -> tuple[LogView, Observed]:
    if head.root == held.root:
        newer = head if head.time_ms > held.time_ms else held
        return replace(view, head=newer), Observed.KNOWN
    return _contradicted(view, held, head), Observed.SPLIT


def _contradicted(view: LogView, held: SignedHead, other: SignedHead) -> LogView:
    # A contradiction convinces anybody: it takes the place of a missing proof.
    if view.split is not None and view.split.kind is SplitKind.CONTRADICTION:
        return view
    return replace(view, split=SplitView(SplitKind.CONTRADICTION, held, other))


def _grew(before: SignedHead, after: SignedHead, proof: Sequence[bytes]) -> bool:
    try:
        verify_growth(before, after, proof)
    except LogProofInvalid:
        return False
    return True


def _await(view: LogView, head: SignedHead, now: datetime) -> LogView:
    waits = any(_same_tree(each.head, head) for each in view.awaited)
    if waits or len(view.awaited) == MAX_AWAITED:
        return view
    awaited = Awaited(head, unix_milliseconds(now))
    return replace(view, awaited=(*view.awaited, awaited))


def _advanced(view: LogView, head: SignedHead) -> tuple[LogView, Observed]:
    view = replace(_settled(view, head), head=head)
    for each in view.awaited:
        if each.head.size == head.size:
            return _contradicted(view, head, each.head), Observed.SPLIT
    return view, Observed.ADVANCED


def _settled(view: LogView, head: SignedHead) -> LogView:
    """The view in which a head waits no longer."""
    rest = tuple(each for each in view.awaited if not _same_tree(each.head, head))
    return replace(view, awaited=rest)


def _same_tree(one: SignedHead, other: SignedHead) -> bool:
    return (one.size, one.root) == (other.size, other.root)


def _encode_split(split: SplitView) -> bytes:
    return u8(split.kind) + split.held.encode() + split.other.encode()


def _read(reader: Reader) -> LogView:
    if reader.u8() != VERSION:
        raise DecodeError("log view is of another version")
    return LogView(
        reader.raw(KEY_BYTES),
        reader.optional(read_head),
        reader.vector(lambda r: Awaited(read_head(r), r.u64())),
        reader.optional(_read_split),
    )


def _read_split(reader: Reader) -> SplitView:
    try:
        kind = SplitKind(reader.u8())
    except ValueError:
        raise DecodeError("split view is of an unknown kind") from None
    return SplitView(kind, read_head(reader), read_head(reader))
