"""Sealed media frames: what encoders make, readable for the members of the call alone.

    clear header ‖ AES-128-GCM ciphertext ‖ tag[16] ‖ conn_nonce[8] ‖ counter[4] ‖ kid

    kid   = version 1 (high 4 bits) ‖ epoch mod 16 (low 4 bits)
    nonce = 0[8] ‖ counter
    aad   = clear header ‖ conn_nonce ‖ counter ‖ kid

The clear header is what packetizers and a forwarding server have to see: 10 octets of
a VP8 key frame, 3 of any other VP8 frame (octet 0 says which: RFC 6386 §9.1), 1 of Opus
(RFC 6716 §3.1). It leaks kind and size of a frame, the picture's size and Opus' mode.

**Sending.** A key and a nonce may meet once. Keys differ by epoch, slot and conn_nonce
(`frame_keys`); within one key the counter only rises. Hence whoever sends from one page
or process has one `FrameSealer`, whatever number of peers, layers or encoders it feeds;
nothing of it is stored or copied, and a new one draws a new conn_nonce. Epochs only go
up: a sealer that could go back would count from 0 again under an old key.

**Receiving.** A `FrameOpener` serves one sender. It holds epochs side by side, since
senders switch one after the other: when another is installed the older ones end 10 s
later, or 2 s when somebody was removed. Of each epoch and slot it follows the sender's
conn_nonce. Another one counts only once a frame under it has opened, so that nobody
outside the group can push the sender's own out; what it follows lives 2 s more, for
frames on their way, and is then refused for good, as is every counter seen before or
1,024 behind the highest. What does not open is dropped and counted, never passed on.

Neither is safe for two threads at once: the caller holds a lock. Times are milliseconds
of any clock that does not go back.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .ciphersuite import NONCE_BYTES, TAG_BYTES
from .codec import u8, u32
from .errors import FrameKeySpent, FrameTooShort, InvalidRequest
from .frame_keys import BASE_BYTES, CONN_NONCE_BYTES, frame_key
from .media_slots import Slot

COUNTER_BYTES = 4
TRAILER_BYTES = TAG_BYTES + CONN_NONCE_BYTES + COUNTER_BYTES + 1
"""By so much a sealed frame is longer: 29 octets."""
MAX_FRAMES = (1 << 32) - 1
"""Frames of one slot in one epoch; then only a new epoch lets the sender go on."""
REPLAY_WINDOW = 1_024
"""How far behind the highest counter a frame is taken."""
MAX_CONN_NONCES = 64
"""Times that a sender may start over within an epoch and slot."""
RETIRED_MS = 2_000
"""How long the conn_nonce before is taken after a frame under another one opened."""
RETAIN_MS = 10_000
"""How long an epoch's keys last after somebody came in or refreshed."""
RETAIN_AFTER_REMOVE_MS = 2_000
"""How long they last after somebody was removed."""

_VERSION = 1
_KEY_FRAME_HEADER_BYTES = 10
_DELTA_FRAME_HEADER_BYTES = 3
_OPUS_HEADER_BYTES = 1
_META_BYTES = CONN_NONCE_BYTES + COUNTER_BYTES + 1
_NONCE_PREFIX = bytes(NONCE_BYTES - COUNTER_BYTES)


class Drop(Enum):
    """Why a frame was not opened."""

    TOO_SHORT = "too_short"
    """Shorter than its clear header and the trailer."""
    VERSION = "version"
    """Not sealed at all, or by another version."""
    EPOCH = "epoch"
    """Of an epoch whose keys are not here, not yet or no more."""
    REPLAYED = "replayed"
    """Seen before, or too far behind."""
    RETIRED = "retired"
    """Of a start of the sender that another one has followed."""
    CONN_NONCES = "conn_nonces"
    """The sender started over too often in this epoch."""
    UNAUTHENTIC = "unauthentic"
    """Altered, or under another key."""


def clear_header_bytes(slot: Slot, frame: bytes) -> int:
    """How many octets of a frame stay readable; sealing does not change the answer."""
    if not slot.is_video:
        return _OPUS_HEADER_BYTES
    is_delta = frame[:1] and frame[0] & 1
    return _DELTA_FRAME_HEADER_BYTES if is_delta else _KEY_FRAME_HEADER_BYTES


class FrameSealer:
    """What one sender seals with, from the moment it starts.

    Args:
        conn_nonce: `CONN_NONCE_BYTES` fresh random octets, of nobody else's choice.
        max_frames: Frames of one slot in one epoch, at most `MAX_FRAMES`.

    Raises:
        InvalidRequest: either is out of its bounds.
    """

    def __init__(self, conn_nonce: bytes, max_frames: int = MAX_FRAMES) -> None:
        if len(conn_nonce) != CONN_NONCE_BYTES:
            raise InvalidRequest("a conn_nonce has 8 octets")
        if not 0 < max_frames <= MAX_FRAMES:
            raise InvalidRequest("a counter has 32 bits")
        self.conn_nonce = conn_nonce
        self._max_frames = max_frames
        self._epoch = -1
        self._ciphers: dict[Slot, AESGCM] = {}
        self._next = dict.fromkeys(Slot, 0)

    @property
    def epoch(self) -> int:
        """What is sent under; -1 before the first `switch`."""
        return self._epoch

    def switch(self, epoch: int, base: bytes) -> None:
        """Send under another epoch from now on.

        Raises:
            InvalidRequest: the epoch is not a later one, or the base has another
                length.
        """
        if epoch <= self._epoch:
            raise InvalidRequest("a sender does not go back to an epoch")
        _check_base(base)
        self._epoch = epoch
        self._next = dict.fromkeys(Slot, 0)
        self._ciphers = {
            slot: AESGCM(frame_key(base, slot, self.conn_nonce)) for slot in Slot
        }

    def seal(self, slot: Slot, frame: bytes) -> bytes:
        """The frame for the wire, `TRAILER_BYTES` longer.

        Raises:
            FrameTooShort: shorter than its clear header, as an encoder's empty output.
            FrameKeySpent: the counter is used up: nothing leaves before a `switch`.
            InvalidRequest: no epoch to send under.
        """
        if self._epoch < 0:
            raise InvalidRequest("there is no epoch to send under")
        header_bytes = clear_header_bytes(slot, frame)
        if len(frame) < header_bytes:
            raise FrameTooShort("the frame is shorter than its clear header")
        counter = self._next[slot]
        if counter >= self._max_frames:
            raise FrameKeySpent("every counter of this epoch and slot is used")
        self._next[slot] = counter + 1
        header = frame[:header_bytes]
        meta = self.conn_nonce + u32(counter) + u8(_VERSION << 4 | self._epoch & 15)
        sealed = self._ciphers[slot].encrypt(
            _NONCE_PREFIX + u32(counter), frame[header_bytes:], header + meta
        )
        return header + sealed + meta


@dataclass(slots=True)
class _Start:
    """One start of a sender, as one receiver follows it."""

    cipher: AESGCM = field(repr=False)
    ends_at_ms: int | None = None
    """None while it is the one that is followed."""
    highest: int = -1
    seen: list[int] = field(default_factory=lambda: [-1] * REPLAY_WINDOW)

    def is_fresh(self, counter: int) -> bool:
        if counter + REPLAY_WINDOW <= self.highest:
            return False
        return self.seen[counter % REPLAY_WINDOW] != counter

    def note(self, counter: int) -> None:
        self.seen[counter % REPLAY_WINDOW] = counter
        self.highest = max(self.highest, counter)


@dataclass(slots=True)
class _Epoch:
    number: int
    base: bytes = field(repr=False)
    ends_at_ms: int | None = None
    starts: dict[Slot, dict[bytes, _Start]] = field(
        default_factory=lambda: {slot: {} for slot in Slot}
    )


def _is_over(it: _Start | _Epoch, now_ms: int) -> bool:
    return it.ends_at_ms is not None and it.ends_at_ms <= now_ms


def _end(it: _Start | _Epoch, at_ms: int) -> None:
    it.ends_at_ms = at_ms if it.ends_at_ms is None else min(it.ends_at_ms, at_ms)


class FrameOpener:
    """What opens the frames of one sender.

    `drops` counts what was not opened, by reason; it goes on over epochs.
    """

    def __init__(self) -> None:
        self.drops: Counter[Drop] = Counter()
        self._epochs: dict[int, _Epoch] = {}

    def install(self, epoch: int, base: bytes, now_ms: int, retain_ms: int) -> None:
        """Open frames of another epoch as well, and let the older ones run out.

        The same epoch again changes nothing but the time that the older ones have.

        Args:
            epoch: At least the latest so far.
            base: The sender's, in that epoch.
            now_ms: The time.
            retain_ms: `RETAIN_MS` or `RETAIN_AFTER_REMOVE_MS`.

        Raises:
            InvalidRequest: an epoch before the latest, another base for the latest,
                or a base of another length.
        """
        _check_base(base)
        latest = max(self._epochs.values(), key=lambda it: it.number, default=None)
        if latest is not None and epoch < latest.number:
            raise InvalidRequest("an epoch before the latest")
        if latest is not None and epoch == latest.number and base != latest.base:
            raise InvalidRequest("another base for the same epoch")
        for older in self._epochs.values():
            if older.number != epoch:
                _end(older, now_ms + retain_ms)
        if latest is None or epoch > latest.number:
            self._epochs[epoch & 15] = _Epoch(epoch, base)
        self.forget(now_ms)

    def forget(self, now_ms: int) -> None:
        """Drop the keys of epochs whose time is over."""
        kept = {k: it for k, it in self._epochs.items() if not _is_over(it, now_ms)}
        self._epochs = kept

    def open(self, slot: Slot, sealed: bytes, now_ms: int) -> bytes | Drop:
        """What the sender's encoder made, or why it is dropped."""
        opened = self._open(slot, sealed, now_ms)
        if isinstance(opened, Drop):
            self.drops[opened] += 1
        return opened

    def _open(self, slot: Slot, sealed: bytes, now_ms: int) -> bytes | Drop:
        header_bytes = clear_header_bytes(slot, sealed)
        if len(sealed) < header_bytes + TRAILER_BYTES:
            return Drop.TOO_SHORT
        kid = sealed[-1]
        if kid >> 4 != _VERSION:
            return Drop.VERSION
        epoch = self._epochs.get(kid & 15)
        if epoch is None or _is_over(epoch, now_ms):
            return Drop.EPOCH
        meta = sealed[-_META_BYTES:]
        conn_nonce = meta[:CONN_NONCE_BYTES]
        starts = epoch.starts[slot]
        known = starts.get(conn_nonce)
        if known is not None and _is_over(known, now_ms):
            return Drop.RETIRED
        if known is None and len(starts) >= MAX_CONN_NONCES:
            return Drop.CONN_NONCES
        start = known or _Start(AESGCM(frame_key(epoch.base, slot, conn_nonce)))
        counter = meta[CONN_NONCE_BYTES:-1]
        if not start.is_fresh(int.from_bytes(counter)):
            return Drop.REPLAYED
        header, body = sealed[:header_bytes], sealed[header_bytes:-_META_BYTES]
        try:
            opened = start.cipher.decrypt(_NONCE_PREFIX + counter, body, header + meta)
        except InvalidTag:
            return Drop.UNAUTHENTIC
        start.note(int.from_bytes(counter))
        if known is None:
            for older in starts.values():
                _end(older, now_ms + RETIRED_MS)
            starts[conn_nonce] = start
        return header + opened


def _check_base(base: bytes) -> None:
    if len(base) != BASE_BYTES:
        raise InvalidRequest("a base has 32 octets")
