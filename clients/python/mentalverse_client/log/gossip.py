"""Heads of the log from person to person: whoever is shown another log finds out.

A head that changed goes out after the next message, at most once an hour and group
(`log_view.gossip_due`). One that comes in is stored in the transaction of its row and
looked into afterwards: the server has to prove that it belongs to the log known here.
If it cannot within a day, or has signed two heads of one size, both heads are kept.
"""

from __future__ import annotations

from datetime import UTC, datetime

from mentalverse_crypto.carried import LogHead
from mentalverse_crypto.log_view import gossip_due
from mentalverse_crypto.transparency import SignedHead
from mentalverse_signaling.device_events import LogConsistency, LogConsistencyRequest
from mentalverse_signaling.errors import Fault, SignalingError

from ..account.device import Device
from ..groups.room import Room
from ..store.heard_heads import HEARD
from ..store.records import Record, load, save
from .log_state import Call, LogState

_TOLD = "log_told"


class Told(Record, frozen=True):
    """What a group was told last."""

    head: bytes
    at_ms: int


class Gossip:
    """Tells groups what head is held here, and looks into what they tell."""

    def __init__(self, device: Device, call: Call, state: LogState) -> None:
        self._device = device
        self._vault = device.profile.vault
        self._call = call
        self._state = state

    def pass_on(self, room: Room) -> bool:
        """Put the head into a group's outbox if it is due; whether it was."""
        head, told = self._state.view.head, load(self._vault, Told, _TOLD, room.id)
        told_head = None if told is None else SignedHead.decode(told.head)
        told_at = (
            None if told is None else datetime.fromtimestamp(told.at_ms / 1000, UTC)
        )
        now = self._device.now()
        if head is None or not gossip_due(head, told_head, told_at, now):
            return False
        body = LogHead(head.log_id, head.size, head.root, head.time_ms, head.signature)
        # First, so that a crash in between leaves a head untold and not told twice.
        with self._vault.transaction() as write:
            now_told = Told(head=head.encode(), at_ms=self._device.now_ms())
            save(write, _TOLD, now_told, room.id)
        room.write(body)
        return True

    async def settle(self) -> None:
        """Look into every head that was heard and every one that waits for a proof.

        Raises:
            SignalingError, NotConnected: the server gave no answer: try again.
        """
        for name in self._vault.names(HEARD):
            encoded = self._vault.get(HEARD, name)
            if encoded is not None:
                await self._compare(SignedHead.decode(encoded))
            with self._vault.transaction() as write:
                write.delete(HEARD, name)
        for awaited in self._state.view.awaited:
            await self._compare(awaited.head)
        self._state.check_deadline()

    async def _compare(self, head: SignedHead) -> None:
        async with self._state.asking:
            proof = await self._proof(head.size)
            self._state.observe(head, proof)

    async def _proof(self, size: int) -> tuple[bytes, ...] | None:
        """What the server shows for its log of this size and of the one held."""
        held = self._state.size
        if size == held or not held:
            return None
        request = LogConsistencyRequest(min(size, held), max(size, held))
        try:
            answer = await self._call("log.consistency", request, LogConsistency)
        except SignalingError as error:
            if error.fault is Fault.SERVER:
                raise
            return None  # its log is not that long: it has no proof
        return answer.proof
