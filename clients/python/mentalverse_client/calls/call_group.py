"""Keeps the group of a call with a waiting room in step with its roster.

What is due says `group_rules`; this does it, one thing after the other. A group is
named to the server only once the server has it: nobody is led to one that never was.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from mentalverse_signaling import call_notices as told
from mentalverse_signaling.call_events import CallAttach, LeaveReason
from mentalverse_signaling.errors import Fault, NoSeat, SignalingError
from mentalverse_signaling.fields import Empty, Fact
from mentalverse_signaling.ids import AccountId, CallId, ConversationId
from mentalverse_signaling.roster_events import Roster

from ..errors import ClientError, NotConnected
from .group_rules import Change, GroupView, Make, Since, step, waiting
from .ports import CallGroups, Line

_log = logging.getLogger(__name__)


class CallGroup:
    """This device's part in the group of one call; `look` several times a second."""

    def __init__(
        self,
        line: Line,
        groups: CallGroups,
        own: AccountId,
        call: CallId,
        now_ms: Callable[[], int],
    ) -> None:
        self._line, self._groups = line, groups
        self._own, self._call, self._now_ms = own, call, now_ms
        self._since: Since = {}
        self._made: ConversationId | None = None
        """Made here, and not named to the server so far."""
        self._admitted: set[AccountId] = set()
        self._put_out: set[AccountId] = set()

    def admits(self, members: Iterable[AccountId]) -> None:
        """This device lets these in: it adds them as well."""
        self._admitted.update(members)

    def hear(self, fact: Fact) -> None:
        """Take in a notice of the call."""
        match fact:
            case told.MemberRemoved(member=member):
                self._put_out.add(member)
            case told.MemberLeft(member=member, reason=LeaveReason.HELD):
                self._put_out.add(member)
            case told.MemberJoined(joined=joined):
                self._put_out.discard(joined.member)

    async def look(self, roster: Roster) -> None:
        """Do what is due."""
        if not roster.view.has_waiting_room:
            return
        try:
            await self._advance(roster)
        except (NotConnected, ClientError) as error:
            # Without a line, or while something is repaired: looked at again, soon.
            _log.debug("the group of a call waits: %s", error)
        except SignalingError as error:
            _log.debug("the group of a call was refused: %s", error.code)
            is_final = error.fault is Fault.CALLER and error.retry_after_ms is None
            if is_final and not isinstance(error, NoSeat):
                # Somebody else leads by now.
                self._forget_made()

    async def _advance(self, roster: Roster) -> None:
        if self._made is not None:
            await self._attach(self._made)
            return
        self._since, due = step(self._since, self._view(roster), self._now_ms())
        match due:
            case Make():
                self._made = await self._groups.make()
            case Change(add=add) if roster.group is not None:
                self._groups.change(roster.group, due)
                self._admitted.difference_update(add)

    def _view(self, roster: Roster) -> GroupView:
        group = roster.group
        return GroupView(
            members=roster.members,
            own=self._own,
            group=group,
            leaves=None if group is None else self._groups.leaves(group),
            people=self._groups.people(roster.view.conversation),
            admitted=frozenset(self._admitted),
            put_out=frozenset(self._put_out),
            planned=frozenset() if group is None else self._groups.planned(group),
        )

    async def _attach(self, made: ConversationId) -> None:
        await self._line.call("call.attach", CallAttach(self._call, made), Empty)
        self._forget_made()

    def _forget_made(self) -> None:
        self._made, self._since = None, waiting(self._now_ms())
