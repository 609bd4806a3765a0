"""Carries one conversation's outbox to the server, in order.

One entry at a time: the next leaves when the server has acknowledged the one before,
so a retry can never overtake. An answer decides what happens:

| Answer                    | Then                                                 |
|---------------------------|------------------------------------------------------|
| accepted                  | next entry                                           |
| none; the server's fault  | the same bytes again, after 1, 2, 4 … 30 s, jittered |
| `stale_epoch`             | read the log, encrypt anew under the same client id  |
| `epoch_taken`             | read the log, plan the change anew; five times       |
| `conflict` of a message   | it is in the log already, from an earlier attempt    |
| the caller's fault        | the entry has failed; shown, never sent again        |

Before a message is encrypted, every device of the group has to be in the log (see
`log`). One that is not stops this outbox, and the check is made again now and then.

Encrypting anew is safe: an epoch that is over never comes back, so the earlier bytes
cannot be accepted any more, wherever they may still be on their way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

import msgspec

from mentalverse_crypto.errors import MlsError, ProposalsPending
from mentalverse_signaling.errors import (
    Conflict,
    Fault,
    Internal,
    SignalingError,
    StaleEpoch,
)
from mentalverse_signaling.events import (
    ConversationCreate,
    ConversationView,
    MessageAccepted,
    MessageSend,
)
from mentalverse_signaling.ids import GroupId

from .committing import Committer
from .connection import backoff_seconds
from .errors import NotAMember, NotConnected, NotProven, NotReadable, PeerChanged
from .link import Link
from .records import Outgoing, Standing, Task
from .room import Room

CHECK_AGAIN_SECONDS = 60.0
"""How often keys that did not hold are asked for again while something waits."""

_log = logging.getLogger(__name__)


class Courier:
    """Sends what waits in one conversation."""

    def __init__(self, room: Room, link: Link, rng: Callable[[int], bytes]) -> None:
        self._room = room
        self._link = link
        self._committer = Committer(room, link, rng)
        self._work = asyncio.Event()
        self._settled: dict[int, asyncio.Future[None]] = {}
        self.idle = asyncio.Event()
        """Set while nothing waits to be sent."""
        self._steps: dict[Task, Callable[[int, Outgoing], Awaitable[None]]] = {
            Task.CREATE: self._create,
            Task.MESSAGE: self._message,
            Task.CHANGE: self._change,
        }

    def wake(self) -> None:
        """Look into the outbox again."""
        self.idle.clear()
        self._work.set()

    async def settled(self, position: int) -> None:
        """Wait until an entry is done; raise the error with which it failed."""
        future = self._settled.get(position)
        if future is None:
            future = asyncio.get_running_loop().create_future()
            future.add_done_callback(_seen)
            self._settled[position] = future
        await asyncio.shield(future)

    def end(self, failure: BaseException) -> None:
        """Let everyone who waits for an entry go on with `failure`."""
        for future in self._settled.values():
            if not future.done():
                future.set_exception(failure)

    async def run(self) -> None:
        """Send, until cancelled."""
        attempt = 0
        while True:
            self._work.clear()
            position, entry = next(self._room.waiting(), (-1, None))
            renewing = self._room.record.standing is Standing.RENEWING
            if entry is None and not renewing:
                self.idle.set()
                self._link.changed(self._room)
                await self._work.wait()
                continue
            await self._link.ready()
            try:
                retry = await self._attempt(position, entry)
            except NotConnected:
                # `ready` does the waiting; this only lets the line notice its end.
                attempt, retry = 0, Internal()
            if retry is None:
                attempt = 0
                continue
            await asyncio.sleep(backoff_seconds(attempt, retry.retry_after_ms))
            attempt += 1

    async def _attempt(
        self, position: int, entry: Outgoing | None
    ) -> SignalingError | None:
        """Do the next thing; an error if the same thing has to be done again.

        Raises:
            NotConnected: once there is a connection, do it again.
        """
        try:
            if entry is None or self._room.record.standing is Standing.RENEWING:
                await self._committer.renew()
            else:
                await self._steps[entry.task](position, entry)
        except SignalingError as error:
            if error.fault is Fault.SERVER:
                return error
            if isinstance(error, StaleEpoch) and entry is not None:
                return await self._encrypt_anew(position, entry, error)
            await self._fail(position, entry, error)
        except (NotProven, PeerChanged) as error:
            if entry is not None and entry.task is Task.MESSAGE:
                await self._hold(error)
            else:
                await self._fail(position, entry, error)
        except (MlsError, NotAMember, NotReadable) as error:
            await self._fail(position, entry, error)
        return None

    async def _encrypt_anew(
        self, position: int, entry: Outgoing, error: StaleEpoch
    ) -> StaleEpoch | None:
        stale = self._room.state.epoch
        self._room.update_entry(position, msgspec.structs.replace(entry, payload=b""))
        await self._catch_up()
        # Nothing came that ends the epoch: wait, or this would go round and round.
        return None if self._room.state.epoch > stale else error

    async def _catch_up(self) -> None:
        try:
            await self._link.sync(self._room)
        except (NotConnected, SignalingError):
            _log.debug("the log could not be read; trying again when connected")

    async def _hold(self, error: Exception) -> None:
        """Keep what waits here until the keys of everybody hold."""
        self._room.check_needed = f"Check needed: {error}."
        self.idle.set()
        self._link.changed(self._room)
        with suppress(TimeoutError):
            async with asyncio.timeout(CHECK_AGAIN_SECONDS):
                await self._work.wait()

    async def _check_members(self) -> None:
        await self._link.require_members(self._room)
        if self._room.check_needed:
            self._room.check_needed = ""
            self.idle.clear()
            self._link.changed(self._room)

    # --- steps ---

    async def _create(self, position: int, entry: Outgoing) -> None:
        record = self._room.record
        payload = ConversationCreate(record.id, GroupId(record.group), record.kind)
        try:
            await self._link.call("conversation.create", payload, ConversationView)
        except Conflict:
            # An earlier attempt made it, and its answer was lost: the id is random.
            _log.debug("the conversation exists already")
        self._room.update_record(standing=Standing.ACTIVE)
        self._done(position)

    async def _message(self, position: int, entry: Outgoing) -> None:
        self._room.require_sendable()
        if not entry.payload:
            await self._check_members()
            try:
                entry = self._room.seal(position, entry)
            except ProposalsPending:
                await self._committer.renew()
                return
        payload = MessageSend(self._room.id, entry.client_id, entry.payload)
        try:
            await self._link.call("message.send", payload, MessageAccepted)
        except Conflict:
            _log.info("a message was in the log already, under other bytes")
        # Its row may have come before this answer, and taken it out of the outbox.
        if self._room.is_waiting(position):
            self._room.update_entry(
                position, msgspec.structs.replace(entry, accepted=True)
            )
        self._link.message_sent(self._room)
        self._settle(position, None)

    async def _change(self, position: int, entry: Outgoing) -> None:
        if await self._committer.change(position, entry):
            self._done(position)

    # --- outcomes ---

    def _done(self, position: int) -> None:
        self._room.finish(position)
        self._settle(position, None)

    async def _fail(
        self, position: int, entry: Outgoing | None, error: Exception
    ) -> None:
        code = str(getattr(error, "code", "internal"))
        _log.warning("the outbox: an entry was refused: %s", code)
        if self._room.staged() is not None:
            # An earlier attempt may have won and lost its answer.
            await self._catch_up()
            self._room.unstage()
        if entry is None:
            # Fresh keys were refused: nothing can be sent with the old ones.
            if self._room.is_followed:
                self._room.update_record(standing=Standing.BROKEN, cause=code)
        elif entry.task is Task.MESSAGE:
            failed = msgspec.structs.replace(entry, failed=code, payload=b"")
            self._room.update_entry(position, failed)
            self._settle(position, error)
        else:
            self._room.finish(position)
            done = entry.task is Task.CHANGE and not any(self._room.outstanding(entry))
            self._settle(position, None if done else error)

    def _settle(self, position: int, error: Exception | None) -> None:
        future = self._settled.pop(position, None)
        if future is not None and not future.done():
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(error)
        self._link.changed(self._room)


def _seen(future: asyncio.Future[None]) -> None:
    """Nobody may be waiting any more: the failure stands in the outbox as well."""
    if not future.cancelled():
        future.exception()
