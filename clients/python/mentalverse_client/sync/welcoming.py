"""Joins what this device is welcomed to.

A Welcome is confirmed, and forgotten by the server, once what it led to is stored. One
of which a part cannot be had stays with the server and is asked for again; one that
cannot be used is confirmed, since being added again is what helps.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Protocol

import msgspec

from mentalverse_crypto.errors import CredentialRejected, MlsError
from mentalverse_signaling.events import (
    Empty,
    GroupWelcomed,
    WelcomeConfirm,
    WelcomeList,
    Welcomes,
)
from mentalverse_signaling.ids import AccountId, WelcomeId

from ..account.device import Device
from ..account.keys import KeyPool
from ..account.trust import OtherAccountKey
from ..errors import BlobDamaged, NotProven, PartUnavailable, PeerChanged
from ..groups import opening
from ..groups.commit_rules import CommitRefused
from ..groups.room import Room
from ..line.connection import Connection
from ..log.alarms import AlarmKind, Alarms
from .parts import Parts

_log = logging.getLogger(__name__)


class Logs(Protocol):
    """The conversations of this device, and the reading of their logs."""

    rooms: dict[str, Room]

    async def sync(self, room: Room) -> None:
        """Read a conversation's log to its end."""

    async def entered(self, room: Room) -> None:
        """Learn who is called what in a conversation, and read its log."""


class Welcoming:
    """Takes Welcomes, one after another."""

    def __init__(
        self,
        device: Device,
        connection: Connection,
        parts: Parts,
        keys: KeyPool,
        alarms: Alarms,
        logs: Logs,
        adopt: Callable[[Room], None],
        checked_list: Callable[[AccountId], Awaitable[object]],
    ) -> None:
        """`checked_list` asks for an account's newest device list, and stores it."""
        self._device = device
        self._connection = connection
        self._parts = parts
        self._keys = keys
        self._alarms = alarms
        self._logs = logs
        self._adopt = adopt
        self._checked_list = checked_list
        self._left: set[WelcomeId] = set()
        """Those of which a part could not be had: they stay with the server."""
        self._damaged: set[WelcomeId] = set()
        """Those of which it is damaged: not asked for again on this connection."""

    def forget_damage(self) -> None:
        """Try damaged ones again: this is another connection."""
        self._damaged.clear()

    async def take_all(self) -> None:
        """Take everything that waits with the server."""
        self._left.clear()
        more = True
        while more:
            # What is confirmed is gone, so the next answer begins after these.
            waiting = await self._connection.call(
                "welcome.list", WelcomeList(), Welcomes
            )
            for welcomed in waiting.welcomes:
                await self.take(welcomed)
            more = waiting.more and not self._left.issuperset(
                welcomed.welcome for welcomed in waiting.welcomes
            )

    async def take(self, welcomed: GroupWelcomed) -> None:
        """Join, store, and only then let the server forget the Welcome."""
        room = self._logs.rooms.get(welcomed.conversation)
        if room is None or await self._is_over(room):
            payload = await self._whole(welcomed)
            if payload is None:
                self._left.add(welcomed.welcome)
                return
            whole = msgspec.structs.replace(welcomed, payload=payload)
            asked: set[AccountId] = set()
            while (other := self._join(whole, asked)) is not None:
                with suppress(NotProven, PeerChanged):
                    await self._checked_list(other)
                asked.add(other)
        confirm = WelcomeConfirm(welcomed.welcome)
        await self._connection.call("welcome.confirm", confirm, Empty)
        joined = self._logs.rooms.get(welcomed.conversation)
        if joined is not None:
            await self._logs.entered(joined)

    async def _is_over(self, room: Room) -> bool:
        """Whether this device was removed, and may be added again."""
        await self._logs.sync(room)
        return not room.is_followed

    async def _whole(self, welcomed: GroupWelcomed) -> bytes | None:
        """The Welcome itself; None if it cannot be had for now.

        The others do not wait for it: it is asked for again with the next round.
        """
        if welcomed.welcome in self._damaged:
            return None
        try:
            return await self._parts.whole(welcomed.payload)
        except BlobDamaged as error:
            self._damaged.add(welcomed.welcome)
            self._refused(error)
        except PartUnavailable as error:
            _log.debug("a Welcome could not be fetched: %s", error)
        except MlsError:
            return welcomed.payload  # it refers to nothing, and opens nothing
        return None

    def _join(
        self, welcomed: GroupWelcomed, asked: Collection[AccountId]
    ) -> AccountId | None:
        """Join, if the Welcome can be used.

        Returns:
            An account that shows another key than before: it may be used once that
            account's newest list is known. None for those that were asked for.
        """
        room = self._logs.rooms.get(welcomed.conversation)
        try:
            record, state = opening.join(self._device, self._keys, welcomed, room)
        except CredentialRejected as error:
            if isinstance(error, OtherAccountKey) and error.account not in asked:
                return error.account
            self._refused(error)
            return None
        except (MlsError, CommitRefused) as error:
            # It stays unreadable however often it is tried; being added again helps.
            _log.warning("a Welcome could not be used: %s", error)
            return None
        if room is None:
            room = Room(self._device, record, state)
        else:
            room.enter(record, state)
        self._adopt(room)
        return None

    def _refused(self, error: BlobDamaged | CredentialRejected) -> None:
        """Tell the person: somebody was at work between the inviter and here."""
        _log.warning("a Welcome could not be used: %s", error)
        detail = f"a Welcome ({error.code})"
        self._alarms.tell(AlarmKind.REFUSED, detail=detail)
