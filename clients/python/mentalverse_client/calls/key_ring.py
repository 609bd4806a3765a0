"""Under which keys this device sends in a call, and with which it opens.

A commit of the group begins an epoch in two steps, or media of whoever is slower would
be lost:

| What happened              | This device                                           |
|----------------------------|-------------------------------------------------------|
| it has processed a commit  | opens with the new keys at once (`enter`)             |
| that removed nobody        | sends under them when the server says that all are    |
|                            | ready (`switched`), and at most 2 s after `enter`     |
| that removed somebody      | sends under them at once; nobody waits                |
| the server told of such a  | sends nothing from 2 s after that until it has        |
| commit (`prepared`)        | processed it                                          |

So a server that keeps the word back gains 2 s of keys that all members hold anyway,
and one that tells lies can only make this device silent. Receive keys of epochs before
last as `frames` says. Encoders seal in threads of a pool, so one lock guards it all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from mentalverse_crypto import group
from mentalverse_crypto.errors import FrameError
from mentalverse_crypto.frame_keys import CONN_NONCE_BYTES, sender_base
from mentalverse_crypto.frames import (
    RETAIN_AFTER_REMOVE_MS,
    RETAIN_MS,
    Drop,
    FrameOpener,
    FrameSealer,
)
from mentalverse_crypto.media_slots import Slot
from mentalverse_crypto.state import GroupState
from mentalverse_signaling.conversation import Leaf

from ..account.profile import Rng
from ..account.trust import leaf_of

SWITCH_MS = 2_000
"""Longest time between processing a commit and sending under its keys."""
WITHHOLD_MS = 2_000
"""How long media goes on while a removal that was announced is not processed."""


@dataclass(frozen=True, slots=True)
class EpochKeys:
    """What a device takes from a group for one epoch."""

    epoch: int
    places: Mapping[Leaf, int]
    """Leaf index of every device in the group, this one too."""
    bases: Mapping[Leaf, bytes] = field(repr=False)
    """What their frame keys come from."""


def keys_of(state: GroupState) -> EpochKeys:
    """The keys of the epoch in which a group is."""
    places = {leaf_of(it.credential): it.leaf_index for it in group.members(state)}
    bases = {leaf: sender_base(state, at) for leaf, at in places.items()}
    return EpochKeys(state.epoch, places, bases)


class KeyRing:
    """The keys of one group for one call.

    Args:
        own: Account and device of this one.
        rng: Source of randomness.
        now_ms: A clock that does not go back.
    """

    def __init__(self, own: Leaf, rng: Rng, now_ms: Callable[[], int]) -> None:
        self._own = own
        self._now_ms = now_ms
        self._lock = Lock()
        self._sealer = FrameSealer(rng(CONN_NONCE_BYTES))
        self._openers: dict[Leaf, FrameOpener] = {}
        self._gone: dict[Leaf, int] = {}
        self._places: dict[Leaf, int] = {}
        self._pending: dict[int, tuple[int, bytes]] = {}
        self._entered = -1
        self.is_paused = False
        """Nothing is sent: the others have read for 10 s that this device is away."""
        self._removal: tuple[int, int] | None = None

    @property
    def entered(self) -> int:
        """The latest epoch whose keys are here; -1 before the first."""
        return self._entered

    @property
    def sending(self) -> int:
        """The epoch that is sent under at this moment; -1 before the first."""
        with self._lock:
            self._settle()
            return self._sealer.epoch

    @property
    def is_withheld(self) -> bool:
        """Whether nothing may be sent before a removal is processed."""
        with self._lock:
            return self._is_withheld()

    def drops(self) -> Counter[Drop]:
        """What was not opened so far, of all senders, by reason."""
        with self._lock:
            return sum((it.drops for it in self._openers.values()), Counter[Drop]())

    def enter(self, keys: EpochKeys) -> None:
        """Install the keys of an epoch, if it is a later one."""
        if keys.epoch <= self._entered:
            return
        epoch, places, bases = keys.epoch, keys.places, keys.bases
        with self._lock:
            now_ms = self._now_ms()
            is_removal = any(
                places.get(leaf) != at for leaf, at in self._places.items()
            )
            retain_ms = RETAIN_AFTER_REMOVE_MS if is_removal else RETAIN_MS
            for leaf, base in bases.items():
                if leaf != self._own:
                    self._gone.pop(leaf, None)
                    opener = self._openers.setdefault(leaf, FrameOpener())
                    opener.install(epoch, base, now_ms, retain_ms)
            for leaf in self._openers:
                if leaf not in bases:
                    self._gone.setdefault(leaf, now_ms + RETAIN_AFTER_REMOVE_MS)
            is_first = self._entered < 0
            self._entered, self._places = epoch, dict(places)
            deadline_ms = now_ms if is_removal or is_first else now_ms + SWITCH_MS
            self._pending[epoch] = deadline_ms, bases[self._own]
            self._settle()

    def prepared(self, epoch: int, is_removal: bool) -> None:
        """The server says that a commit was accepted."""
        with self._lock:
            later = self._removal is None or epoch > self._removal[0]
            if is_removal and epoch > self._entered and later:
                self._removal = epoch, self._now_ms() + WITHHOLD_MS

    def switched(self, epoch: int) -> None:
        """The server says that everybody is ready for an epoch."""
        with self._lock:
            if epoch in self._pending:
                self._switch(epoch)

    def seal(self, slot: Slot, frame: bytes) -> bytes | None:
        """The frame for the wire; None: it must not, or cannot, be sent."""
        with self._lock:
            self._settle()
            if self.is_paused or self._sealer.epoch < 0 or self._is_withheld():
                return None
            try:
                return self._sealer.seal(slot, frame)
            except FrameError:
                return None

    def open(self, sender: Leaf, slot: Slot, sealed: bytes) -> bytes | None:
        """The frame of a sender; None: it is dropped, and counted if known."""
        with self._lock:
            now_ms = self._now_ms()
            if self._gone.get(sender, now_ms + 1) <= now_ms:
                return None
            opener = self._openers.get(sender)
            if opener is None:
                return None
            opened = opener.open(slot, sealed, now_ms)
            return None if isinstance(opened, Drop) else opened

    def _is_withheld(self) -> bool:
        if self._removal is None:
            return False
        epoch, deadline_ms = self._removal
        return epoch > self._entered and deadline_ms <= self._now_ms()

    def _settle(self) -> None:
        now_ms = self._now_ms()
        due = [epoch for epoch, (at_ms, _) in self._pending.items() if at_ms <= now_ms]
        if due:
            self._switch(max(due))

    def _switch(self, epoch: int) -> None:
        _, base = self._pending[epoch]
        self._sealer.switch(epoch, base)
        self._pending = {it: at for it, at in self._pending.items() if it > epoch}
