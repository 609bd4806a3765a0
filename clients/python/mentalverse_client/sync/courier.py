"""Carries one conversation's outbox to the server, in order.

One entry at a time: the next leaves when the server has acknowledged the one before,
so a retry can never overtake. An answer decides what happens:

| Answer                    | Then                                                 |
|---------------------------|------------------------------------------------------|
| accepted                  | next entry                                           |
| none; the server's fault  | the same bytes again, after 1, 2, 4 … 30 s, jittered |
| `stale_epoch`             | read the log, encrypt anew under the same client id  |
| `epoch_taken`             | read the log, plan the change anew; five times       |
| `frozen`                  | all waits until there is a fresh group (`mending`)   |
| `conflict` of a message   | it is in the log already, from an earlier attempt    |
| the caller's fault        | the entry has failed; shown, never sent again        |

Before a message is encrypted, every device of the group has to be in the log (see
`log`). One that is not stops this outbox, and the check is made again now and then.

What the group owes to the device lists (`duty`) goes before a message, and with a
change; when nothing waits, after a random while, since every member could do it.

Encrypting anew is safe: an epoch that is over never comes back, so the earlier bytes
cannot be accepted any more, wherever they may still be on their way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from secrets import SystemRandom

import msgspec

from mentalverse_crypto.content import wakes
from mentalverse_crypto.errors import MlsError, ProposalsPending
from mentalverse_signaling.errors import (
    Conflict,
    Fault,
    Frozen,
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

from ..errors import (
    ClientError,
    NotAMember,
    NotConnected,
    NotProven,
    NotReadable,
    PeerChanged,
    SuiteWithheld,
)
from ..groups.room import Room
from ..line.connection import backoff_seconds
from ..store.records import Outgoing, Standing, Task
from .committing import Committer
from .link import Link

CHECK_AGAIN_SECONDS = 60.0
"""How often keys that did not hold are asked for again while something waits."""
DUTY_JITTER_SECONDS = 3.0
"""Spreads the devices that all could bring a group in line with the device lists."""

_log = logging.getLogger(__name__)
_uniform = SystemRandom().uniform


class Courier:
    """Sends what waits in one conversation."""

    def __init__(self, room: Room, link: Link, rng: Callable[[int], bytes]) -> None:
        self._room = room
        self._link = link
        self._committer = Committer(room, link, rng)
        self._work = asyncio.Event()
        self._settled: dict[int, asyncio.Future[None]] = {}
        self._renewal_refused = False
        self._ended: BaseException | None = None
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

    def look_for_devices(self) -> None:
        """Try again to add devices that had no KeyPackage, or were refused."""
        self._room.absent.clear()
        self.wake()

    async def settled(self, position: int) -> None:
        """Wait until an entry is done; raise the error with which it failed."""
        if self._ended is not None:
            raise self._ended
        future = self._settled.get(position)
        if future is None:
            future = asyncio.get_running_loop().create_future()
            future.add_done_callback(_seen)
            self._settled[position] = future
        await asyncio.shield(future)

    def end(self, failure: BaseException) -> None:
        """Let everyone who waits for an entry, now or later, go on with `failure`."""
        self._ended = failure
        for future in self._settled.values():
            if not future.done():
                future.set_exception(failure)

    async def run(self) -> None:
        """Send, until cancelled."""
        attempt = 0
        while True:
            self._work.clear()
            position, entry = next(self._room.waiting(), (-1, None))
            if entry is not None and self._must_wait(entry):
                entry = None
            if entry is None and not self._must_renew():
                self.idle.set()
                self._link.changed(self._room)
                if not self._owes():
                    await self._work.wait()
                    continue
                if not await self._is_our_turn():
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
            if self._must_renew():
                await self._committer.renew()
            elif self._comes_first(entry):
                await self._fulfil()
            elif entry is None:
                await self._renew_keys()
            else:
                await self._steps[entry.task](position, entry)
        except Frozen as error:
            await self._link.froze(self._room)
            return None if self._room.record.frozen else error
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
        except (MlsError, NotAMember, NotReadable, SuiteWithheld) as error:
            await self._fail(position, entry, error)
        return None

    def _must_wait(self, entry: Outgoing) -> bool:
        """Whether an entry waits until this device is in the group again."""
        broken = self._room.record.standing is Standing.BROKEN
        return self._room.is_held or (broken and entry.task is Task.MESSAGE)

    def _must_renew(self) -> bool:
        record = self._room.record
        return record.standing is Standing.RENEWING and not record.frozen

    def _owes(self) -> bool:
        """Whether there is something to commit that nobody has written."""
        return bool(self._room.duty()) or self._may_renew()

    def _may_renew(self) -> bool:
        return self._room.keys_are_due and not self._renewal_refused

    async def _is_our_turn(self) -> bool:
        """Leave others a while to commit what all owe; whether nothing else came."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_uniform(0, DUTY_JITTER_SECONDS)):
                await self._work.wait()
                return False
        return self._owes()

    def _comes_first(self, entry: Outgoing | None) -> bool:
        """Whether the group owes something that has to go before this entry.

        A change of members takes it along.
        """
        is_message = entry is None or entry.task is Task.MESSAGE
        return is_message and bool(self._room.duty())

    async def _fulfil(self) -> None:
        """Bring the group in line with the device lists.

        A device that cannot be added keeps nobody waiting; one that must go does.
        """
        duty = self._room.duty()
        try:
            await self._committer.fulfil()
        except (
            SignalingError,
            MlsError,
            NotProven,
            PeerChanged,
            SuiteWithheld,
        ) as error:
            if _is_put_off(error):
                raise
            await self._give_up(error)
            if not duty.add:
                raise Internal("a revoked device could not be removed") from None
            self._room.absent.update(device for _, device in duty.add)

    async def _renew_keys(self) -> None:
        """Give this leaf fresh keys because it is time; nobody waits for it."""
        try:
            await self._committer.renew()
        except (SignalingError, MlsError) as error:
            if _is_put_off(error):
                raise
            await self._give_up(error)
            self._renewal_refused = True

    async def _give_up(self, error: SignalingError | MlsError | ClientError) -> None:
        _log.warning("a commit that nobody asked for was refused: %s", error.code)
        if self._room.staged() is not None:
            # An earlier attempt may have won and lost its answer.
            await self._catch_up()
            self._room.unstage()

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
        if self._room.duty():
            return  # who should not be here can be removed
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
        payload = MessageSend(
            self._room.id, entry.client_id, entry.payload, wakes(entry.content)
        )
        row = None
        try:
            row = await self._link.call("message.send", payload, MessageAccepted)
        except Conflict:
            _log.info("a message was in the log already, under other bytes")
        self._room.accepted(position, entry, row)
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
            done = entry.task is Task.CHANGE and not self._room.outstanding(entry)
            self._settle(position, None if done else error)

    def _settle(self, position: int, error: Exception | None) -> None:
        future = self._settled.pop(position, None)
        if future is not None and not future.done():
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(error)
        self._link.changed(self._room)


def _is_put_off(error: Exception) -> bool:
    """Whether the same thing may be done later, as it is."""
    if isinstance(error, Frozen):
        return True
    return isinstance(error, SignalingError) and error.fault is Fault.SERVER


def _seen(future: asyncio.Future[None]) -> None:
    """Nobody may be waiting any more: the failure stands in the outbox as well."""
    if not future.cancelled():
        future.exception()
